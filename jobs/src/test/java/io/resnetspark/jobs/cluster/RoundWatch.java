package io.resnetspark.jobs.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/**
 * Follows the rounds of a training on the driver, through the events of Spark's scheduler, so that a test can strike at the
 * moment it means and see afterwards whether it hit.
 */
class RoundWatch extends SparkListener {

    private static final Pattern ROUND = Pattern.compile("round (\\d+): train, average");

    /** The two stages of a round. */
    enum Phase {
        TRAIN,
        AVERAGE
    }

    /**
     * A task of a round.
     *
     * @param round from 1
     */
    record Task(int round, Phase phase, TaskInfo info) {}

    /** A task that was lost. */
    record Failure(Task task, String reason) {}

    private record Stage(int round, Phase phase) {}

    private final Map<Integer, Stage> stages = new ConcurrentHashMap<>();
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final List<Task> succeeded = new CopyOnWriteArrayList<>();

    /** A stage of a round is about to start. */
    void submitted(int round, Phase phase) {}

    /** A task of a round starts. */
    void started(Task task) {}

    /** A task of a round is done. */
    void done(Task task) {}

    /** What was lost so far. */
    final List<Failure> failures() {
        return new ArrayList<>(failures);
    }

    /** Whether a task of that phase was lost so far. */
    final boolean lost(Phase phase) {
        return failures.stream().anyMatch(failure -> failure.task().phase() == phase);
    }

    /** What was done so far. */
    final List<Task> succeeded() {
        return new ArrayList<>(succeeded);
    }

    @Override
    public final void onStageSubmitted(SparkListenerStageSubmitted event) {
        Properties properties = event.properties();
        Matcher round = ROUND.matcher(properties == null ? "" : properties.getProperty("spark.job.description", ""));
        if (round.matches()) {
            Phase phase = event.stageInfo().parentIds().isEmpty() ? Phase.TRAIN : Phase.AVERAGE;
            Stage stage = new Stage(Integer.parseInt(round.group(1)), phase);
            stages.put(event.stageInfo().stageId(), stage);
            submitted(stage.round, phase);
        }
    }

    @Override
    public final void onTaskStart(SparkListenerTaskStart event) {
        Stage stage = stages.get(event.stageId());
        if (stage != null) {
            started(new Task(stage.round, stage.phase, event.taskInfo()));
        }
    }

    @Override
    public final void onTaskEnd(SparkListenerTaskEnd event) {
        Stage stage = stages.get(event.stageId());
        if (stage == null) {
            return;
        }
        Task task = new Task(stage.round, stage.phase, event.taskInfo());
        if (event.reason() instanceof TaskFailedReason reason) {
            failures.add(new Failure(task, reason.toErrorString()));
        } else {
            succeeded.add(task);
            done(task);
        }
    }
}
