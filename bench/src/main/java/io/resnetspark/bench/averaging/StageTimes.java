package io.resnetspark.bench.averaging;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.storage.BlockUpdatedInfo;
import scala.collection.JavaConverters;

/** What Spark itself says about the jobs of averaging rounds. */
final class StageTimes extends SparkListener {

    private static final String DESCRIPTION = "spark.job.description";
    private static final long PATIENCE_MILLIS = 10_000;

    /**
     * A job of two stages.
     *
     * @param workSeconds of its first stage
     * @param reduceSeconds of its second stage
     * @param shuffleBytes written by the first
     * @param resultBytes sent to the driver by all tasks
     */
    record Job(double workSeconds, double reduceSeconds, long shuffleBytes, long resultBytes) {}

    private final Map<Integer, Set<Integer>> stagesOfJob = new HashMap<>();
    private final Map<Integer, StageInfo> stages = new HashMap<>();
    private final Map<Integer, Long> shuffleBytes = new HashMap<>();
    private final Map<Integer, Long> resultBytes = new HashMap<>();
    private final List<Job> jobs = new ArrayList<>();
    private long broadcastBytes;

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        String description = job.properties() == null ? "" : job.properties().getProperty(DESCRIPTION, "");
        if (description.startsWith("round ")) {
            Set<Integer> ids = new java.util.TreeSet<>();
            JavaConverters.seqAsJavaList(job.stageIds()).forEach(id -> ids.add(((Number) id).intValue()));
            stagesOfJob.put(job.jobId(), ids);
        }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
        TaskMetrics metrics = task.taskMetrics();
        if (metrics != null) {
            shuffleBytes.merge(task.stageId(), metrics.shuffleWriteMetrics().bytesWritten(), Long::sum);
            resultBytes.merge(task.stageId(), metrics.resultSize(), Long::sum);
        }
    }

    @Override
    public synchronized void onStageCompleted(SparkListenerStageCompleted stage) {
        stages.put(stage.stageInfo().stageId(), stage.stageInfo());
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd end) {
        Set<Integer> ids = stagesOfJob.remove(end.jobId());
        if (ids != null && ids.size() == 2 && stages.keySet().containsAll(ids)) {
            List<Integer> inOrder = new ArrayList<>(ids);
            jobs.add(new Job(
                    seconds(inOrder.get(0)),
                    seconds(inOrder.get(1)),
                    shuffleBytes.getOrDefault(inOrder.get(0), 0L),
                    resultBytes.getOrDefault(inOrder.get(0), 0L) + resultBytes.getOrDefault(inOrder.get(1), 0L)));
        }
        notifyAll();
    }

    private double seconds(int stage) {
        StageInfo info = stages.get(stage);
        return ((Number) info.completionTime().get()).longValue() / 1e3
                - ((Number) info.submissionTime().get()).longValue() / 1e3;
    }

    @Override
    public synchronized void onBlockUpdated(SparkListenerBlockUpdated update) {
        BlockUpdatedInfo block = update.blockUpdatedInfo();
        String name = block.blockId().name();
        if (block.blockManagerId().isDriver() && name.startsWith("broadcast_") && name.contains("piece")) {
            broadcastBytes += block.memSize() + block.diskSize();
        }
    }

    /** Forgets everything so far. */
    synchronized void clear() {
        jobs.clear();
        broadcastBytes = 0;
    }

    /** The jobs so far, at least {@code count}: Spark tells of them a little later than they end. */
    synchronized List<Job> await(int count) {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        try {
            while (jobs.size() < count && System.currentTimeMillis() < end) {
                wait(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (jobs.size() < count) {
            throw new IllegalStateException("Spark told of %d rounds, not of %d".formatted(jobs.size(), count));
        }
        return List.copyOf(jobs);
    }

    synchronized long broadcastBytes() {
        return broadcastBytes;
    }
}
