package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.pipeline.training.TrainConfig;
import org.apache.spark.sql.SparkSession;

/** Training on Spark; a repetition is a round with all that belongs to it. */
final class SparkRounds implements Contender {

    private final String label;
    private final PausedTraining training;

    SparkRounds(String label, SparkSession spark, TrainConfig config) {
        this.label = label;
        this.training = new PausedTraining(spark, config);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public double repetition() {
        PausedTraining.Paused round = training.next();
        return round.metrics().learning().examples() / round.seconds();
    }

    @Override
    public void close() {
        training.close();
    }
}
