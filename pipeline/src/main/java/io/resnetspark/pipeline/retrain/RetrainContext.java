package io.resnetspark.pipeline.retrain;

import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * What the steps of a cycle work with.
 *
 * @param spark a session with Delta
 * @param settings the configuration
 * @param software versions of what runs, by name, for provenance
 */
public record RetrainContext(SparkSession spark, RetrainSettings settings, Map<String, String> software) {

    public RetrainConfig config() {
        return settings.retrain();
    }

    public Configuration hadoop() {
        return spark.sparkContext().hadoopConfiguration();
    }

    public ImageDataset dataset(int version) {
        return ImageDataset.open(spark, config().places().dataset(), version);
    }

    public RegisteredModel model() {
        return ModelRegistry.of(hadoop()).model(config().places().model());
    }

    /** The registered version of that number. */
    public RegisteredVersion registered(int version) {
        return model().version(version);
    }

    public Optional<Integer> champion() {
        return model().state().champion();
    }
}
