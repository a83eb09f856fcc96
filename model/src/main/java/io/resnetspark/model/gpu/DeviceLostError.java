package io.resnetspark.model.gpu;

/**
 * The GPU's context is dead, for example after a fault of memory: nothing can be computed or freed in this process any more.
 * An error of the virtual machine's kind, which ends a Spark executor; Spark starts another in its place, with a new context.
 */
public final class DeviceLostError extends InternalError {

    private static final long serialVersionUID = 1L;

    public DeviceLostError(String message) {
        super(message);
    }
}
