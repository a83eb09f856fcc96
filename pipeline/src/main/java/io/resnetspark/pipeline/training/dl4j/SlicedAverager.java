package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.checkpoint.TrainingPosition;
import io.resnetspark.model.checkpoint.TrainingSnapshot;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.pipeline.training.averaging.Averager;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;

/** This project's averaging, driven through dl4j-spark. */
public record SlicedAverager(AveragingTrainingMaster master, SparkComputationGraph graph) implements Averager {

    public SlicedAverager(JavaSparkContext spark, ComputationGraph network, AveragingTrainingMaster master) {
        this(master, new SparkComputationGraph(spark, network, master));
    }

    @Override
    public void trainEpoch() {
        graph.fitPaths(master.shards());
    }

    @Override
    public StepResult epochResult() {
        return master.epochResult();
    }

    @Override
    public StepResult validate() {
        return master.validate();
    }

    @Override
    public StepResult validate(float[] parameters) {
        return master.validate(parameters);
    }

    @Override
    public TrainingSnapshot snapshot() {
        return master.snapshot();
    }

    @Override
    public TrainingPosition position() {
        return master.position();
    }

    @Override
    public void release() {
        master.release();
    }
}
