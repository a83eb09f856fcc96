package io.resnetspark.jobs.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the application jar. */
public final class Version implements IVersionProvider {

    /** As in the jar's manifest; {@code development} when run from classes. */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "resnet-spark %s".formatted(current()),
            "Spark %s, Java %s".formatted(org.apache.spark.package$.MODULE$.SPARK_VERSION(), Runtime.version())
        };
    }
}
