package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.bench.spark.TrainerLoop;
import io.resnetspark.bench.spark.Trainings;
import io.resnetspark.pipeline.dataset.ExampleIndex;

/** A trainer in a loop on one process, without Spark: what averaging is compared with. */
final class OneProcess implements Contender {

    static final String LABEL = "one-process";

    private final Trainings training;
    private final ExampleIndex index;
    private final int threads;
    private final int steps;
    private TrainerLoop loop;

    OneProcess(Trainings training, ExampleIndex index, int threads, int steps) {
        this.training = training;
        this.index = index;
        this.threads = threads;
        this.steps = steps;
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public double repetition() {
        if (loop == null) {
            loop = new TrainerLoop(training, index, threads);
        }
        return loop.run(steps).imagesPerSecond();
    }

    @Override
    public void close() {
        if (loop != null) {
            loop.close();
        }
    }
}
