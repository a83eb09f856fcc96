package io.resnetspark.pipeline.registry;

import io.resnetspark.model.checkpoint.ModelCard;
import java.util.List;
import java.util.SortedMap;

/**
 * {@code version.json} in the directory of a version: all there is to know about it but its number and aliases, which the
 * registry's log gives.
 *
 * @param formatVersion of this file
 * @param name of the model
 * @param key identifies run and checkpoint, or the weights: adding the same again finds this version
 * @param model network, class names and preprocessing
 * @param signature shapes and types
 * @param metrics by name: shares in 0..1, losses in nats
 * @param lineage what it was made from
 * @param attachments files kept with it, for example {@code report/index.html}
 */
public record VersionDocument(
        int formatVersion,
        String name,
        String key,
        ModelCard model,
        Signature signature,
        SortedMap<String, Double> metrics,
        Lineage lineage,
        List<String> attachments) {

    static final String FILE = "version.json";
    static final int FORMAT_VERSION = 1;
}
