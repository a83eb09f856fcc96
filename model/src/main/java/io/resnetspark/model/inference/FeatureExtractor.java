package io.resnetspark.model.inference;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a network sees in images before its head decides: the global averages of its last stage. */
public final class FeatureExtractor implements AutoCloseable {

    private static final String HEAD_WEIGHT = ResNet.LOGITS + ".weight";
    private static final String HEAD_BIAS = ResNet.LOGITS + ".bias";

    private final Classifier identityHead;

    private FeatureExtractor(Classifier identityHead) {
        this.identityHead = identityHead;
    }

    /**
     * Makes a network ready; as {@link NetworkClassifier#create(ResNetSpec, StateDict, int)}.
     *
     * @param batchSize images that usually come together, at least 1
     */
    public static FeatureExtractor create(ResNetSpec spec, StateDict weights, int batchSize) {
        int width = (int) weights.tensor(HEAD_WEIGHT).shape()[1];
        float[] identity = new float[width * width];
        for (int i = 0; i < width; i++) {
            identity[i * width + i] = 1;
        }
        // The logits of a head that is the identity are its input, to the bit.
        Map<String, Tensor> tensors = new LinkedHashMap<>(weights.asMap());
        tensors.put(HEAD_WEIGHT, Tensor.of(identity, width, width));
        tensors.put(HEAD_BIAS, Tensor.of(new float[width], width));
        return new FeatureExtractor(
                NetworkClassifier.create(spec.withClasses(width), new StateDict(tensors), batchSize));
    }

    /** Features of one image. */
    public int width() {
        return identityHead.classes();
    }

    /**
     * Features {@code [count, width]} of images {@code [count, H, W, C]}, both row-major.
     *
     * @param images normalised
     */
    public float[] features(float[] images, int count) {
        return identityHead.logits(images, count);
    }

    @Override
    public void close() {
        identityHead.close();
    }
}
