package io.resnetspark.pipeline.registry;

import io.resnetspark.model.checkpoint.ModelCard;
import java.util.List;

/**
 * What goes into a model and what comes out.
 *
 * @param input images, resized, cropped and normalised as the model card says
 * @param output one score for each class, before the softmax
 * @param classes class names by index of the output
 */
public record Signature(TensorSpec input, TensorSpec output, List<String> classes) {

    /**
     * @param name of the tensor
     * @param axes what its axes are, for example {@code N, C, H, W}
     * @param shape lengths of the axes, -1 for any
     * @param dtype {@code float32}
     */
    public record TensorSpec(String name, List<String> axes, List<Integer> shape, String dtype) {}

    static Signature of(ModelCard card) {
        int size = card.preprocessing().inputSize();
        return new Signature(
                new TensorSpec(
                        "images",
                        List.of("N", "C", "H", "W"),
                        List.of(-1, card.spec().channels(), size, size),
                        "float32"),
                new TensorSpec(
                        "logits", List.of("N", "class"), List.of(-1, card.spec().classes()), "float32"),
                card.labels());
    }
}
