package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.training.StepResult;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The part of the validation split that one worker evaluates: every {@code workers}-th image. */
public final class ValidationShare {

    private final TrainingPlan plan;
    private final List<int[]> batches;

    private ValidationShare(TrainingPlan plan, List<int[]> batches) {
        this.plan = plan;
        this.batches = batches;
    }

    static ValidationShare of(TrainingPlan plan, int worker) {
        ExampleIndex index = plan.images().validationIndex().orElseThrow();
        List<int[]> batches = new ArrayList<>();
        int stride = plan.workers();
        for (int first = worker;
                first < index.size();
                first += stride * plan.optimization().batchSize()) {
            int count = Math.min(plan.optimization().batchSize(), (index.size() - first + stride - 1) / stride);
            int[] batch = new int[count];
            for (int i = 0; i < count; i++) {
                batch[i] = first + i * stride;
            }
            batches.add(batch);
        }
        return new ValidationShare(plan, batches);
    }

    /**
     * Loss and correct predictions of a network in inference mode.
     *
     * @param network from images to probabilities
     */
    StepResult evaluate(UnaryOperator<INDArray> network) {
        StepResult result = StepResult.NONE;
        try (Minibatches minibatches = plan.validationMinibatches()) {
            minibatches.start(batches, 0);
            while (minibatches.hasNext()) {
                Minibatch batch = minibatches.next();
                result = result.plus(score(network.apply(batch.input()), batch));
            }
        }
        return result;
    }

    public static StepResult score(INDArray probabilities, Minibatch batch) {
        int classes = Math.toIntExact(probabilities.size(1));
        float[] values =
                probabilities.reshape('c', new long[] {probabilities.length()}).toFloatVector();
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < batch.count(); i++) {
            int label = batch.labels()[i];
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (values[i * classes + c] > values[i * classes + best]) {
                    best = c;
                }
            }
            correct += best == label ? 1 : 0;
            loss -= Math.log(Math.max(values[i * classes + label], Float.MIN_NORMAL));
        }
        return new StepResult(batch.count(), loss, correct);
    }
}
