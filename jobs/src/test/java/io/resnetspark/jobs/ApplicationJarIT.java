package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What the application jar holds, beside what works because of it. */
class ApplicationJarIT {

    private static final Path JAR = Path.of("target/resnet-spark.jar");

    private static String text(ZipFile jar, String name) throws IOException {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void itCarriesItsLicenceAndTheNoticesOfAllItContains() throws IOException {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License");
            assertThat(text(jar, "META-INF/NOTICE"))
                    .contains("resnet-spark", "Apache Commons Lang", "Apache Commons IO", "Jackson");
        }
    }

    @Test
    void whatSparkBringsIsNotInIt() throws IOException {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            List<String> foreign = jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .filter(name -> List.of("org/apache/spark/", "org/apache/hadoop/", "scala/", "org/slf4j/").stream()
                            .anyMatch(name::startsWith))
                    .toList();
            assertThat(foreign).isEmpty();
        }
    }
}
