package io.resnetspark.jobs.session;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A released version of Spark.
 *
 * @param minor for example 3.5
 * @param patch the third number
 */
public record SparkRelease(String minor, int patch) {

    private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+)\\.(\\d+).*");

    /** The last Java whose security manager can still be asked for, as Hadoop 3.3 does. */
    private static final int LAST_JAVA_OF_SPARK_3 = 23;

    /** @param version as Spark gives it, with whatever its distributor has added, for example 3.5.6-amzn-0 */
    public static SparkRelease of(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("%s is no version of Spark".formatted(version));
        }
        return new SparkRelease(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    /** The one on the class path. */
    public static SparkRelease running() {
        return of(org.apache.spark.package$.MODULE$.SPARK_VERSION());
    }

    /**
     * What keeps resnet-spark from running on it, and what to do instead; empty if nothing does.
     *
     * @param java feature version, for example 17
     */
    public Optional<String> obstacle(int java) {
        if (!minor.equals("3.5") && !minor.startsWith("4.")) {
            return Optional.of(
                    "Spark %s is none that resnet-spark runs on: take Spark 3.5, or 4.0.1 or later".formatted(this));
        }
        if (minor.equals("4.0") && patch == 0) {
            return Optional.of("Spark 4.0.0 lacks constructors that Spark ML's parameters need: take 4.0.1 or later");
        }
        if (minor.equals("3.5") && java > LAST_JAVA_OF_SPARK_3) {
            return Optional.of("Spark %s does not run on Java %d: point JAVA_HOME at a Java 17, or take Spark 4"
                    .formatted(this, java));
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "%s.%d".formatted(minor, patch);
    }
}
