package io.resnetspark.model.kernel.onednn.training;

/** The calls of one step of a program in training. */
public interface TrainingStep {

    /** Which statistics batch norms use. */
    enum Mode {
        /** The batch's, where they learn; what the backward pass needs is kept. */
        TRAIN,
        /** The running ones. */
        EVALUATE
    }

    void forward(Mode mode);

    /** From the gradient of what was written to the gradients of what was read and of the parameters. */
    void backward();
}
