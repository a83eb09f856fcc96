package io.resnetspark.jobs.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaModuleOptionsTest {

    @ParameterizedTest
    @ValueSource(strings = {"bin/resnet", "pom.xml"})
    void whatSparkWantsOpenedIsOpened(String file) throws IOException {
        String text = Files.readString(Path.of("..").resolve(file));
        List<String> wanted = Arrays.stream(
                        JavaModuleOptions.defaultModuleOptions().split(" "))
                .filter(option -> option.startsWith("--add-opens"))
                .toList();
        assertThat(wanted).isNotEmpty().allSatisfy(option -> assertThat(text).contains(option));
    }
}
