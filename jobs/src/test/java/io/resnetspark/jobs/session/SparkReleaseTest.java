package io.resnetspark.jobs.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkReleaseTest {

    @ParameterizedTest
    @CsvSource({"3.5.9, 17", "3.5.6-amzn-0, 21", "4.0.1, 17", "4.1.0, 21", "4.2.0, 25", "4.3.1-SNAPSHOT, 25"})
    void whatWorksTogetherHasNoObstacle(String spark, int java) {
        assertThat(SparkRelease.of(spark).obstacle(java)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "3.4.2, 17, 3.5",
        "2.4.8, 17, 3.5",
        "4.0.0, 17, 4.0.1 or later",
        "3.5.9, 24, Java 24",
        "3.5.9, 25, point JAVA_HOME at a Java 17"
    })
    void whatDoesNotIsNamedWithAWayOut(String spark, int java, String said) {
        assertThat(SparkRelease.of(spark).obstacle(java))
                .hasValueSatisfying(text -> assertThat(text).contains(said));
    }

    @Test
    void theSparkOfTheTestsIsOne() {
        assertThat(SparkRelease.running().obstacle(Runtime.version().feature())).isEmpty();
        assertThatThrownBy(() -> SparkRelease.of("main")).hasMessageContaining("main");
    }
}
