package io.resnetspark.jobs.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.resnetspark.jobs.outcome.ExitStatus;
import io.resnetspark.jobs.outcome.Failure;
import io.resnetspark.model.error.BadDataException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkSessionsIT {

    private static SparkSession spark;

    @BeforeAll
    static void openSpark() {
        spark = SparkSessions.open(
                new SparkConfig(Optional.of("local[2]"), false, Map.of("spark.sql.shuffle.partitions", "3")),
                DeviceConfig.standard(),
                "test");
    }

    @AfterAll
    static void closeSpark() {
        spark.stop();
    }

    @Test
    void settingsOfTheUserWinOverWhatSuitsTheMaster() {
        assertThat(spark.conf().get("spark.sql.shuffle.partitions")).isEqualTo("3");
        assertThat(spark.sparkContext().master()).isEqualTo("local[2]");
        assertThat(spark.sparkContext().uiWebUrl().isEmpty()).isTrue();
    }

    @Test
    void deltaTablesCanBeWrittenAndRead(@TempDir Path directory) {
        String table = directory.resolve("a table").toString();
        spark.range(10).write().format("delta").save(table);
        spark.range(5).write().format("delta").mode("append").save(table);
        assertThat(spark.read().format("delta").load(table).count()).isEqualTo(15);
        assertThat(spark.read()
                        .format("delta")
                        .option("versionAsOf", 0)
                        .load(table)
                        .count())
                .isEqualTo(10);
    }

    @Test
    void aSessionThatRunsIsJoinedAndLeftAsItIs() {
        SparkSession joined = SparkSessions.open(
                new SparkConfig(Optional.of("local[7]"), false, Map.of("spark.sql.shuffle.partitions", "5")),
                "command");
        assertThat(joined.sparkContext()).isSameAs(spark.sparkContext());
        assertThat(joined.conf().get("spark.sql.shuffle.partitions")).isEqualTo("5");
        assertThat(spark.conf().get("spark.sql.shuffle.partitions")).isEqualTo("3");
        assertThat(SparkSessions.master(new SparkConfig(Optional.empty(), false, Map.of())))
                .isEqualTo("local[2]");
    }

    @Test
    void whatATaskTellsTheUserIsReportedAsItself() {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Throwable fromRdd = catchThrowable(() -> context.parallelize(List.of(1, 2), 2)
                .map(SparkSessionsIT::refuse)
                .collect());
        assertThat(Failure.of(fromRdd).status()).isEqualTo(ExitStatus.BAD_DATA);
        assertThat(Failure.of(fromRdd).message()).startsWith("image ").endsWith(" is unreadable");

        Throwable fromDataset = catchThrowable(() -> spark.range(3)
                .map((MapFunction<Long, Integer>) id -> refuse(id.intValue()), Encoders.INT())
                .collectAsList());
        assertThat(Failure.of(fromDataset).status()).isEqualTo(ExitStatus.BAD_DATA);
    }

    private static int refuse(int number) {
        throw new BadDataException("image %d is unreadable".formatted(number));
    }
}
