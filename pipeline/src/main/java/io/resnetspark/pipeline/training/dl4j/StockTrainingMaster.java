package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.pipeline.training.TrainConfig;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;

/** dl4j-spark's own master, unchanged, except that it says when a round is done. */
public final class StockTrainingMaster extends ParameterAveragingTrainingMaster {

    private final transient Runnable roundDone;

    private StockTrainingMaster(Builder builder, Runnable roundDone) {
        super(builder);
        this.roundDone = roundDone;
    }

    /** With dl4j-spark's defaults for everything that a training does not set. */
    static StockTrainingMaster of(TrainConfig config, StockStepHook hook, Runnable roundDone) {
        // Builder(int) alone ends in a NullPointerException
        Builder builder = new Builder(
                        config.averaging().workers(), config.optimization().batchSize())
                .batchSizePerWorker(config.optimization().batchSize())
                .averagingFrequency(config.averaging().averagingFrequency())
                .rngSeed(config.seed())
                .trainingHooks(hook);
        return new StockTrainingMaster(builder, roundDone);
    }

    @Override
    protected void processResults(
            SparkDl4jMultiLayer network,
            SparkComputationGraph graph,
            JavaRDD<ParameterAveragingTrainingResult> results,
            int round,
            int rounds) {
        super.processResults(network, graph, results, round, rounds);
        roundDone.run();
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    protected boolean canEqual(Object other) {
        return this == other;
    }
}
