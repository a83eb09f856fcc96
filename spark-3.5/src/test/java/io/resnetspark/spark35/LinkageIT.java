package io.resnetspark.spark35;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The application jar was compiled against one Spark and runs on several, of two Scalas: on each of them every class of ours,
 * and every class of dl4j-spark that those lead to, finds all that it refers to and overrides all that it means to.
 */
class LinkageIT {

    /** Without what draws statistics of a training, for which the libraries are left out: none are ever collected. */
    private static final String DL4J_ON_SPARK = "org/(deeplearning4j|datavec)/spark/(?!stats/StatsUtils|time/NTP).*";

    private static boolean isOurs(String name) {
        return name.startsWith("io/resnetspark/") || name.startsWith("resnetspark/");
    }

    private static Path path(String property) {
        return Path.of(System.getProperty(property));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5", "4.2"})
    void everythingIsFoundOnEachSpark(String spark) throws IOException {
        Path application = path("resnet.application.jar");
        Path home = path(spark.equals("3.5") ? "resnet.spark.home" : "resnet.embedded.spark.home");
        Path delta = application.resolveSibling("delta").resolve(spark);
        try (Linker linker = new Linker(List.of(application, home.resolve("jars"), delta))) {
            Set<String> reached = new LinkedHashSet<>(linker.classes(LinkageIT::isOurs));
            assertThat(reached).as("classes of ours").hasSizeGreaterThan(500);
            List<String> problems = new ArrayList<>();
            List<String> open = new ArrayList<>(reached);
            while (!open.isEmpty()) {
                ClassFile file = linker.find(open.remove(open.size() - 1)).orElseThrow();
                problems.addAll(linker.problems(file));
                problems.addAll(linker.notOverridden(file, name -> !isOurs(name) && !name.startsWith("java")));
                file.classes().stream()
                        .filter(name -> name.matches(DL4J_ON_SPARK))
                        .filter(reached::add)
                        .forEach(open::add);
            }
            assertThat(reached).as("dl4j-spark is among them").anyMatch(name -> name.matches(DL4J_ON_SPARK));
            assertThat(problems).isEmpty();
        }
    }
}
