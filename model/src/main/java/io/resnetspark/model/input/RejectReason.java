package io.resnetspark.model.input;

/** Why a file was not taken as an image. */
public enum RejectReason {
    /** No bytes at all. */
    EMPTY,
    /** The first bytes are those of none of the formats read here. */
    NOT_AN_IMAGE,
    /** More bytes, or by its header more pixels, than {@link DecodeLimits} allow. */
    TOO_LARGE,
    /** The file ends before its image does. */
    TRUNCATED,
    /** The right format, but damaged or of a kind that cannot be decoded. */
    UNREADABLE
}
