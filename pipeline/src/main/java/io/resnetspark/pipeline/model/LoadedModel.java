package io.resnetspark.pipeline.model;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.weights.StateDict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A model ready to be used.
 *
 * @param card network, labels and preprocessing
 * @param weights under torchvision's keys
 * @param description where it came from, as the user named it
 */
public record LoadedModel(ModelCard card, StateDict weights, String description) {

    private static final int FINGERPRINT_DIGITS = 12;

    /** Hexadecimal digits of a hash of card and weights: the same wherever the model lies, others for any other model. */
    public String fingerprint() {
        MessageDigest digest = DigestUtils.getSha256Digest();
        try {
            CheckpointFormat.writeModel(card, weights, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        } catch (IOException e) {
            throw new UncheckedIOException("Nothing is written that could fail", e);
        }
        return Hex.encodeHexString(digest.digest()).substring(0, FINGERPRINT_DIGITS);
    }
}
