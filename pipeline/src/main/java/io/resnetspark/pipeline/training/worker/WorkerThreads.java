package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.kernel.ComputeThreads;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/** Shares the cores of an executor among the workers it runs at a time. */
public final class WorkerThreads {

    private WorkerThreads() {}

    /** @param wanted threads per worker, or 0 to share the cores evenly */
    public static int of(SparkContext context, int workers, int wanted) {
        if (wanted > 0) {
            return wanted;
        }
        SparkConf conf = context.getConf();
        int taskCpus = conf.getInt("spark.task.cpus", 1);
        int executors = Math.max(1, context.statusTracker().getExecutorInfos().length - (context.isLocal() ? 0 : 1));
        int slots = Math.max(1, context.defaultParallelism());
        int cores = context.isLocal()
                ? Math.min(slots, Runtime.getRuntime().availableProcessors())
                : conf.getInt("spark.executor.cores", Math.max(1, slots / executors));
        int concurrent = Math.min(Math.max(1, cores / taskCpus), (workers + executors - 1) / executors);
        return Math.max(taskCpus, ComputeThreads.share(cores, concurrent));
    }
}
