package io.resnetspark.pipeline.training.worker;

import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.nd4j.common.loader.Source;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Makes minibatches of a prepared dataset out of their names, for {@code SparkComputationGraph.fitPaths}: what dl4j-spark
 * takes for the path of an exported file is a place in an epoch. Each task has its own, closed with the task.
 */
public final class MinibatchLoader implements DataSetLoader {

    private static final long serialVersionUID = 1L;

    private final Broadcast<TrainingPlan> plan;
    private transient Minibatches minibatches;
    private transient EpochPlan epochPlan;
    private transient int epoch;

    public MinibatchLoader(Broadcast<TrainingPlan> plan) {
        this.plan = plan;
    }

    /** The name of a worker's minibatch. */
    public static String name(int epoch, int step, int worker) {
        return "minibatch/%d/%d/%d".formatted(epoch, step, worker);
    }

    @Override
    public DataSet load(Source source) {
        String[] words = source.getPath().split("/", -1);
        int wantedEpoch = Integer.parseInt(words[1]);
        int step = Integer.parseInt(words[2]);
        int worker = Integer.parseInt(words[3]);
        if (minibatches == null) {
            minibatches = plan.value().trainingMinibatches();
            TaskCompletionListener closing = context -> minibatches.close();
            TaskContext.get().addTaskCompletionListener(closing);
        }
        if (epochPlan == null || epoch != wantedEpoch) {
            epochPlan = plan.value().epochPlan(wantedEpoch);
            epoch = wantedEpoch;
        }
        minibatches.start(List.of(epochPlan.batch(step, worker)), epoch);
        Minibatch batch = minibatches.next();
        // its memory belongs to the reader, and dl4j-spark asks for the next one before it trains this one
        return new DataSet(batch.input().dup(), batch.targets().dup());
    }
}
