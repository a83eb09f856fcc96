package io.resnetspark.model.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.BatchLoss;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ProgramTrainer;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a network's parameters, its gradient and its optimiser's state lie while it is trained, and what computes on them
 * there.
 */
interface Learner extends AutoCloseable {

    /**
     * Begins to compute the gradient of the summed loss and to update the running statistics.
     *
     * @return waits for the loss
     */
    Supplier<BatchLoss> computeGradient(INDArray images, INDArray labels);

    /** Lets {@link #computeGradient} take images of unsigned bytes, if it can; see {@link ProgramTrainer#readSamples}. */
    boolean readSamples(ImageSamples samples);

    /** Sum of the squared gradients of these parameters. */
    double gradientSquares(List<ParameterLayout.Segment> counted);

    /** Updates the parameters by the newest gradient; see {@link io.resnetspark.model.optim.UpdateRule#updates}. */
    void update(float gradientScale, float learningRate, long globalStep);

    void useRates(RateFactors factors);

    /** Computes from now on with the layers as they are frozen now. */
    void layersFroze();

    /** Probabilities {@code [N, classes]} by the running statistics. */
    INDArray probabilities(INDArray images);

    /** A copy of the current state. */
    TrainingState state();

    /** Continues from a state of the same shape. */
    void restore(TrainingState state);

    /** Number of the optimiser's state vectors. */
    int stateVectors();

    /** Overwrites the parameters and running statistics; the optimiser's state stays. */
    void useParameters(float[] parameters);

    /** Frees memory that Java does not. */
    @Override
    void close();
}
