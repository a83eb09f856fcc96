package io.resnetspark.model.image.decode;

/** Why a file was not taken as an image. */
public enum RejectReason {
    /** No bytes at all. */
    EMPTY,
    /** The first bytes are those of no image format known here. */
    NOT_AN_IMAGE,
    /** A known format, coding or colour model that is not read here; the message names it. */
    UNSUPPORTED,
    /** More bytes, or by its header more pixels, than {@link DecodeLimits} allow. */
    TOO_LARGE,
    /** The file ends before its image does. */
    TRUNCATED,
    /** The right format, but damaged or of an unknown kind. */
    UNREADABLE
}
