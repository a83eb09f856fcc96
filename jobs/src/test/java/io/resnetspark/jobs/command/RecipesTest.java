package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resnetspark.jobs.config.ConfigLoader;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.training.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes are whole configurations, and the arithmetic in their comments is right. */
class RecipesTest {

    private static final Path RECIPES = Path.of("..", "conf", "recipes");

    /** {@code 32 workers x 32 = 1,024} or {@code 45,000 / 128 = 352}: the last steps before an equals sign, and the result. */
    private static final Pattern EQUATION =
            Pattern.compile("([\\d,.]+)((?: (?:[a-z]+ )*[x/] [\\d,.]+)+)(?: [a-z]+)* += ([\\d,.]*\\d)");

    static List<Path> recipes() throws IOException {
        try (var files = Files.list(RECIPES)) {
            return files.sorted().toList();
        }
    }

    private static TrainConfig train(Path... recipes) {
        ConfigLoader loader = ConfigLoader.shippedDefaults()
                .withSetting("train.data=d")
                .withSetting("train.output=o")
                .withSetting("prepare.input=i")
                .withSetting("prepare.output=o");
        for (Path recipe : recipes) {
            loader = loader.withFile(recipe);
        }
        var config = loader.load();
        config.bind("prepare", PrepareConfig.class);
        return config.bind("train", TrainConfig.class);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyRecipeBinds(Path recipe) {
        boolean overlay = recipe.endsWith("imagenet-lars.conf");
        Path base = overlay ? RECIPES.resolve("imagenet-resnet50.conf") : recipe;
        assertThat(train(base, recipe).model().arch()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void theArithmeticInTheCommentsIsRight(Path recipe) throws IOException {
        int checked = 0;
        for (String line : Files.readAllLines(recipe)) {
            for (MatchResult equation : EQUATION.matcher(line).results().toList()) {
                double result = number(equation.group(1));
                for (MatchResult step : Pattern.compile("([x/]) ([\\d,.]+)")
                        .matcher(equation.group(2))
                        .results()
                        .toList()) {
                    double operand = number(step.group(2));
                    result = step.group(1).equals("x") ? result * operand : result / operand;
                }
                double stated = number(equation.group(3));
                // Counts of steps are rounded, usually up: the last step of an epoch is shorter.
                assertThat(stated).as(line).isCloseTo(result, within(result < 10 ? 1e-9 : 1));
                checked++;
            }
        }
        assertThat(checked).as("equations in %s", recipe).isPositive();
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace(",", ""));
    }

    @Test
    void imageNetRatesFollowTheLinearRule() {
        for (String name : List.of("imagenet-resnet18.conf", "imagenet-resnet50.conf")) {
            TrainConfig config = train(RECIPES.resolve(name));
            assertThat(config.optimization().learningRate())
                    .isCloseTo(
                            0.1
                                    * config.averaging().workers()
                                    * config.optimization().batchSize()
                                    / 256,
                            within(1e-12));
            assertThat(config.averaging().averagingFrequency()).isEqualTo(1);
            assertThat(config.optimization().schedule()).isInstanceOf(LearningRateSchedule.WarmUp.class);
        }
    }

    @Test
    void thePaperTrainsSixtyFourThousandStepsAndDecaysAtThirtyTwoAndFortyEight() {
        TrainConfig config = train(RECIPES.resolve("cifar10-resnet20-paper.conf"));
        double stepsPerEpoch = Math.ceil(45_000.0 / config.optimization().batchSize());
        assertThat(config.optimization().epochs() * stepsPerEpoch).isCloseTo(64_000, within(stepsPerEpoch));
        LearningRateSchedule.Step schedule =
                (LearningRateSchedule.Step) config.optimization().schedule();
        List<Double> steps = schedule.milestones().stream()
                .map(epoch -> epoch * stepsPerEpoch)
                .toList();
        for (int i = 0; i < 2; i++) {
            assertThat(steps.get(i)).isCloseTo(Arrays.asList(32_000.0, 48_000.0).get(i), within(stepsPerEpoch));
        }
    }

    @Test
    void theShortRecipeIsShort() {
        assertThat(train(RECIPES.resolve("cifar10-resnet20-short.conf"))
                        .optimization()
                        .epochs())
                .isLessThanOrEqualTo(30);
    }
}
