package io.resnetspark.pipeline.quantization;

import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.load.BatchRecipe;
import io.resnetspark.model.inference.RangeCalibration;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.pipeline.dataset.ExampleIndex;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.training.worker.EpochPlan;
import io.resnetspark.pipeline.training.worker.HadoopSettings;
import io.resnetspark.pipeline.training.worker.ImageMinibatches;
import io.resnetspark.pipeline.training.worker.Minibatches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Quantises a model: the weights stay as they are, and the model card gets the ranges of the maps, found by {@link
 * RangeCalibration} from images of a split. The driver computes, since a few hundred images are enough.
 *
 * @param images how many, chosen by the seed; all if there are fewer
 * @param batchSize images that the network sees together
 * @param seed of the choice
 */
public record ModelQuantization(int images, int batchSize, long seed) {

    /** @throws ConfigurationException naming every setting that is out of range */
    public ModelQuantization {
        if (images < 1 || batchSize < 1) {
            throw new ConfigurationException(
                    "--images and the batch must be at least 1, not %d and %d".formatted(images, batchSize));
        }
    }

    /**
     * The model, quantised.
     *
     * @throws ConfigurationException if the kernels of this process do not compute in 8-bit integers
     * @throws BadDataException if the split has no images
     */
    public LoadedModel quantize(SparkSession spark, ImageDataset dataset, Split split, LoadedModel model) {
        if (dataset.images(split) == 0) {
            throw new BadDataException("%s has no images in its %s split".formatted(dataset.path(), split.label()));
        }
        ResNetSpec spec = model.card().spec();
        ExampleIndex index = ExampleIndex.build(spark, dataset, split);
        int chosen = Math.min(images, index.size());
        BatchRecipe recipe = BatchRecipe.evaluation(model.card().preprocessing(), spec.classes());
        HadoopSettings hadoop = new HadoopSettings(spark.sessionState().newHadoopConf());
        try (RangeCalibration calibration = new RangeCalibration(spec, model.weights(), batchSize);
                Minibatches minibatches = new ImageMinibatches(index, recipe, batchSize, hadoop)) {
            minibatches.start(batches(index.size(), chosen), 0);
            while (minibatches.hasNext()) {
                INDArray input = minibatches.next().input();
                calibration.add(input.data().asFloat(), Math.toIntExact(input.size(0)));
            }
            Quantization quantization = calibration.quantization("%,d images of the %s split of %s, version %d"
                    .formatted(chosen, split.label(), dataset.path(), dataset.version()));
            return new LoadedModel(model.card().with(quantization), model.weights(), model.description());
        }
    }

    private List<int[]> batches(int size, int chosen) {
        int[] order = new EpochPlan(size, 1, size, seed, 0).batch(0, 0);
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < chosen; from += batchSize) {
            batches.add(Arrays.copyOfRange(order, from, Math.min(from + batchSize, chosen)));
        }
        return batches;
    }
}
