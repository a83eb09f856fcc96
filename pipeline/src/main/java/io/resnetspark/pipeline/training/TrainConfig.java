package io.resnetspark.pipeline.training;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.pipeline.dataset.Split;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A training.
 *
 * @param data path of the dataset
 * @param dataVersion version of the dataset; the current one if empty
 * @param images training images to use, chosen by a hash of their content; all of them if empty
 * @param validateOn split judged after every epoch; nothing may be chosen by a test split
 * @param arch name of the network, for example {@code resnet18} or {@code cifar-resnet20+norm=none}
 * @param inputSize height and width of the network's input in pixels; the architecture's own if empty
 * @param weights where to start from: a run, a weights file, {@code registry:NAME}; random initialisation if empty
 * @param freeze stages that keep their weights, for example {@code stem, layer1}; {@code backbone} is all but the head
 * @param frozenFeatures what happens to images when only the head is trained
 * @param output directory of the run
 * @param averager who averages
 * @param workers number of training tasks, each with its own network, at least 1
 * @param averagingFrequency minibatches each worker trains between averaging rounds, at least 1
 * @param everyStepEpochs first epochs in which workers are averaged after every step, at least 0
 * @param slowMomentum momentum over rounds
 * @param emaDecay decay per step of the moving average of weights that becomes the model, 0 to below 1; 0 for none
 * @param transfer how workers send what they trained
 * @param reestimateBatchNormImages training images of which batch-norm statistics are computed anew in the end; 0 for none
 * @param batchSize images of one worker's minibatch, at least 1
 * @param epochs passes over the training split, at least 1
 * @param learningRate base learning rate, positive; the schedule multiplies it
 * @param headLearningRateFactor factor on the learning rate of the head {@code fc}, positive
 * @param schedule how the learning rate changes
 * @param optimizer update rule
 * @param clipNorm largest L2 norm of a minibatch's gradient; 0 for no clipping
 * @param augmentation what is random about training images
 * @param classWeights how much images of each class count: {@code none}, {@code balanced}, or {@code CLASS=WEIGHT,…}
 * @param zeroInitResidual whether blocks start as the identity (zero-γ)
 * @param seed of initial weights, order and augmentation
 * @param precision what is computed in
 * @param threadsPerWorker compute threads of each worker; 0 shares the cores of an executor among its tasks
 * @param checkpointEveryEpochs epochs between checkpoints, at least 1
 * @param keepCheckpoints newest checkpoints kept besides the best one, at least 1
 * @param earlyStoppingEpochs epochs without a better validation after which the training ends; 0 trains all epochs
 * @param onDivergence what happens when the loss explodes
 */
@RecordBuilder
public record TrainConfig(
        String data,
        Optional<Integer> dataVersion,
        Optional<Integer> images,
        Split validateOn,
        String arch,
        Optional<Integer> inputSize,
        Optional<String> weights,
        List<String> freeze,
        FrozenFeatures frozenFeatures,
        String output,
        Averaging averager,
        int workers,
        int averagingFrequency,
        int everyStepEpochs,
        SlowMomentum slowMomentum,
        double emaDecay,
        Transfer transfer,
        int reestimateBatchNormImages,
        int batchSize,
        int epochs,
        double learningRate,
        double headLearningRateFactor,
        LearningRateSchedule schedule,
        OptimizerConfig optimizer,
        double clipNorm,
        Augmentation augmentation,
        String classWeights,
        ZeroInitResidual zeroInitResidual,
        long seed,
        Precision precision,
        int threadsPerWorker,
        int checkpointEveryEpochs,
        int keepCheckpoints,
        int earlyStoppingEpochs,
        OnDivergence onDivergence)
        implements Serializable {

    /** Initial scale of each block's last batch norm. */
    public enum ZeroInitResidual {
        OFF,
        ON
    }

    /** How workers send what they trained to be averaged. */
    public enum Transfer {
        /** As it is. */
        FLOAT32,
        /** Rounded to 16 bits; what that loses is made up for in later rounds. */
        FLOAT16
    }

    /** Who averages what workers have learned. */
    public enum Averaging {
        /** This project's averaging: slice by slice, with optimiser state, every image once an epoch. */
        SLICED,
        /** dl4j-spark's own {@code ParameterAveragingTrainingMaster} with its defaults and its losses, for comparison. */
        STOCK
    }

    /** How the frozen part of a network sees images when only the head is trained. */
    public enum FrozenFeatures {
        /** Once per image, prepared as for evaluation: augmentation does not apply, except label smoothing. */
        CACHED,
        /** In every epoch, augmented. */
        RECOMPUTED
    }

    public TrainConfig {
        freeze = List.copyOf(freeze);
        atLeast("workers", workers, 1);
        atLeast("averaging-frequency", averagingFrequency, 1);
        atLeast("every-step-epochs", everyStepEpochs, 0);
        atLeast("reestimate-batch-norm-images", reestimateBatchNormImages, 0);
        atLeast("batch-size", batchSize, 1);
        atLeast("epochs", epochs, 1);
        atLeast("threads-per-worker", threadsPerWorker, 0);
        atLeast("checkpoint-every-epochs", checkpointEveryEpochs, 1);
        atLeast("keep-checkpoints", keepCheckpoints, 1);
        atLeast("early-stopping-epochs", earlyStoppingEpochs, 0);
        ClassWeights.parse(classWeights);
        if (validateOn == Split.TRAIN) {
            throw new IllegalArgumentException("validate-on must be val or test: a network knows its training images");
        }
        if (!(learningRate > 0)) {
            throw new IllegalArgumentException("learning-rate must be positive, not " + learningRate);
        }
        if (!(headLearningRateFactor > 0)) {
            throw new IllegalArgumentException(
                    "head-learning-rate-factor must be positive, not " + headLearningRateFactor);
        }
        if (!(clipNorm >= 0)) {
            throw new IllegalArgumentException("clip-norm must be at least 0, not " + clipNorm);
        }
        if (!(emaDecay >= 0 && emaDecay < 1)) {
            throw new IllegalArgumentException("ema-decay must be at least 0 and below 1, not " + emaDecay);
        }
        if (!freeze.isEmpty() && !arch.isBlank()) { // experiments name their networks later
            FrozenStages.trainedLayers(
                    ParameterLayout.of(NetworkName.parse(arch).spec()), freeze);
        }
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("%s must be at least %d, not %d".formatted(name, least, value));
        }
    }
}
