package io.resnetspark.pipeline.tracking;

import java.util.Optional;

/**
 * Where trainings and evaluations are told to, if anywhere.
 *
 * @param uri of the tracking server, {@code http://} or {@code https://}; nothing is told if empty
 * @param experiment that runs belong to; made if there is none
 */
public record MlflowConfig(Optional<String> uri, String experiment) {

    public MlflowConfig {
        if (uri.isPresent() && !uri.get().matches("https?://.+")) {
            throw new IllegalArgumentException("uri must start with http:// or https://, not " + uri.get());
        }
        if (experiment.isBlank()) {
            throw new IllegalArgumentException("experiment must have a name");
        }
    }
}
