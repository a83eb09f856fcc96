package io.resnetspark.model.program;

import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Executes a {@link Program} in training. Parameters, gradient, the optimiser's state and everything between images and loss
 * stay in its own memory, for example a device's, from step to step. Owned by one thread at a time.
 */
public interface ProgramTrainer extends AutoCloseable {

    /** The vector of {@link #read} and {@link #write} that holds the parameters; those of the optimiser's state follow. */
    int PARAMETERS = 0;

    /** Asks for the program again: other layers are frozen now. */
    void recompile();

    /** Overwrites a vector. */
    void write(int vector, float[] values);

    /** A copy of a vector. */
    float[] read(int vector);

    /**
     * Forward and backward pass: leaves the gradient of the summed loss and updates the running statistics.
     *
     * @param images of the network's input shape, {@code [N, H, W, C]} or {@code [N, C]}
     * @param labels {@code [N, classes]}, one-hot or soft
     */
    BatchLoss step(INDArray images, INDArray labels);

    /**
     * As {@link #step}, but may return while the device still works. The arrays may change then, and {@link #update} may
     * follow; the loss is waited for when it is asked for, at the latest before the second next step begins.
     */
    default Supplier<BatchLoss> begin(INDArray images, INDArray labels) {
        BatchLoss loss = step(images, labels);
        return () -> loss;
    }

    /**
     * Whether {@link #step} and {@link #begin} take unsigned bytes too, {@code [N, bytes of an image]} as a {@link
     * io.resnetspark.model.image.load.BatchLoader} leaves them for a device.
     */
    default boolean takesSamples() {
        return false;
    }

    /** Lets steps take such images too. */
    default void readSamples(ImageSamples samples) {
        throw new UnsupportedOperationException("Takes images as floats only");
    }

    /** Forward pass in training, for what each batch norm that learns sees; updates the running statistics. */
    List<BatchStatistics> statistics(INDArray images);

    /** Probabilities {@code [N, classes]} by the running statistics; nothing changes. */
    INDArray probabilities(INDArray images);

    /** Sum of the squared parameters of each part. */
    double[] parameterSquares(List<ParameterSlice> parts);

    /** Sum of the squared gradients of each part. */
    double[] gradientSquares(List<ParameterSlice> parts);

    /** Applies updates to parameters and optimiser state, in any order. */
    void update(List<ParameterUpdate> updates);

    /** Frees its memory at once. */
    @Override
    void close();
}
