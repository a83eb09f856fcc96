package io.resnetspark.pipeline.training;

import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.pipeline.dataset.Split;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;
import java.util.Optional;

/**
 * What a network is trained and judged on.
 *
 * @param data path of the dataset
 * @param dataVersion version of the dataset; the current one if empty
 * @param images training images to use, chosen by a hash of their content; all of them if empty
 * @param validateOn split judged after every epoch; nothing may be chosen by a test split
 * @param augmentation what is random about training images
 * @param flipsOnlyEpochs last epochs in which flips are all that is random; 0 for none
 * @param classWeights how much images of each class count: {@code none}, {@code balanced}, or {@code CLASS=WEIGHT,…}
 */
@RecordBuilder
public record DatasetConfig(
        String data,
        Optional<Integer> dataVersion,
        Optional<Integer> images,
        Split validateOn,
        Augmentation augmentation,
        int flipsOnlyEpochs,
        String classWeights)
        implements DatasetConfigBuilder.With, Serializable {

    public DatasetConfig {
        ClassWeights.parse(classWeights);
        if (flipsOnlyEpochs < 0) {
            throw new IllegalArgumentException("flips-only-epochs must not be negative: " + flipsOnlyEpochs);
        }
        if (validateOn == Split.TRAIN) {
            throw new IllegalArgumentException("validate-on must be val or test: a network knows its training images");
        }
    }
}
