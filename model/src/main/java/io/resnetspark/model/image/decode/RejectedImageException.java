package io.resnetspark.model.image.decode;

/** An encoded image that cannot or must not be decoded, and why. */
public final class RejectedImageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final RejectReason reason;

    public RejectedImageException(RejectReason reason, String message) {
        this(reason, message, null);
    }

    public RejectedImageException(RejectReason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public RejectReason reason() {
        return reason;
    }

    static RejectedImageException truncated(String what) {
        return new RejectedImageException(RejectReason.TRUNCATED, "The file ends inside " + what);
    }

    static RejectedImageException unreadable(String message) {
        return new RejectedImageException(RejectReason.UNREADABLE, message);
    }

    /** @param what the format or colour model by its name, with its article */
    static RejectedImageException unsupported(String what) {
        return new RejectedImageException(
                RejectReason.UNSUPPORTED, what + " is not read here; convert it to an 8-bit PNG or JPEG");
    }
}
