package io.resnetspark.jobs.cli;

import picocli.CommandLine.Option;

/** The MLflow server, for commands that have something to tell it. */
public final class MlflowOption {

    @Option(
            names = "--mlflow",
            paramLabel = "URI",
            order = 91,
            description = "Also tell an MLflow tracking server: parameters, metrics, report.")
    @Overrides("mlflow.uri")
    String uri;
}
