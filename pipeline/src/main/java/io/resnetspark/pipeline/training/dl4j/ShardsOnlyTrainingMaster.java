package io.resnetspark.pipeline.training.dl4j;

import java.util.Collection;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** What dl4j-spark asks of a training master and ours declines: it trains graphs, on shards of a prepared dataset. */
public abstract class ShardsOnlyTrainingMaster implements TrainingMaster<AveragingResult, AveragingWorker> {

    @Override
    public AveragingWorker getWorkerInstance(SparkDl4jMultiLayer network) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> data) {
        throw onlyGraphs("MultiLayerNetwork");
    }

    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> data) {
        throw onlyGraphs("An RDD of DataSets: prepare a dataset and use fitPaths with shards()");
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> data) {
        throw onlyGraphs("MultiDataSet");
    }

    static UnsupportedOperationException onlyGraphs(String what) {
        return new UnsupportedOperationException(
                what + " is not supported: residual networks are ComputationGraphs trained on a prepared dataset");
    }

    @Override
    public void setCollectTrainingStats(boolean collect) {
        // every round's metrics hold the timings
    }

    @Override
    public boolean getIsCollectTrainingStats() {
        return false;
    }

    @Override
    public SparkTrainingStats getTrainingStats() {
        return null;
    }

    @Override
    public void setListeners(Collection<org.deeplearning4j.optimize.api.TrainingListener> dl4jListeners) {
        throw onlyGraphs("A DL4J listener");
    }

    @Override
    public void setListeners(
            StatsStorageRouter router, Collection<org.deeplearning4j.optimize.api.TrainingListener> dl4jListeners) {
        throw onlyGraphs("A DL4J listener");
    }

    @Override
    public void addHook(TrainingHook hook) {
        throw onlyGraphs("A training hook");
    }

    @Override
    public void removeHook(TrainingHook hook) {
        throw onlyGraphs("A training hook");
    }

    @Override
    public boolean deleteTempFiles(JavaSparkContext context) {
        return true; // there are none
    }

    @Override
    public boolean deleteTempFiles(SparkContext context) {
        return true; // there are none
    }
}
