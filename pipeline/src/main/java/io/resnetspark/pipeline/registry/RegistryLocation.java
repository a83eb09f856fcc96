package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.ConfigurationException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * Where the registry is, for code that only has a Hadoop configuration: the key {@value #KEY}, which Spark passes on as
 * {@code spark.hadoop.}{@value #KEY}; else the environment variable {@value #VARIABLE}.
 */
public final class RegistryLocation {

    public static final String KEY = "resnet.registry.path";
    public static final String VARIABLE = "RESNET_REGISTRY";

    private RegistryLocation() {}

    /** Makes {@code root} the registry of everything that is handed this configuration. */
    public static void set(Configuration hadoop, String root) {
        hadoop.set(KEY, root);
    }

    /** Path or URI of the registry's root, if one is set. */
    public static Optional<String> of(Configuration hadoop) {
        return Optional.ofNullable(hadoop.getTrimmed(KEY))
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)))
                .filter(path -> !path.isBlank());
    }

    /** @throws ConfigurationException if none is set */
    static String required(Configuration hadoop) {
        return of(hadoop)
                .orElseThrow(() -> new ConfigurationException(
                        "Which registry? Name its directory with --registry, registry.path or the environment variable "
                                + VARIABLE));
    }
}
