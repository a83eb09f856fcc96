package io.resnetspark.pipeline.model;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.weights.StateDict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A model ready to be used: its weights fit its network and hold only values that a network computes with.
 *
 * @param card network, labels and preprocessing
 * @param weights under torchvision's keys
 * @param description where it came from, as the user named it
 */
public record LoadedModel(ModelCard card, StateDict weights, String description) {

    private static final int FINGERPRINT_DIGITS = 12;

    /** @throws io.resnetspark.model.error.BadDataException if the weights do not fit, or are broken, by tensor */
    public LoadedModel {
        weights = card.fitted(weights, description);
    }

    /**
     * With other names for its classes.
     *
     * @param source where they come from, for messages
     * @throws ConfigurationException if there are more or fewer than classes
     */
    public LoadedModel withLabels(List<String> labels, String source) {
        if (labels.size() != card.labels().size()) {
            throw new ConfigurationException("%s has %d class names, the network has %d classes"
                    .formatted(source, labels.size(), card.labels().size()));
        }
        return new LoadedModel(card.withLabels(labels), weights, description);
    }

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
