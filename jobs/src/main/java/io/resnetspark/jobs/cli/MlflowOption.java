package io.resnetspark.jobs.cli;

import io.resnetspark.pipeline.tracking.MlflowConfig;
import io.resnetspark.pipeline.tracking.MlflowServer;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The MLflow server, for commands that have something to tell it. */
public final class MlflowOption {

    @Option(
            names = "--mlflow",
            paramLabel = "URI",
            order = 91,
            description = "Also tell an MLflow tracking server: parameters, metrics, datasets, reports, models.")
    @Overrides("mlflow.uri")
    String uri;

    /**
     * The server that the configuration names, if it names one.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if it cannot be used
     */
    public static Optional<MlflowServer> connect(Job job) {
        return MlflowServer.connect(job.config().bind("mlflow", MlflowConfig.class));
    }
}
