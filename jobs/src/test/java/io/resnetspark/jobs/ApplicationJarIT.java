package io.resnetspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
            assertThat(text(jar, "META-INF/NOTICE")).contains("resnet-spark", "Jackson JSON processor");
        }
    }

    /** Two versions of a class on one class path: which of them is used would depend on the way of starting. */
    @Test
    void noClassOfItIsAlsoSparks() throws IOException {
        Set<String> ours = classes(JAR);
        Map<String, List<String>> twice = new TreeMap<>();
        try (Stream<Path> jars = Files.list(Path.of("target/spark/jars"))) {
            for (Path jar : jars.toList()) {
                List<String> shared =
                        classes(jar).stream().filter(ours::contains).sorted().toList();
                if (!shared.isEmpty()) {
                    twice.put(jar.getFileName().toString(), shared.subList(0, Math.min(5, shared.size())));
                }
            }
        }
        assertThat(twice).isEmpty();
    }

    private static Set<String> classes(Path file) throws IOException {
        try (ZipFile jar = new ZipFile(file.toFile())) {
            return jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
                    // A list of domains that ND4J's relocated Guava has under its own name.
                    .filter(name -> !name.startsWith("com/google/thirdparty/"))
                    .collect(Collectors.toSet());
        }
    }
}
