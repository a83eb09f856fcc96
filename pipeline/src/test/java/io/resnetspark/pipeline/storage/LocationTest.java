package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationTest {

    private static final Configuration HADOOP = new Configuration();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3a://bucket/x | org.apache.hadoop:hadoop-aws:3",
                "abfss://c@account/x | org.apache.hadoop:hadoop-azure:3",
                "gs://bucket/x | com.google.cloud.bigdataoss:gcs-connector",
                "s3://bucket/x | write s3a://",
                "nosuch://bucket/x | no file system is known",
                "https://host/x.zip | web address",
                "s3a:bucket/x | neither a path nor a URI",
                "file://tmp/x | Wrong FS",
                "hdfs:///x | Cannot reach"
            })
    void whatNothingHereReadsIsRefusedByName(String uri, String said) {
        Configuration bare = new Configuration();
        bare.set("fs.s3a.impl", "not.here.S3AFileSystem"); // tests have the connector
        assertThatThrownBy(() -> Location.of(uri, bare))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(said)
                .hasMessageContaining(uri);
    }

    @Test
    void aPathMayHoldColonsAndPatterns() {
        Location location = Location.of("12:30 [a]*", HADOOP);
        assertThat(location.path().toString()).isEqualTo("file:" + Path.of("").toAbsolutePath() + "/12:30 [a]*");
        assertThat(location.literal()).endsWith("/12:30 \\[a\\]\\*");
        assertThat(Location.of("file:///a/b", HADOOP).path()).hasToString("file:/a/b");
    }
}
