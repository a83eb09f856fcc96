package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.FlatVector;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.BatchNormEstimate;
import io.resnetspark.model.training.BatchNormMeasurement;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.device.TaskDevice;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.training.FrozenStages;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Computes the running statistics of a network's batch norms anew, from training images prepared as for evaluation: a random
 * choice of them, fixed by the seed, in minibatches shared among tasks, pooled exactly. Within a minibatch the network
 * normalises by that minibatch, as in training.
 *
 * @param spec the network
 * @param frozen stages that keep their statistics
 * @param recipe how images are made
 * @param index where they are
 * @param images number of images, at least 1; all if there are fewer
 * @param batchSize most images of a minibatch
 * @param tasks that share the minibatches
 * @param precision what the network computes in
 * @param threads compute threads of each task
 * @param seed of the choice
 * @param hadoop how to reach their file system
 */
public record BatchNormReestimation(
        ResNetSpec spec,
        List<String> frozen,
        BatchRecipe recipe,
        ExampleIndex index,
        int images,
        int batchSize,
        int tasks,
        TrainingPrecision precision,
        int threads,
        long seed,
        HadoopSettings hadoop)
        implements Serializable {

    /** For a training's workers. */
    public static BatchNormReestimation of(TrainingPlan plan, int images) {
        return new BatchNormReestimation(
                plan.spec(),
                plan.frozen(),
                plan.images().evaluation(),
                plan.images().trainingIndex(),
                images,
                plan.optimization().batchSize(),
                plan.workers(),
                plan.compute().precision(),
                plan.compute().threads(),
                plan.seed(),
                plan.images().hadoop());
    }

    /**
     * A model with the statistics of a dataset's training images.
     *
     * @param images number of images, at least 1
     * @param batchSize most images of a minibatch
     */
    public static LoadedModel of(
            SparkSession spark, ImageDataset dataset, LoadedModel model, int images, int batchSize) {
        ResNetSpec spec = model.card().spec();
        int tasks = Math.max(1, spark.sparkContext().defaultParallelism());
        BatchNormReestimation reestimation = new BatchNormReestimation(
                spec,
                List.of(),
                BatchRecipe.evaluation(model.card().preprocessing(), spec.classes()),
                ExampleIndex.build(spark, dataset, Split.TRAIN),
                images,
                batchSize,
                tasks,
                TrainingPrecision.FP32,
                WorkerThreads.of(spark.sparkContext(), tasks, 0),
                0,
                new HadoopSettings(spark.sessionState().newHadoopConf()));
        ParameterLayout layout = ParameterLayout.of(spec);
        float[] parameters = reestimation.run(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                NetworkWeights.toFlat(layout, model.weights()),
                layout);
        return new LoadedModel(
                model.card(),
                NetworkWeights.fromFlat(layout, parameters),
                "%s with batch-norm statistics of %,d training images"
                        .formatted(model.description(), reestimation.chosen()));
    }

    /** Number of images that are used. */
    public int chosen() {
        return Math.min(images, index.size());
    }

    /** The parameters with the new statistics. */
    public float[] run(JavaSparkContext spark, float[] parameters, ParameterLayout layout) {
        Broadcast<BatchNormReestimation> shared = spark.broadcast(this);
        Broadcast<float[]> sharedParameters = spark.broadcast(parameters);
        try {
            List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
            spark.setJobDescription("batch-norm statistics of %,d images".formatted(chosen()));
            BatchNormEstimate all = new BatchNormEstimate();
            spark.parallelize(new ArrayList<>(numbers), tasks)
                    .map(task -> shared.value().estimate(task, sharedParameters.value()))
                    .collect()
                    .forEach(all::add);
            return all.replaceIn(parameters, layout);
        } finally {
            shared.destroy();
            sharedParameters.destroy();
        }
    }

    private BatchNormEstimate estimate(int task, float[] parameters) {
        List<int[]> batches = batches(task);
        if (batches.isEmpty()) {
            return new BatchNormEstimate();
        }
        TaskDevice.begin(threads);
        ComputationGraph network = ResNet.create(spec, seed);
        try {
            FrozenStages.freeze(network, frozen);
            FlatVector.set(network.params(), parameters);
            try (Minibatches minibatches = new ImageMinibatches(index, recipe, batchSize, hadoop);
                    BatchNormMeasurement measurement = new BatchNormMeasurement(network, precision)) {
                minibatches.start(batches, 0);
                while (minibatches.hasNext()) {
                    measurement.add(minibatches.next().input());
                }
                return measurement.estimate();
            }
        } finally {
            ResNet.close(network);
        }
    }

    /** The minibatches of one of the tasks, which take turns; all are about equally large, since a small one would be normalised by chance. */
    List<int[]> batches(int task) {
        int[] order = new EpochPlan(index.size(), 1, index.size(), seed, 0).batch(0, 0);
        int count = (chosen() + batchSize - 1) / batchSize;
        List<int[]> batches = new ArrayList<>();
        for (int batch = task; batch < count; batch += tasks) {
            int from = (int) ((long) chosen() * batch / count);
            int to = (int) ((long) chosen() * (batch + 1) / count);
            batches.add(Arrays.copyOfRange(order, from, to));
        }
        return batches;
    }
}
