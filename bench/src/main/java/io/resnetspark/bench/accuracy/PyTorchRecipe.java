package io.resnetspark.bench.accuracy;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Crop;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The recipe of a run as {@code pytorch_recipe.py} takes it: its JSON, names in snake case.
 *
 * @param way precision, and {@code -compiled} for torch.compile
 * @param threads of PyTorch
 * @param seed of weights, order and augmentation
 * @param network for example {@code cifar-resnet20@32}
 * @param images where they are and how they are normalised
 * @param augmentation what is random about them
 * @param optimizer how the network descends
 * @param average what the model is of the weights that it had
 */
record PyTorchRecipe(
        String way,
        int threads,
        long seed,
        String network,
        Images images,
        Augmentation augmentation,
        Optimizer optimizer,
        Average average) {

    /**
     * @param train file of the training images: of each its label in one byte, then {@code [size, size, 3]} samples
     * @param val likewise of those that are validated on
     * @param size width and height
     */
    record Images(String train, String val, int size, List<Float> mean, List<Float> std) {}

    /**
     * @param padding pixels around an image, of which a window is cropped
     * @param border what they show
     * @param alternates whether every epoch shows the other side of an image, after a first that is drawn
     */
    record Augmentation(
            int padding,
            Crop.Border border,
            double flipProbability,
            boolean alternates,
            int flipsOnlyEpochs,
            double labelSmoothing) {}

    /**
     * @param batchSize images of a step
     * @param rates of every step
     * @param biasFactor on the rate of batch norms' shifts
     * @param decaysAll whether weights are not all that decays
     */
    record Optimizer(
            int batchSize,
            int epochs,
            List<Double> rates,
            double biasFactor,
            double momentum,
            boolean nesterov,
            double weightDecay,
            boolean decaysAll) {}

    /** @param everySteps steps between two of its updates */
    record Average(double decay, int everySteps) {}

    /**
     * @param train files that hold the images
     * @throws ConfigurationException if the run was trained in a way that the script does not know
     */
    static PyTorchRecipe of(RunDirectory run, Preprocessing preprocessing, String way, Path train, Path val) {
        RunManifest manifest = run.manifest();
        JsonNode config = manifest.config();
        JsonNode augmentation = config.path("augmentation");
        JsonNode optimizer = config.path("optimizer");
        require(optimizer.has("momentum") && !optimizer.has("trust"), "an optimiser other than SGD");
        require(config.path("head_learning_rate_factor").asDouble() == 1, "rate of its own for the head");
        require(augmentation.path("crop").has("padding"), "crops other than those of padded images");
        require(
                augmentation.path("mixup_alpha").asDouble()
                                + augmentation.path("cutmix_alpha").asDouble()
                        == 0,
                "mixing");
        require(augmentation.path("random_erasing").path("probability").asDouble() == 0, "erasing");
        require(config.path("weights").isNull(), "weights that were trained before");
        int workers = config.path("workers").asInt();
        return new PyTorchRecipe(
                way,
                workers * manifest.environment().threadsPerWorker(),
                config.path("seed").asLong(),
                "%s@%d".formatted(config.path("arch").asText(), preprocessing.inputSize()),
                new Images(
                        train.toString(),
                        val.toString(),
                        preprocessing.inputSize(),
                        preprocessing.mean(),
                        preprocessing.std()),
                new Augmentation(
                        augmentation.path("crop").path("padding").asInt(),
                        Crop.Border.valueOf(
                                augmentation.path("crop").path("border").asText("BLACK")),
                        augmentation.path("flip_probability").asDouble(),
                        augmentation.path("flip_pattern").asText().equals("ALTERNATING"),
                        config.path("flips_only_epochs").asInt(),
                        augmentation.path("label_smoothing").asDouble()),
                new Optimizer(
                        workers * config.path("batch_size").asInt(),
                        config.path("epochs").asInt(),
                        rates(MetricsFile.read(run).rounds()),
                        config.path("bias_learning_rate_factor").asDouble(1),
                        optimizer.path("momentum").asDouble(),
                        optimizer.path("form").asText().equals("NESTEROV"),
                        optimizer.path("weight_decay").asDouble(),
                        optimizer.path("decay_scope").asText().equals("ALL")),
                new Average(
                        config.path("ema_decay").asDouble(),
                        config.path("averaging_frequency").asInt()));
    }

    private static void require(boolean known, String what) {
        if (!known) {
            throw new ConfigurationException("The script for PyTorch knows no " + what);
        }
    }

    /** Every step of a round has the rate of its last. */
    private static List<Double> rates(List<RoundMetrics> rounds) {
        List<Double> rates = new ArrayList<>();
        for (RoundMetrics round : rounds) {
            int steps = (int) (round.globalStep() - rates.size());
            rates.addAll(Collections.nCopies(steps, round.learning().learningRate()));
        }
        return rates;
    }
}
