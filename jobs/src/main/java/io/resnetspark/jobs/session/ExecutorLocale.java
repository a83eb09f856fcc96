package io.resnetspark.jobs.session;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.storage.Location;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Whether executors can name a file that lies on disks they share: under the locale C they take an ä for a question mark. */
public final class ExecutorLocale {

    private ExecutorLocale() {}

    /**
     * Asks every task slot, if the name has anything beyond ASCII in it and tasks run elsewhere.
     *
     * @throws ConfigurationException if one of them cannot name the file
     */
    public static void check(SparkSession spark, String localPath) {
        if (localPath.chars().allMatch(c -> c < 0x80)
                || DeviceRequest.runsTasksInDriver(spark.sparkContext().master())) {
            return;
        }
        int slots = spark.sparkContext().defaultParallelism();
        List<String> unable = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(Collections.nCopies(slots, localPath), slots)
                .filter(path -> !Location.isNameable(path))
                .map(path -> Location.nameEncoding())
                .distinct()
                .collect();
        if (!unable.isEmpty()) {
            throw new ConfigurationException(
                    "Executors name files in %s, which cannot say %s; start them with --conf spark.executorEnv.LC_ALL=C.UTF-8"
                            .formatted(String.join(", ", unable), localPath));
        }
    }
}
