package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.NumberedLog;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A versioned store of models on any Hadoop file system.
 *
 * <pre>
 * ROOT/NAME/log/0000000001.json …  what happened, in the order all writers agree on
 * ROOT/NAME/current.json           versions and aliases after one of the last entries
 * ROOT/NAME/versions/STAMP-ID/     model.safetensors, version.json, report/…, SHA256SUMS
 * </pre>
 */
public final class ModelRegistry {

    private final AtomicStore store;

    private ModelRegistry(AtomicStore store) {
        this.store = store;
    }

    /**
     * The registry at {@code root}, which need not exist yet.
     *
     * @param root a path or URI that Hadoop understands
     */
    public static ModelRegistry at(String root, Configuration hadoop) {
        return new ModelRegistry(AtomicStore.at(root, hadoop));
    }

    /**
     * The registry that the configuration or the environment names.
     *
     * @throws ConfigurationException if neither does
     * @see RegistryLocation
     */
    public static ModelRegistry of(Configuration hadoop) {
        return at(RegistryLocation.required(hadoop), hadoop);
    }

    /** Fully qualified. */
    public String path() {
        return store.root().toString();
    }

    /** Names of the models that have ever had a version, sorted. */
    public List<String> names() {
        return store.list("").stream()
                .filter(name -> NumberedLog.in(store, name + "/" + EventLog.DIRECTORY)
                        .read(1)
                        .isPresent())
                .toList();
    }

    /**
     * The model of that name, which need not exist yet.
     *
     * @throws ConfigurationException if nothing can have that name
     */
    public RegisteredModel model(String name) {
        return new RegisteredModel(store, name);
    }

    /**
     * The version that {@code NAME}, {@code NAME@alias} or {@code NAME@3} names, with or without {@code registry:}.
     *
     * @throws ConfigurationException if there is none
     * @throws BadDataException if the registry is damaged
     */
    public RegisteredVersion find(String reference) {
        return find(ModelReference.parse(reference));
    }

    /** As {@link #find(String)}. */
    public RegisteredVersion find(ModelReference reference) {
        return model(reference.name()).find(reference.selector());
    }
}
