package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.image.load.Batch;
import io.resnetspark.model.image.load.BatchLoader;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.image.load.ReadAhead;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ExampleReader;
import io.resnetspark.pipeline.device.TaskDevice;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Computes the features of every image once, on all workers, when nothing but the head is trained. Images are prepared as
 * for evaluation: features that are computed once cannot differ from epoch to epoch.
 *
 * <p>The files belong to one attempt of a training and are deleted with it; a resumed training computes them anew, since
 * that costs a fraction of an epoch and makes sure that they fit.
 */
public final class FeatureExtraction {

    private static final String DIRECTORY = "features";

    private FeatureExtraction() {}

    /**
     * @param parameters the flat vector of the whole network
     * @param run path of the run, where all workers can write
     */
    public static CachedFeatures run(JavaSparkContext spark, TrainingPlan plan, float[] parameters, String run) {
        delete(plan, run);
        Broadcast<TrainingPlan> sharedPlan = spark.broadcast(plan);
        Broadcast<float[]> sharedParameters = spark.broadcast(parameters);
        try {
            int width = headWidth(ParameterLayout.of(plan.spec()));
            return new CachedFeatures(
                    extract(
                            spark,
                            sharedPlan,
                            sharedParameters,
                            plan.images().trainingIndex(),
                            run + "/features/train",
                            width),
                    plan.images()
                            .validationIndex()
                            .map(index ->
                                    extract(spark, sharedPlan, sharedParameters, index, run + "/features/val", width))
                            .orElse(null));
        } finally {
            sharedParameters.destroy();
            sharedPlan.destroy();
        }
    }

    /** Removes the files, also those that a killed attempt left. */
    public static void delete(TrainingPlan plan, String run) {
        AtomicStore.at(run, plan.images().hadoop().configuration()).delete(DIRECTORY);
    }

    private static int headWidth(ParameterLayout layout) {
        return layout.segments().stream()
                .filter(segment -> segment.key().equals(ResNet.LOGITS + ".weight"))
                .map(segment -> Math.toIntExact(segment.shape().get(1)))
                .findFirst()
                .orElseThrow();
    }

    private static FeatureTable extract(
            JavaSparkContext spark,
            Broadcast<TrainingPlan> plan,
            Broadcast<float[]> parameters,
            ExampleIndex index,
            String directory,
            int width) {
        FeatureTable table = FeatureTable.sharedBy(plan.value().workers(), directory, index.size(), width);
        boolean ofTraining = index == plan.value().images().trainingIndex();
        List<Integer> files = IntStream.range(0, table.files()).boxed().toList();
        spark.setJobDescription("features of %d images".formatted(index.size()));
        spark.parallelize(new ArrayList<>(files), files.size()).foreach(file -> {
            TrainingPlan known = plan.value();
            ExampleIndex images = ofTraining
                    ? known.images().trainingIndex()
                    : known.images().validationIndex().orElseThrow();
            byte[] block = block(known, parameters.value(), images, table, file);
            AtomicStore.at(table.directory(), known.images().hadoop().configuration())
                    .replace(table.fileName(file), block);
        });
        return table;
    }

    private static byte[] block(
            TrainingPlan plan, float[] parameters, ExampleIndex index, FeatureTable table, int file) {
        TaskDevice.begin(plan.compute().threads());
        StateDict weights = NetworkWeights.fromFlat(ParameterLayout.of(plan.spec()), parameters);
        BatchRecipe recipe = plan.images().evaluation();
        ByteBuffer block = ByteBuffer.allocate(table.countOf(file) * table.bytesPerExample())
                .order(ByteOrder.LITTLE_ENDIAN);
        try (Classifier network = NetworkClassifier.create(
                        plan.spec(), weights, plan.optimization().batchSize());
                ExampleReader reader =
                        new ExampleReader(index, plan.images().hadoop().configuration());
                BatchLoader loader = new BatchLoader(recipe, plan.optimization().batchSize(), ReadAhead.standard())) {
            loader.start(
                    reader,
                    batches(
                            table.firstOf(file),
                            table.countOf(file),
                            plan.optimization().batchSize()),
                    0);
            while (loader.hasNext()) {
                Batch batch = loader.next();
                float[] images = new float[batch.features().remaining()];
                batch.features().get(0, images);
                block.asFloatBuffer()
                        .put(network.classify(images, batch.count()).embeddings());
                block.position(block.position() + batch.count() * table.bytesPerExample());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the images to extract features of", e);
        }
        return block.array();
    }

    private static List<int[]> batches(int first, int count, int batchSize) {
        List<int[]> batches = new ArrayList<>();
        for (int start = first; start < first + count; start += batchSize) {
            batches.add(IntStream.range(start, Math.min(start + batchSize, first + count))
                    .toArray());
        }
        return batches;
    }
}
