package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.pipeline.training.worker.RoundOrder;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;

/** Names a round's stages on Spark's page: a stage is named after the place where its last RDD or its job was made. */
public final class RoundStages implements AutoCloseable {

    private final SparkContext context;
    private final int round;

    private RoundStages(SparkContext context, int round) {
        this.context = context;
        this.round = round;
    }

    /** What is made from now on trains. */
    static RoundStages train(JavaRDD<String> shards, RoundOrder order) {
        RoundStages stages = new RoundStages(shards.context(), order.round() + 1);
        stages.name("train");
        return stages;
    }

    /** What is made from now on averages. */
    void average() {
        name("average");
    }

    private void name(String work) {
        context.setCallSite("round %d: %s".formatted(round, work));
    }

    @Override
    public void close() {
        context.clearCallSite();
    }
}
