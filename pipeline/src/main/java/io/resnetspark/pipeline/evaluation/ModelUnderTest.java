package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ModelId;

/**
 * A model to judge.
 *
 * @param id identifies the weights, for example a run and its round
 * @param run how it was trained; {@link RunCurves#NONE} if that is unknown
 */
public record ModelUnderTest(String id, ClassifierSource source, RunCurves run) {

    ModelId modelId() {
        return new ModelId(
                source.architecture(),
                id,
                source.description(),
                source.precision().label());
    }
}
