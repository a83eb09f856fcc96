package io.resnetspark.pipeline.dataset.prepare;

import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.TestDatasets;

/** A program that prepares a folder, says when it reaches a step, and then goes on or waits to be killed. */
final class PrepareUntilKilled {

    static final String REACHED = "reached the step";

    /** What the program does at the step. */
    enum Then {
        GO_ON,
        WAIT
    }

    private PrepareUntilKilled() {}

    public static void main(String[] arguments) {
        PrepareConfig config = PrepareConfig.of(arguments[0], PrepareConfig.SourceFormat.IMAGE_FOLDER, arguments[1]);
        PrepareStep wanted = PrepareStep.valueOf(arguments[2]);
        Then then = Then.valueOf(arguments[3]);
        PrepareJob.run(TestDatasets.spark(), config, step -> {
            if (step == wanted) {
                System.out.println(REACHED);
                while (then == Then.WAIT) {
                    try {
                        Thread.sleep(1000);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        });
    }
}
