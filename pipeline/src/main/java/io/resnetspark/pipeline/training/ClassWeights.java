package io.resnetspark.pipeline.training;

import io.resnetspark.model.error.ConfigurationException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How much images of each class count in training, beside what the dataset says of each image. */
public sealed interface ClassWeights extends Serializable {

    /** All alike. */
    record Alike() implements ClassWeights {}

    /** Each class as much as every other: in inverse proportion to its training images. */
    record Balanced() implements ClassWeights {}

    /** @param weights positive, by name of the class; 1 for classes that are not named */
    record Named(Map<String, Double> weights) implements ClassWeights {
        public Named {
            weights = new LinkedHashMap<>(weights);
        }
    }

    /**
     * Reads {@code none}, {@code balanced} or {@code CLASS=WEIGHT,…}.
     *
     * @throws IllegalArgumentException if the text is none of these
     */
    static ClassWeights parse(String text) {
        return switch (text) {
            case "none" -> new Alike();
            case "balanced" -> new Balanced();
            default -> named(text);
        };
    }

    private static ClassWeights named(String text) {
        Map<String, Double> weights = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int at = part.lastIndexOf('=');
            double weight;
            try {
                weight = at < 1
                        ? Double.NaN
                        : Double.parseDouble(part.substring(at + 1).trim());
            } catch (NumberFormatException e) {
                weight = Double.NaN;
            }
            if (!(weight > 0 && Double.isFinite(weight))) {
                throw new IllegalArgumentException(
                        "class-weights must be none, balanced, or CLASS=WEIGHT,… with weights above 0, not %s"
                                .formatted(text));
            }
            if (weights.put(part.substring(0, at).trim(), weight) != null) {
                throw new IllegalArgumentException("class-weights names %s twice".formatted(part.substring(0, at)));
            }
        }
        return new Named(weights);
    }

    /**
     * The weight of each class.
     *
     * @param classes names, by class index
     * @param images training images of each class
     * @throws ConfigurationException if a class is named that is none of these
     */
    default double[] of(List<String> classes, int[] images) {
        double[] weights = new double[classes.size()];
        Arrays.fill(weights, 1);
        if (this instanceof Balanced) {
            for (int c = 0; c < weights.length; c++) {
                weights[c] = 1.0 / Math.max(1, images[c]);
            }
        } else if (this instanceof Named named) {
            List<String> unknown = new ArrayList<>(named.weights().keySet());
            unknown.removeAll(classes);
            if (!unknown.isEmpty()) {
                throw new ConfigurationException("class-weights names %s; the dataset has the classes %s"
                        .formatted(String.join(", ", unknown), String.join(", ", classes)));
            }
            for (int c = 0; c < weights.length; c++) {
                weights[c] = named.weights().getOrDefault(classes.get(c), 1.0);
            }
        }
        return weights;
    }
}
