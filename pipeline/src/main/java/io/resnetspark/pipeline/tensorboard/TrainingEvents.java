package io.resnetspark.pipeline.tensorboard;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.BatchNormMetrics;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.framework.Summary;

/**
 * Trainings as scalars, each in a folder of its own: {@code round/…} by averaging rounds and {@code epoch/…} by epochs. A
 * training that is resumed, or goes back to an earlier checkpoint, is written anew from what its run kept, so that nothing
 * is there twice. A disk that is full is warned of and stops no training.
 */
public final class TrainingEvents implements TrainingListener {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingEvents.class);
    private static final String KIND = "resnet-spark-training";
    private static final long SYNC_EVERY_NANOS = 10_000_000_000L;

    private final Path folder;
    private final Configuration hadoop;
    private final Function<String, String> names;
    private RunDirectory run;
    private EventFile events;
    private long synced;

    /**
     * @param folder on a disk of this machine
     * @param names of the folders of trainings in it, by the directories of their runs
     * @throws ConfigurationException if nothing can be written there
     */
    public TrainingEvents(Path folder, Configuration hadoop, Function<String, String> names) {
        this.folder = folder;
        this.hadoop = hadoop;
        this.names = names;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ConfigurationException("Cannot write TensorBoard's files to %s: %s".formatted(folder, e), e);
        }
        if (!Files.isWritable(folder)) {
            throw new ConfigurationException("Cannot write TensorBoard's files to %s".formatted(folder));
        }
    }

    /** The last part of a run's path. */
    public static String lastPart(String run) {
        return run.substring(run.lastIndexOf('/') + 1);
    }

    /** The folder of a retrain cycle, in whose directory the run lies. */
    public static String cycle(String run) {
        String directory = run.substring(0, run.lastIndexOf('/'));
        return "cycle-" + lastPart(directory);
    }

    /**
     * Writes what a run has measured so far.
     *
     * @param folder of the run's files
     * @return number of rounds and epochs
     */
    public static int convert(RunDirectory run, Path folder) throws IOException {
        MetricsFile metrics = MetricsFile.read(run);
        try (EventFile events = new EventFile(folder, KIND)) {
            write(metrics, Instant.parse(run.manifest().createdAt()), events);
        }
        return metrics.rounds().size() + metrics.epochs().size();
    }

    /** Times are counted from the beginning, without interruptions: the run keeps how long things took. */
    private static void write(MetricsFile metrics, Instant beginning, EventFile events) throws IOException {
        Iterator<RoundMetrics> rounds = metrics.rounds().iterator();
        RoundMetrics next = rounds.hasNext() ? rounds.next() : null;
        Instant epochStart = beginning;
        for (EpochMetrics epoch : metrics.epochs()) {
            Instant now = epochStart;
            while (next != null && next.round() <= epoch.round()) {
                now = now.plus(seconds(next.times().seconds()));
                events.add(now, next.round(), summary(next));
                next = rounds.hasNext() ? rounds.next() : null;
            }
            epochStart = epochStart.plus(seconds(epoch.seconds()));
            events.add(epochStart, epoch.epoch(), summary(epoch));
        }
        Instant now = epochStart;
        while (next != null) {
            now = now.plus(seconds(next.times().seconds()));
            events.add(now, next.round(), summary(next));
            next = rounds.hasNext() ? rounds.next() : null;
        }
        for (BatchNormMetrics batchNorm : metrics.batchNorm()) {
            events.add(epochStart, batchNorm.epoch(), summary(batchNorm));
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(1000 * seconds));
    }

    private static Summary summary(RoundMetrics round) {
        Summary.Builder summary = Summary.newBuilder();
        EventFile.scalar(summary, "round/loss", round.learning().loss());
        EventFile.scalar(summary, "round/top1", round.learning().accuracy());
        EventFile.scalar(summary, "round/learning_rate", round.learning().learningRate());
        EventFile.scalar(summary, "round/images_per_second", round.times().imagesPerSecond());
        EventFile.scalar(summary, "round_seconds/train", round.times().trainSeconds());
        EventFile.scalar(summary, "round_seconds/input_wait", round.times().inputWaitSeconds());
        EventFile.scalar(summary, "round_seconds/broadcast", round.times().broadcastSeconds());
        EventFile.scalar(summary, "round_seconds/reduce", round.times().reduceSeconds());
        return summary.build();
    }

    private static Summary summary(EpochMetrics epoch) {
        Summary.Builder summary = Summary.newBuilder();
        EventFile.scalar(summary, "epoch/train_loss", epoch.loss());
        EventFile.scalar(summary, "epoch/train_top1", epoch.accuracy());
        epoch.validation().ifPresent(validation -> {
            EventFile.scalar(summary, "epoch/val_loss", validation.loss());
            EventFile.scalar(summary, "epoch/val_top1", validation.accuracy());
        });
        return summary.build();
    }

    private static Summary summary(BatchNormMetrics batchNorm) {
        Summary.Builder summary = Summary.newBuilder();
        batchNorm.after().ifPresent(validation -> {
            EventFile.scalar(summary, "epoch/val_loss_reestimated", validation.loss());
            EventFile.scalar(summary, "epoch/val_top1_reestimated", validation.accuracy());
        });
        return summary.build();
    }

    @Override
    public void started(TrainingSummary training) {
        run = RunDirectory.at(training.run(), hadoop);
        rewrite(training.course().roundsDone());
    }

    @Override
    public void returned(ReturnToCheckpoint made) {
        rewrite(made.round());
    }

    private void rewrite(int rounds) {
        attempt(() -> {
            closeFile();
            events = new EventFile(folder.resolve(names.apply(run.path())), KIND);
            write(
                    MetricsFile.read(run).upTo(rounds),
                    Instant.parse(run.manifest().createdAt()),
                    events);
            sync();
        });
    }

    @Override
    public void roundDone(RoundMetrics metrics) {
        add(metrics.round(), summary(metrics));
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        add(metrics.epoch(), summary(metrics));
        attempt(this::sync);
    }

    @Override
    public void batchNormReestimated(BatchNormMetrics metrics) {
        add(metrics.epoch(), summary(metrics));
    }

    private void add(long step, Summary summary) {
        attempt(() -> {
            if (events != null) {
                events.add(Instant.now(), step, summary);
                if (System.nanoTime() - synced > SYNC_EVERY_NANOS) {
                    sync();
                }
            }
        });
    }

    private void sync() throws IOException {
        if (events != null) {
            events.sync();
            synced = System.nanoTime();
        }
    }

    @Override
    public void ended(TrainingStatus status) {
        attempt(this::closeFile);
    }

    private void closeFile() throws IOException {
        EventFile open = events;
        events = null;
        if (open != null) {
            open.close();
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private void attempt(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            events = null;
            LOG.warn(
                    "TensorBoard's files of {} end here: {}. `resnet tensorboard` writes them anew from the run",
                    run.path(),
                    e.toString());
        }
    }
}
