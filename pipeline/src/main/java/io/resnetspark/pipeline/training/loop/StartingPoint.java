package io.resnetspark.pipeline.training.loop;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.checkpoint.TrainingSnapshot;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.training.ModelConfig;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Where a training begins.
 *
 * @param card the model that comes of it
 * @param snapshot the first weights, or where an interrupted training stood
 * @param description for people: where the weights came from
 */
public record StartingPoint(ModelCard card, TrainingSnapshot snapshot, String description) {

    /** Where an interrupted training stood. */
    static StartingPoint at(Checkpoint checkpoint) {
        return new StartingPoint(
                checkpoint.card(),
                checkpoint.snapshot(),
                "resumed at round " + checkpoint.position().round());
    }

    /**
     * The first weights: random ones, or those that the configuration names.
     *
     * @throws ConfigurationException if they or the network do not fit the dataset
     * @throws BadDataException if they cannot be read
     */
    static StartingPoint fresh(TrainConfig config, ImageDataset dataset, Configuration hadoop) {
        ModelConfig model = config.model();
        ResNetSpec architecture = NetworkName.parse(model.arch()).spec();
        int inputSize = model.inputSize().orElse(architecture.inputSize());
        ResNetSpec spec = architecture
                .withClasses(dataset.classes().names().size())
                .withInput(dataset.channels(), inputSize)
                .withLastScale(model.zeroInitResidual() == ModelConfig.ZeroInitResidual.ON ? 0 : 1);
        ModelCard card = new ModelCard(spec, dataset.classes().names(), preprocessing(dataset, inputSize));
        Trainer fresh =
                Trainer.create(spec, config.seed(), config.optimization().optimizer(), Trainer.NO_CLIPPING);
        String description = "random initialisation, seed " + config.seed();
        if (model.weights().isPresent()) {
            ModelSource.WarmStart warm = ModelSource.warmStart(model.weights().get(), card, hadoop);
            card = warm.card();
            NetworkWeights.load(fresh.network(), warm.over(fresh.network()));
            description = warm.description();
        }
        StartingPoint start = new StartingPoint(
                card, new TrainingSnapshot(fresh.state(), ServerState.NONE, TrainingPosition.START), description);
        fresh.close();
        return start;
    }

    /** From scratch, inputs are normalised by the training split's own statistics. */
    private static Preprocessing preprocessing(ImageDataset dataset, int inputSize) {
        // torchvision's proportion of resize to crop, 256 to 224, for photographs; small images are used whole
        int shorterSide = Preprocessing.shorterSideFor(inputSize);
        return new Preprocessing(
                dataset.channels(),
                shorterSide,
                inputSize,
                floats(dataset.manifest().content().trainPixels().mean()),
                floats(dataset.manifest().content().trainPixels().std()));
    }

    private static List<Float> floats(List<Double> values) {
        return values.stream().map(value -> Math.max(value.floatValue(), 1e-3f)).toList();
    }
}
