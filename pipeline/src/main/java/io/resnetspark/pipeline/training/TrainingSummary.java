package io.resnetspark.pipeline.training;

/**
 * What is about to be trained.
 *
 * @param run directory of the run, fully qualified
 * @param kernels what computes
 * @param network what is trained
 * @param images how many images the splits have
 * @param workers who trains
 * @param course how long, and how far it is
 */
public record TrainingSummary(
        String run, String kernels, Network network, Images images, Workers workers, Course course) {

    /**
     * @param architecture name of the network
     * @param parameters trainable parameters
     * @param classes number of classes
     */
    public record Network(String architecture, long parameters, int classes) {}

    /**
     * @param training images of the training split
     * @param validation images of the validation split
     */
    public record Images(int training, int validation) {}

    /**
     * @param count number of workers
     * @param threads compute threads of each
     * @param batchSize images of one worker's minibatch
     * @param averagingFrequency minibatches between averagings
     * @param everyStepEpochs first epochs with an averaging after every minibatch instead
     */
    public record Workers(int count, int threads, int batchSize, int averagingFrequency, int everyStepEpochs) {}

    /**
     * @param epochs length of the training
     * @param totalRounds averaging rounds of the whole training
     * @param roundsDone those before: more than 0 where a training is resumed; whatever was heard of later ones is lost
     * @param totalExamples images of the whole training, repeats included
     * @param examplesDone images trained before: more than 0 where a training is resumed
     */
    public record Course(int epochs, int totalRounds, int roundsDone, long totalExamples, long examplesDone) {}

    /** When workers are averaged, for people. */
    public String averaging() {
        String later = "every %d minibatches".formatted(workers.averagingFrequency());
        if (workers.everyStepEpochs() == 0) {
            return later;
        }
        return workers.everyStepEpochs() < course.epochs()
                ? "every minibatch for %d epochs, then %s".formatted(workers.everyStepEpochs(), later)
                : "every minibatch";
    }
}
