package io.resnetspark.pipeline.training;

/**
 * What is about to be trained.
 *
 * @param run directory of the run, fully qualified
 * @param architecture name of the network
 * @param parameters trainable parameters
 * @param examples images of the training split
 * @param validationExamples images of the validation split
 * @param classes number of classes
 * @param workers number of workers
 * @param threadsPerWorker compute threads of each
 * @param batchSize images of one worker's minibatch
 * @param averagingFrequency minibatches between averagings
 * @param everyStepEpochs first epochs with an averaging after every minibatch instead
 * @param epochs length of the training
 * @param totalRounds averaging rounds of the whole training
 * @param roundsDone those before: more than 0 where a training is resumed; whatever was heard of later ones is lost
 * @param totalExamples images of the whole training, repeats included
 * @param examplesDone images trained before: more than 0 where a training is resumed
 * @param kernels what computes
 */
public record TrainingSummary(
        String run,
        String architecture,
        long parameters,
        int examples,
        int validationExamples,
        int classes,
        int workers,
        int threadsPerWorker,
        int batchSize,
        int averagingFrequency,
        int everyStepEpochs,
        int epochs,
        int totalRounds,
        int roundsDone,
        long totalExamples,
        long examplesDone,
        String kernels) {

    /** When workers are averaged, for people. */
    public String averaging() {
        String later = "every %d minibatches".formatted(averagingFrequency);
        if (everyStepEpochs == 0) {
            return later;
        }
        return everyStepEpochs < epochs
                ? "every minibatch for %d epochs, then %s".formatted(everyStepEpochs, later)
                : "every minibatch";
    }
}
