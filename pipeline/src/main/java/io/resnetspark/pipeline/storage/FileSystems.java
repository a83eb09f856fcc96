package io.resnetspark.pipeline.storage;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.VersionInfo;

/** Opens the file systems that paths name, and says what to add where one cannot be had. */
public final class FileSystems {

    private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*", Pattern.DOTALL);

    /** Hadoop has file systems of these that claim any file to exist and cannot be written. */
    private static final Set<String> WEB = Set.of("http", "https", "ftp");

    private static final String HADOOP = VersionInfo.getVersion();

    /** Maven coordinates of what reads a scheme. */
    private static final Map<String, String> CONNECTORS = Map.ofEntries(
            Map.entry("s3a", "org.apache.hadoop:hadoop-aws:" + HADOOP),
            Map.entry("abfs", "org.apache.hadoop:hadoop-azure:" + HADOOP),
            Map.entry("abfss", "org.apache.hadoop:hadoop-azure:" + HADOOP),
            Map.entry("wasb", "org.apache.hadoop:hadoop-azure:" + HADOOP),
            Map.entry("wasbs", "org.apache.hadoop:hadoop-azure:" + HADOOP),
            Map.entry("oss", "org.apache.hadoop:hadoop-aliyun:" + HADOOP),
            Map.entry("cosn", "org.apache.hadoop:hadoop-cos:" + HADOOP),
            Map.entry("gs", "com.google.cloud.bigdataoss:gcs-connector:hadoop3-2.2.28"));

    private FileSystems() {}

    /**
     * What the user wrote as a path: a URI where it has a scheme and a slash, else a name that may hold colons.
     *
     * @throws ConfigurationException if it is neither
     */
    public static Path path(String name) {
        try {
            return URI.matcher(name).matches() ? new Path(name) : new Path(null, null, name);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("\"%s\" is no path: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * The file system of a path.
     *
     * @throws ConfigurationException if there is none here; the message names the Maven artifact that brings it
     * @throws IOException if it cannot be reached
     */
    public static FileSystem of(Path path, Configuration configuration) throws IOException {
        String scheme = Optional.ofNullable(path.toUri().getScheme()).orElse("");
        if (WEB.contains(scheme)) {
            throw new ConfigurationException(
                    "%s is on the web, where nothing is read or written here; download the file and name it"
                            .formatted(path));
        }
        try {
            FileSystem fileSystem = path.getFileSystem(configuration);
            fileSystem.makeQualified(path);
            return fileSystem;
        } catch (UnsupportedFileSystemException | LinkageError e) {
            throw missing(path, scheme, e);
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ClassNotFoundException) {
                    throw missing(path, scheme, e); // Hadoop knows the name of the class that is not there
                }
            }
            throw new ConfigurationException("%s cannot be opened: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static ConfigurationException missing(Path path, String scheme, Throwable cause) {
        if (scheme.equals("s3") || scheme.equals("s3n")) {
            return new ConfigurationException("%s: write s3a:// instead of %s://".formatted(path, scheme), cause);
        }
        String artifact = CONNECTORS.get(scheme);
        return new ConfigurationException(
                artifact == null
                        ? "%s: there is no file system for %s:// here; known are file://, hdfs:// and, with their connectors, %s"
                                .formatted(
                                        path,
                                        scheme,
                                        CONNECTORS.keySet().stream().sorted().toList())
                        : "%s: the connector for %s:// is missing; add %s, as with RESNET_SUBMIT_OPTS=\"--packages %s\" and a SPARK_HOME"
                                .formatted(path, scheme, artifact, artifact),
                cause);
    }
}
