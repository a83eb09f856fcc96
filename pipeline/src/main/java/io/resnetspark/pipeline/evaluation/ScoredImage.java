package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.ScoredExample;
import io.resnetspark.model.metrics.TemperatureScaling;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every model said of an image.
 *
 * @param origin where it came from, for people to read
 * @param slices its value in every column that the report is sliced by
 * @param logits [model][class]
 */
record ScoredImage(String imageId, int label, @Nullable String origin, List<String> slices, float[][] logits)
        implements Serializable {

    /** @param temperature what the logits are divided by */
    ScoredExample example(int model, double temperature) {
        return new ScoredExample(
                label, temperature == 1 ? logits[model] : TemperatureScaling.apply(logits[model], temperature));
    }
}
