package io.resnetspark.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.Flattened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {

    enum Interpolation {
        BILINEAR,
        NEAREST_NEIGHBOUR
    }

    record Version(int major) {
        public static Version parse(String text) {
            if (!text.matches("v\\d+")) {
                throw new IllegalArgumentException("expected a version such as v3, found " + text);
            }
            return new Version(Integer.parseInt(text.substring(1)));
        }
    }

    sealed interface Schedule permits StepSchedule, CosineSchedule {}

    record StepSchedule(List<Integer> milestones) implements Schedule {}

    record CosineSchedule(double floor) implements Schedule {}

    record Momentum(double factor, boolean nesterov) {}

    record Train(
            int workers,
            long seed,
            double learningRate,
            String name,
            Path output,
            Duration timeout,
            Interpolation interpolation,
            Optional<String> weights,
            List<Double> mean,
            Map<String, String> labels,
            Momentum momentum,
            Schedule schedule) {
        Train {
            if (workers < 1) {
                throw new IllegalArgumentException("workers must be at least 1, was " + workers);
            }
            if (seed < 0) {
                throw new IllegalArgumentException("No negative seeds");
            }
        }
    }

    private static final String DEFAULTS = """
            train {
              workers = 2
              seed = 1
              learning-rate = 0.1
              name = run
              output = out
              timeout = 30 seconds
              interpolation = bilinear
              weights = null
              mean = [0.5, 0.25]
              labels { a.b = first, c = second }
              momentum { factor = 0.9, nesterov = false }
              schedule { type = step, milestones = [10, 20] }
            }
            """;

    private final ConfigLoader defaults = ConfigLoader.defaults("defaults", DEFAULTS);

    @TempDir
    Path directory;

    private Train train(ConfigLoader loader) {
        return loader.load().bind("train", Train.class);
    }

    @Test
    void defaultsBindEveryKindOfComponent() {
        assertThat(train(defaults))
                .isEqualTo(new Train(
                        2,
                        1,
                        0.1,
                        "run",
                        Path.of("out"),
                        Duration.ofSeconds(30),
                        Interpolation.BILINEAR,
                        Optional.empty(),
                        List.of(0.5, 0.25),
                        Map.of("a.b", "first", "c", "second"),
                        new Momentum(0.9, false),
                        new StepSchedule(List.of(10, 20))));
    }

    @Test
    void optionsOverrideSettingsOverrideLaterFilesOverrideEarlierOnes() throws IOException {
        Path first = file("first.conf", "train { workers = 3, seed = 3, learning-rate = 3, name = three }");
        Path second = file("second.conf", "train { seed = 4, learning-rate = 4, name = four }");

        Train bound = train(defaults.withFile(first)
                .withFile(second)
                .withSetting("train.learning-rate=5")
                .withSetting("train.name=five")
                .withOption("--name", "train.name", "six"));

        assertThat(List.of(bound.workers(), bound.seed(), bound.learningRate(), bound.name()))
                .isEqualTo(List.of(3, 4L, 5.0, "six"));
    }

    @Test
    void settingsAreTakenAsTheyStandUnlessTheyAreHoconStructures() {
        Train bound = train(defaults.withSetting("train.output=/a//b: c#d")
                .withSetting("train.weights=s3://bucket/key=1")
                .withSetting("train.mean=[1, 2, 3]")
                .withSetting("train.interpolation=nearest-neighbour"));

        assertThat(bound.output()).isEqualTo(Path.of("/a//b: c#d"));
        assertThat(bound.weights()).contains("s3://bucket/key=1");
        assertThat(bound.mean()).containsExactly(1.0, 2.0, 3.0);
        assertThat(bound.interpolation()).isEqualTo(Interpolation.NEAREST_NEIGHBOUR);
    }

    @Test
    void anotherChoiceDropsTheKeysOfTheDefaultOne() {
        Train bound = train(defaults.withSetting("train.schedule.type=cosine").withSetting("train.schedule.floor=0.5"));

        assertThat(bound.schedule()).isEqualTo(new CosineSchedule(0.5));
    }

    @Test
    void allProblemsAreReportedTogetherEachWithItsPlace() throws IOException {
        Path file = file("my.conf", """
                train {
                  workers = two
                  sed = 1
                  interpolation = bilinaer
                  momentum.factor = null
                  mean = [0.5, x]
                  schedule { type = cosine, flor = 1 }
                }
                """);

        assertThatThrownBy(() -> train(defaults.withFile(file).withSetting("train.timeout=soon")))
                .isInstanceOf(ConfigurationException.class)
                .message()
                .startsWith("The configuration has 8 problems:")
                .contains("train.workers: expected a whole number, found \"two\" (%s:2)".formatted(file))
                .contains("train.sed: unknown key; did you mean seed? (%s:3)".formatted(file))
                .contains("train.interpolation: expected one of bilinear, nearest-neighbour, found \"bilinaer\"; "
                        + "did you mean bilinear? (%s:4)".formatted(file))
                .contains("train.momentum.factor: must be set (%s:5)".formatted(file))
                .contains("train.mean[1]: expected a number, found \"x\" (%s:6)".formatted(file))
                .contains("train.schedule.floor: missing")
                .contains("train.schedule.flor: unknown key; did you mean floor? (%s:7)".formatted(file))
                .contains("train.timeout: expected a duration such as 30 seconds, found \"soon\" "
                        + "(--set train.timeout=soon)");
    }

    @Test
    void whatAConstructorRefusesIsReportedAtItsKey() {
        assertThatThrownBy(() -> train(defaults.withOption("--workers", "train.workers", 0)))
                .hasMessageContaining("train.workers: must be at least 1, was 0 (--workers)");
        assertThatThrownBy(() -> train(defaults.withSetting("train.seed=-1")))
                .hasMessageContaining("train: No negative seeds");
    }

    @Test
    void keysOfAFlattenedRecordLieInTheSectionOfTheOuterOne() {
        record Order(int batchSize, long seed) {
            Order {
                if (batchSize < 1) {
                    throw new IllegalArgumentException("batch-size must be at least 1, not " + batchSize);
                }
            }
        }
        record Flat(@Flattened Order order, int epochs) {}
        ConfigLoader loader = ConfigLoader.defaults("defaults", "flat { batch-size = 4, seed = 1, epochs = 2 }");

        assertThat(loader.load().bind("flat", Flat.class)).isEqualTo(new Flat(new Order(4, 1), 2));
        assertThatThrownBy(() -> loader.withSetting("flat.batch-size=0")
                        .withSetting("flat.sed=2")
                        .withSetting("flat.order.seed=3")
                        .load()
                        .bind("flat", Flat.class))
                .hasMessageContaining("3 problems")
                .hasMessageContaining("flat.batch-size: must be at least 1, not 0 (--set flat.batch-size=0)")
                .hasMessageContaining("flat.sed: unknown key; did you mean seed?")
                .hasMessageContaining("flat.order: unknown key");
    }

    @Test
    void everyLineOfAConstructorsRefusalIsAProblem() {
        record Crop(int size, int padding) {
            Crop {
                if (size < 1 && padding < 0) {
                    throw new ConfigurationException("size must be positive\npadding must not be negative");
                }
            }
        }
        ConfigLoader loader = ConfigLoader.defaults("defaults", "crop { size = 0, padding = -1 }");
        assertThatThrownBy(() -> loader.load().bind("crop", Crop.class))
                .hasMessageContaining("2 problems")
                .hasMessageContaining("crop.size: must be positive")
                .hasMessageContaining("crop.padding: must not be negative");
    }

    @Test
    void numbersThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> train(defaults.withSetting("train.workers=2.5")))
                .hasMessageContaining("train.workers: expected a whole number");
        assertThatThrownBy(() -> train(defaults.withSetting("train.workers=3000000000")))
                .hasMessageContaining("expected a whole number from");
        assertThat(train(defaults.withSetting("train.workers=1e1")).workers()).isEqualTo(10);
    }

    @Test
    void unknownSectionsAndChoicesAreRefused() {
        assertThatThrownBy(() -> defaults.withSetting("trian.workers=1").load())
                .hasMessageContaining("trian: unknown section; did you mean train?");
        assertThatThrownBy(() -> train(defaults.withSetting("train.schedule.type=cosin")))
                .hasMessageContaining("expected one of step, cosine, found cosin; did you mean cosine?");
    }

    @Test
    void typesWithAParseMethodAreText() {
        record Release(Version version) {}
        ConfigLoader loader = ConfigLoader.defaults("defaults", "release { version = v3 }");
        assertThat(loader.load().bind("release", Release.class)).isEqualTo(new Release(new Version(3)));
        assertThatThrownBy(() -> loader.withSetting("release.version=3").load().bind("release", Release.class))
                .hasMessageContaining("release.version: expected a version such as v3, found 3");
    }

    @Test
    void syntaxErrorsAndMissingFilesNameTheFile() throws IOException {
        Path broken = file("broken.conf", "train {\n  workers = [1\n");
        assertThatThrownBy(() -> defaults.withFile(broken))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("broken.conf");
        assertThatThrownBy(() -> defaults.withFile(directory.resolve("none.conf")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none.conf");
        assertThatThrownBy(() -> defaults.withSetting("train.workers"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("key=value");
    }

    @Test
    void whatIsRenderedBindsToTheSameRecord() {
        ResolvedConfig resolved = defaults.withSetting("train.name=a \"quoted\" name\n")
                .withSetting("train.workers=7")
                .load();

        ResolvedConfig reread =
                ConfigLoader.defaults("stored", resolved.toJson("train")).load();

        assertThat(reread.bind("train", Train.class)).isEqualTo(resolved.bind("train", Train.class));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
