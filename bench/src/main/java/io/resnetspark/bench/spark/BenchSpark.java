package io.resnetspark.bench.spark;

import io.resnetspark.pipeline.dataset.DeltaSession;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark sessions for benchmarks. */
public final class BenchSpark {

    private BenchSpark() {}

    /** In this process, with so many task slots. */
    public static SparkSession local(int slots) {
        return SparkSession.builder()
                .config(settings().setMaster("local[%d]".formatted(slots)))
                .getOrCreate();
    }

    /**
     * Executors as processes of this machine.
     *
     * @param slots tasks of one executor at a time
     * @param heapMib Java heap of one executor
     * @param nativeMib most that the networks of one executor may take outside its heap
     */
    public static SparkSession cluster(int executors, int slots, int heapMib, int nativeMib) {
        SparkConf conf = settings()
                .setMaster("local-cluster[%d,%d,%d]".formatted(executors, slots, heapMib))
                .set("spark.executor.memory", heapMib + "m")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .set(
                        "spark.executor.extraJavaOptions",
                        "-Dorg.bytedeco.javacpp.maxbytes=%dm".formatted(nativeMib)
                                + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Djava.awt.headless=true")
                .set("spark.executorEnv.OMP_WAIT_POLICY", "passive");
        return SparkSession.builder().config(conf).getOrCreate();
    }

    private static SparkConf settings() {
        SparkConf conf = new SparkConf()
                .setAppName("resnet bench")
                .set("spark.ui.enabled", "false")
                .set("spark.ui.showConsoleProgress", "false")
                // as the application does; the reasons are there
                .set("spark.shuffle.compress", "false")
                .set("spark.broadcast.compress", "false")
                .set("spark.sql.files.maxPartitionBytes", "32m")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.sql.shuffle.partitions", "2")
                .set("spark.databricks.delta.snapshotPartitions", "2");
        DeltaSession.ownSession().forEach(conf::set);
        return conf;
    }
}
