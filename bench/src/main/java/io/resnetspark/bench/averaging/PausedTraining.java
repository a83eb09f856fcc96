package io.resnetspark.bench.averaging;

import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;

/** The product's training in a thread of its own, which stands still after every round until it is asked for the next. */
final class PausedTraining implements AutoCloseable {

    private static final long LONGEST_ROUND_MINUTES = 10;

    private sealed interface Event {}

    private record Round(RoundMetrics metrics, double seconds) implements Event {}

    private record Ended(Throwable failure) implements Event {}

    private final SynchronousQueue<Event> events = new SynchronousQueue<>();
    private final SynchronousQueue<Boolean> permits = new SynchronousQueue<>();
    private final Thread thread;
    private volatile boolean closed;
    private boolean first = true;

    /** A round and the time it took from the moment it was allowed to run. */
    record Paused(RoundMetrics metrics, double seconds) {}

    PausedTraining(SparkSession spark, TrainConfig config) {
        thread = new Thread(
                () -> train(spark, config), "training-" + config.run().output());
        thread.setDaemon(true);
    }

    private void train(SparkSession spark, TrainConfig config) {
        try {
            TrainingLoop.run(spark, config, Resume.NEW_RUN, List.of(new Pauses()));
            throw new IllegalStateException("The training came to its end while it was measured");
        } catch (RuntimeException | Error e) {
            if (!closed) {
                tell(new Ended(e));
            }
        }
    }

    private final class Pauses implements TrainingListener {

        private long begin = System.nanoTime();

        @Override
        public void roundDone(RoundMetrics metrics) {
            tell(new Round(metrics, (System.nanoTime() - begin) / 1e9));
            try {
                permits.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("Measured enough");
            }
            if (closed) {
                throw new CancellationException("Measured enough");
            }
            begin = System.nanoTime();
        }
    }

    private void tell(Event event) {
        try {
            events.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next round; the first one also builds what stays. */
    Paused next() {
        try {
            if (first) {
                first = false;
                thread.start();
            } else {
                permits.put(true);
            }
            Event event = events.poll(LONGEST_ROUND_MINUTES, TimeUnit.MINUTES);
            if (event instanceof Round round) {
                return new Paused(round.metrics(), round.seconds());
            }
            throw event instanceof Ended ended
                    ? new IllegalStateException(
                            "The training failed: " + ended.failure().getMessage(), ended.failure())
                    : new IllegalStateException("A round took over %d minutes".formatted(LONGEST_ROUND_MINUTES));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while training", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        if (first) {
            return;
        }
        try {
            permits.offer(true, 1, TimeUnit.SECONDS);
            thread.join(TimeUnit.MINUTES.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
