package io.resnetspark.pipeline.experiment;

import io.resnetspark.pipeline.training.TrainConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of an experiment: a training that is repeated with every seed.
 *
 * @param name short and unique within the experiment, for example {@code cifar-plain20, rate 0.1}
 * @param axes what tells it from the others, numbers or text, in the order they are shown
 * @param config the training; data, output, seed and scale are set when it runs
 */
record Training(String name, Map<String, Object> axes, TrainConfig config) {

    Training {
        axes.values().forEach(value -> {
            if (!(value instanceof Number || value instanceof String)) {
                throw new IllegalArgumentException("An axis has numbers or text, not " + value);
            }
        });
        axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
    }

    /** The name as part of a path. */
    String directory(long seed) {
        return "%s-seed-%d".formatted(name.replaceAll("[^A-Za-z0-9.]+", "-"), seed);
    }
}
