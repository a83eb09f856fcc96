package io.resnetspark.pipeline.storage;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.VersionInfo;

/**
 * A path or URI as a user wrote it, and the file system it lies on.
 *
 * @param path fully qualified
 * @param fileSystem that the path lies on
 */
public record Location(Path path, FileSystem fileSystem) {

    /** What brings the file systems that Spark itself does not. */
    private static final Map<String, String> CONNECTORS = Map.of(
            "s3a", "org.apache.hadoop:hadoop-aws:" + VersionInfo.getVersion(),
            "gs", "com.google.cloud.bigdataoss:gcs-connector:hadoop3-2.2.22",
            "abfs", "org.apache.hadoop:hadoop-azure:" + VersionInfo.getVersion(),
            "abfss", "org.apache.hadoop:hadoop-azure:" + VersionInfo.getVersion(),
            "wasb", "org.apache.hadoop:hadoop-azure:" + VersionInfo.getVersion(),
            "wasbs", "org.apache.hadoop:hadoop-azure:" + VersionInfo.getVersion(),
            "oss", "org.apache.hadoop:hadoop-aliyun:" + VersionInfo.getVersion(),
            "cosn", "org.apache.hadoop:hadoop-cos:" + VersionInfo.getVersion());

    /** Hadoop reads single files of a web server, but cannot list one. */
    private static final Set<String> WEB = Set.of("http", "https", "ftp");

    /**
     * Finds the file system of a path or URI; without a scheme, the configuration's default one.
     *
     * @throws ConfigurationException if the text is no path, or nothing here reaches what it names
     */
    public static Location of(String text, Configuration hadoop) {
        if (text.isBlank()) {
            throw new ConfigurationException("An empty path names nothing");
        }
        Path path = parse(text);
        String scheme = path.toUri().getScheme();
        if (scheme != null && WEB.contains(scheme)) {
            throw new ConfigurationException("%s is a web address; download it and name the copy".formatted(text));
        }
        try {
            FileSystem fileSystem = path.getFileSystem(hadoop);
            return new Location(fileSystem.makeQualified(path), fileSystem);
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new ConfigurationException(unreachable(text, scheme, e), e);
        }
    }

    /**
     * A path as it is written. Only what looks like a URI is one: a file may be called {@code 12:30}.
     *
     * @throws ConfigurationException if it is neither a path nor a URI
     */
    public static Path parse(String text) {
        if (text.matches("(file|hdfs|viewfs|s3[an]?|gs|abfss?|wasbs?|oss|https?):[^/].*")) {
            throw new ConfigurationException(
                    "%s is neither a path nor a URI, which has a slash after the colon".formatted(text));
        }
        boolean isUri = text.matches("[A-Za-z][A-Za-z0-9+.-]*:/.*");
        try {
            return isUri ? new Path(text) : new Path(null, null, text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("%s is no path: %s".formatted(text, e.getMessage()), e);
        }
    }

    private static String unreachable(String text, String scheme, Throwable why) {
        boolean missing = why instanceof org.apache.hadoop.fs.UnsupportedFileSystemException
                || why instanceof LinkageError
                || why.getCause() instanceof ClassNotFoundException;
        if (!missing) {
            return "Cannot reach %s: %s".formatted(text, why.getMessage());
        }
        if ("s3".equals(scheme) || "s3n".equals(scheme)) {
            return "Nothing here reads %s; write s3a:// instead of %s://".formatted(text, scheme);
        }
        String connector = CONNECTORS.get(scheme);
        return connector == null
                ? "Nothing here reads %s: no file system is known by %s:".formatted(text, scheme)
                : "Nothing here reads %s: Spark lacks the connector for %s:. Add it with spark-submit --packages %s (through bin/resnet: RESNET_SUBMIT_OPTS=\"--packages %s\" with a SPARK_HOME)"
                        .formatted(text, scheme, connector, connector);
    }

    /** Whether this lies on a disk of the machine that looks. */
    public boolean isLocal() {
        return "file".equals(fileSystem.getUri().getScheme());
    }

    /**
     * Checks that Java can name a local path at all, as Hadoop asks it to: under the locale C it takes every character
     * beyond ASCII for a question mark.
     *
     * @return this
     * @throws ConfigurationException if it cannot
     */
    public Location requireNameable() {
        if (isLocal() && !isNameable(path.toUri().getPath())) {
            throw new ConfigurationException(
                    "The locale of this process names files in %s, which cannot say %s; set LC_ALL=C.UTF-8, for executors spark.executorEnv.LC_ALL, and run it again"
                            .formatted(nameEncoding(), path.toUri().getPath()));
        }
        return this;
    }

    /** This path for Spark's readers, which take paths for patterns. */
    public String literal() {
        return path.toString().replaceAll("([\\\\{}\\[\\]*?])", "\\\\$1");
    }

    /** Whether this process's locale has all characters of a file's name. */
    public static boolean isNameable(String name) {
        return name.indexOf('\uFFFD') < 0
                && Charset.forName(nameEncoding()).newEncoder().canEncode(name);
    }

    /** The character set in which this process names files. */
    public static String nameEncoding() {
        return System.getProperty("sun.jnu.encoding", "UTF-8");
    }
}
