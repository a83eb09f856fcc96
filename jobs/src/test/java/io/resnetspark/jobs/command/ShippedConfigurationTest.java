package io.resnetspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.resnetspark.jobs.cli.AugmentationOption;
import io.resnetspark.jobs.cli.ScheduleOption;
import io.resnetspark.jobs.cli.SectionOption;
import io.resnetspark.jobs.config.ConfigLoader;
import io.resnetspark.jobs.schedule.ScheduleConfig;
import io.resnetspark.jobs.session.DeviceConfig;
import io.resnetspark.jobs.session.SparkConfig;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.experiment.ExperimentConfig;
import io.resnetspark.pipeline.inference.PredictConfig;
import io.resnetspark.pipeline.registry.RegistryConfig;
import io.resnetspark.pipeline.registry.Retention;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.tracking.MlflowConfig;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShippedConfigurationTest {

    private static final ConfigLoader DEFAULTS = ConfigLoader.shippedDefaults();

    private static ConfigLoader complete(ConfigLoader loader) {
        return loader.withSetting("train.data=d")
                .withSetting("train.arch=resnet18")
                .withSetting("train.output=o")
                .withSetting("prepare.input=i")
                .withSetting("prepare.format=cifar10")
                .withSetting("prepare.output=o")
                .withSetting("retrain.incoming=i")
                .withSetting("retrain.dataset=d")
                .withSetting("retrain.work=w")
                .withSetting("retrain.model=m")
                .withSetting("experiment.data=d")
                .withSetting("experiment.output=o");
    }

    private static TrainConfig train(SectionOption option, String key) {
        return complete(DEFAULTS.withOption("--option", key, null).withOption("--option", key, option.keys()))
                .load()
                .bind("train", TrainConfig.class);
    }

    @Test
    void documentedDefaultsAreThoseOfTheCode() {
        var config = complete(DEFAULTS).load();
        assertThat(config.bind("prepare", PrepareConfig.class))
                .isEqualTo(PrepareConfig.of("i", PrepareConfig.SourceFormat.CIFAR10, "o"));
        assertThat(config.bind("evaluate", EvaluateConfig.class)).isEqualTo(EvaluateConfig.standard());
        assertThat(config.bind("predict", PredictConfig.class)).isEqualTo(PredictConfig.standard());
        assertThat(config.bind("train", TrainConfig.class).dataset().augmentation())
                .isEqualTo(Augmentation.cifar());
        assertThat(config.bind("train", TrainConfig.class).onDivergence()).isEqualTo(OnDivergence.standard());
        assertThat(config.bind("spark", SparkConfig.class).master()).isEmpty();
        assertThat(config.bind("device", DeviceConfig.class)).isEqualTo(DeviceConfig.standard());
        assertThat(config.bind("retrain", RetrainConfig.class).webhook().url()).isEmpty();
        assertThat(config.bind("registry", RegistryConfig.class).retention()).isEqualTo(Retention.KEEP_ALL);
        assertThat(config.bind("registry", RegistryConfig.class).path()).isEmpty();
        assertThat(config.bind("schedule", ScheduleConfig.class).jobs()).isEmpty();
        assertThat(config.bind("mlflow", MlflowConfig.class).uri()).isEmpty();
    }

    @Test
    void experimentsTrainAsPublishedWhateverTheTrainingSectionSays() {
        ExperimentConfig config = DEFAULTS.withSetting("experiment.data=d")
                .withSetting("experiment.output=o")
                .withOption("--schedule", "train.schedule", null)
                .withOption(
                        "--schedule", "train.schedule", Map.of("type", "one-cycle", "rise", 0.1, "start", 0, "end", 0))
                .withSetting("train.threads-per-worker=3")
                .load()
                .bind("experiment", ExperimentConfig.class);
        for (ExperimentConfig.Name name : ExperimentConfig.Name.values()) {
            assertThat(config.experiment(name).trainings()).isNotEmpty();
        }
        TrainConfig published = config.degradation().train();
        assertThat(published.optimization().schedule())
                .isEqualTo(new LearningRateSchedule.Step(List.of(91.0, 136.5), 0.1));
        assertThat(published.compute().threadsPerWorker()).isEqualTo(3);
        assertThat(config.averaging().train().optimization().schedule())
                .as("averaging takes the usual schedule")
                .isEqualTo(new LearningRateSchedule.OneCycle(0.1, 0, 0));
        assertThat(config.batchNorm().train().optimization().schedule()).isEqualTo(new LearningRateSchedule.Constant());
    }

    @Test
    void examplesChangeOnlyWhatExists() throws IOException {
        try (var examples = Files.list(Path.of("..", "conf", "examples"))) {
            List<Path> files = examples.toList();
            assertThat(files).isNotEmpty();
            for (Path file : files) {
                var config = complete(DEFAULTS.withFile(file)).load();
                config.bind("spark", SparkConfig.class);
                config.bind("device", DeviceConfig.class);
                config.bind("prepare", PrepareConfig.class);
                config.bind("train", TrainConfig.class);
                config.bind("evaluate", EvaluateConfig.class);
                config.bind("retrain", RetrainConfig.class);
                ExperimentConfig experiments = config.bind("experiment", ExperimentConfig.class);
                for (ExperimentConfig.Name name : ExperimentConfig.Name.values()) {
                    assertThat(experiments.experiment(name).trainings()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void schedulesInAWordAreWholeSchedules() throws Exception {
        ScheduleOption.Parser parser = new ScheduleOption.Parser();
        assertThat(train(parser.convert("cosine"), "train.schedule")
                        .optimization()
                        .schedule())
                .isEqualTo(new LearningRateSchedule.Cosine());
        assertThat(train(parser.convert("step:30:60"), "train.schedule")
                        .optimization()
                        .schedule())
                .isEqualTo(new LearningRateSchedule.Step(List.of(30.0, 60.0), 0.1));
        assertThat(train(parser.convert("warm-up:5,one-cycle"), "train.schedule")
                        .optimization()
                        .schedule())
                .isEqualTo(new LearningRateSchedule.WarmUp(5, new LearningRateSchedule.OneCycle(0.3, 0.04, 1e-4)));
    }

    @Test
    void augmentationsByNameAreThoseOfTheModel() throws Exception {
        AugmentationOption.Parser parser = new AugmentationOption.Parser();
        assertThat(train(parser.convert("none"), "train.augmentation").dataset().augmentation())
                .isEqualTo(Augmentation.none());
        assertThat(train(parser.convert("cifar"), "train.augmentation")
                        .dataset()
                        .augmentation())
                .isEqualTo(Augmentation.cifar());
        assertThat(train(parser.convert("imagenet"), "train.augmentation")
                        .dataset()
                        .augmentation())
                .isEqualTo(Augmentation.imageNet());
    }
}
