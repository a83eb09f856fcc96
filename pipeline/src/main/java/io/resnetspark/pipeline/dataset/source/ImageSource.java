package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.pipeline.dataset.PrepareConfig;
import org.apache.spark.sql.SparkSession;

/** A place that labelled images come from. */
public sealed interface ImageSource permits ImageFolderSource, CifarSource, IdxSource, ParquetSource {

    /**
     * Looks at the source's layout on the driver; images are read when the rows are.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if this is not a source of that kind
     * @throws io.resnetspark.model.error.BadDataException if a container of images is damaged as a whole
     */
    SourceImages images(SparkSession spark);

    static ImageSource of(PrepareConfig config) {
        return switch (config.format()) {
            case IMAGE_FOLDER -> new ImageFolderSource(config.input(), config.output());
            case CIFAR10 -> new CifarSource(config.input(), CifarSource.Variant.CIFAR10);
            case CIFAR100 -> new CifarSource(config.input(), CifarSource.Variant.CIFAR100);
            case IDX -> new IdxSource(config.input());
            case PARQUET -> new ParquetSource(config.input(), config.parquet());
        };
    }
}
