package io.resnetspark.pipeline.run;

/**
 * The checkpoint with the best validation accuracy so far.
 *
 * @param checkpoint its name
 * @param epoch epochs done then
 * @param accuracy top-1 on the validation split
 * @param loss mean cross-entropy there, in nats
 */
public record BestCheckpoint(String checkpoint, int epoch, double accuracy, double loss) {

    public static final String FILE = "best.json";
}
