package io.resnetspark.pipeline.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.resnetspark.pipeline.run.RunManifest;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a version was made from, enough to find its images and to train it again.
 *
 * @param source what the user named: a run's path, a weights file
 * @param run the training, if it is known
 * @param dataset what it was trained on, if that is known
 * @param startedFrom where its first weights came from, for example {@code registry:photos@2}
 * @param config resolved configuration of the training; an empty object if unknown
 * @param software versions of what ran, by name
 * @param environment what it ran on, by name
 */
public record Lineage(
        String source,
        Optional<RunOrigin> run,
        Optional<DatasetOrigin> dataset,
        Optional<String> startedFrom,
        JsonNode config,
        Map<String, String> software,
        Map<String, String> environment) {

    /**
     * @param id of the run
     * @param path of its directory
     * @param checkpoint its checkpoint, for example {@code round-000120}
     * @param seconds it trained
     */
    public record RunOrigin(String id, String path, String checkpoint, double seconds) {}

    /**
     * @param path of the dataset
     * @param id its identity, which survives new versions
     * @param version of the dataset
     * @param trainExamples images of the training split
     */
    public record DatasetOrigin(String path, String id, long version, long trainExamples) {}

    public Lineage {
        software = Collections.unmodifiableSortedMap(new TreeMap<>(software));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /** Nothing is known but what the user named. */
    public static Lineage unknown(String source) {
        return new Lineage(
                source,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                JsonNodeFactory.instance.objectNode(),
                Map.of(),
                Map.of());
    }

    /** A checkpoint of a run. */
    static Lineage of(RunManifest run, String path, String checkpoint) {
        return new Lineage(
                path,
                Optional.of(
                        new RunOrigin(run.id(), path, checkpoint, run.progress().seconds())),
                Optional.of(new DatasetOrigin(
                        run.images().dataset(),
                        run.images().datasetId(),
                        run.images().datasetVersion(),
                        run.images().trainExamples())),
                Optional.of(run.network().weights()),
                run.config(),
                run.environment().software(),
                Map.of(
                        "kernels", run.environment().kernels(),
                        "spark", run.environment().spark().toString(),
                        "threads per worker", Integer.toString(run.environment().threadsPerWorker())));
    }
}
