package io.resnetspark.model.gpu.cudnn;

/** A step of a network on the device, with the addresses of all it touches. */
interface Stage extends AutoCloseable {

    /** Whether the running statistics are read, or the batch's made. */
    enum Mode {
        TRAIN,
        EVALUATE
    }

    void forward(Mode mode);

    /** From the gradient of what was written to the gradients of what was read and of the parameters. */
    void backward();

    @Override
    default void close() {
        // most hold nothing of their own
    }
}
