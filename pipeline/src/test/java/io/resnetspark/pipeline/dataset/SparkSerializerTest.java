package io.resnetspark.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SparkSerializerTest {

    @Test
    void kryoIsRefusedAndNeverChosen() {
        SparkConf conf = new SparkConf(false);
        assertThatCode(() -> SparkSerializer.check(conf)).doesNotThrowAnyException();
        conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        assertThatThrownBy(() -> SparkSerializer.check(conf))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("KryoSerializer", "--conf spark.serializer=", "JavaSerializer");
        SparkSerializer.choose(conf);
        assertThatCode(() -> SparkSerializer.check(conf)).doesNotThrowAnyException();
    }
}
