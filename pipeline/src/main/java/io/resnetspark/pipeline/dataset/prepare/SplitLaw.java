package io.resnetspark.pipeline.dataset.prepare;

import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.Split;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Decides the split of an image from its content and nothing else: not from its name, its neighbours, the order or the
 * number of machines that read it. The same image lands in the same split for as long as the law is the same.
 *
 * @param config fractions, seed and whether the source's own splits are taken
 */
public record SplitLaw(PrepareConfig.Splits config) implements Serializable {

    /** 2^-53, the distance between neighbouring values of {@link #uniform}. */
    private static final double UNIT = 0x1p-53;

    /**
     * @param imageId lower-case hexadecimal SHA-256 of the image's source bytes
     * @param sourceSplit the split its source puts it in, if it has splits
     */
    Split assign(String imageId, Optional<Split> sourceSplit) {
        if (config.from() == PrepareConfig.SplitOrigin.HASH || sourceSplit.isEmpty()) {
            double position = uniform(imageId, "split");
            if (position < config.train()) {
                return Split.TRAIN;
            }
            if (position < config.train() + config.val()) {
                return Split.VAL;
            }
            if (config.test() > 0) {
                return Split.TEST;
            }
            // Rounding may leave a sliver above train + val = 1: it belongs to a split that is wanted.
            return config.val() > 0 ? Split.VAL : Split.TRAIN;
        }
        boolean heldOut =
                sourceSplit.get() == Split.TRAIN && uniform(imageId, "val-from-train") < config.valFromTrain();
        return heldOut ? Split.VAL : sourceSplit.get();
    }

    /** A number in [0, 1) that depends on the seed, the purpose and the image. */
    private double uniform(String imageId, String purpose) {
        MessageDigest digest = DigestUtils.getSha256Digest();
        digest.update(ByteBuffer.allocate(8).putLong(config.seed()).array());
        digest.update(purpose.getBytes(StandardCharsets.UTF_8));
        digest.update(imageId.getBytes(StandardCharsets.US_ASCII));
        return (ByteBuffer.wrap(digest.digest()).getLong() >>> 11) * UNIT;
    }
}
