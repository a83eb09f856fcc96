package io.resnetspark.bench.averaging;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.bench.spark.TakingTurns;
import io.resnetspark.bench.workload.StockNetworks;
import io.resnetspark.model.ResNetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * dl4j-spark as it is usually used: DL4J's own layers with their oneDNN helpers made to load, minibatches as an RDD of data
 * sets in memory, which it exports to files in every fit.
 */
final class StockRounds implements Contender {

    static final String LABEL = "dl4j-spark-2x1";

    private final JavaSparkContext spark;
    private final ResNetSpec spec;
    private final int batchSize;
    private final int workers;
    private final int averagingFrequency;
    private SparkComputationGraph graph;
    private JavaRDD<DataSet> minibatches;

    StockRounds(JavaSparkContext spark, ResNetSpec spec, int batchSize, int workers, int averagingFrequency) {
        this.spark = spark;
        this.spec = spec;
        this.batchSize = batchSize;
        this.workers = workers;
        this.averagingFrequency = averagingFrequency;
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public double repetition() {
        if (graph == null) {
            open();
        }
        long begin = System.nanoTime();
        graph.fit(minibatches);
        return (double) workers * averagingFrequency * batchSize / ((System.nanoTime() - begin) / 1e9);
    }

    /** It is so slow that the fewest have to do. */
    @Override
    public int repetitions(int asked) {
        return Math.min(asked, TakingTurns.FEWEST_REPETITIONS);
    }

    private void open() {
        ComputationGraph network = StockNetworks.withHelpers(spec);
        ParameterAveragingTrainingMaster master = new ParameterAveragingTrainingMaster.Builder(workers, batchSize)
                .batchSizePerWorker(batchSize)
                .averagingFrequency(averagingFrequency)
                .build();
        graph = new SparkComputationGraph(spark, network, master);
        SplittableRandom random = new SplittableRandom(1);
        int pixels = spec.channels() * spec.inputSize() * spec.inputSize();
        List<DataSet> round = new ArrayList<>();
        for (int i = 0; i < workers * averagingFrequency; i++) {
            float[] images = new float[batchSize * pixels];
            float[] labels = new float[batchSize * spec.classes()];
            for (int p = 0; p < images.length; p++) {
                images[p] = (float) (random.nextDouble() * 4 - 2);
            }
            for (int image = 0; image < batchSize; image++) {
                labels[image * spec.classes() + random.nextInt(spec.classes())] = 1;
            }
            long[] shape = {batchSize, spec.channels(), spec.inputSize(), spec.inputSize()};
            round.add(new DataSet(
                    Nd4j.create(images, shape, 'c'), Nd4j.create(labels, new long[] {batchSize, spec.classes()}, 'c')));
        }
        minibatches = spark.parallelize(round, workers);
    }

    @Override
    public void close() {
        if (graph != null) {
            graph.getTrainingMaster().deleteTempFiles(spark);
            graph.getNetwork().close();
        }
    }
}
