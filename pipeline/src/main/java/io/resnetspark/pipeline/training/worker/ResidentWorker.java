package io.resnetspark.pipeline.training.worker;

import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.pipeline.device.TaskDevice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's network, optimiser and data readers, kept in the executor between rounds. It is a cache: what a round does
 * follows from the plan, the order and the state alone, and any executor can make this worker anew.
 *
 * <p>All work runs on one thread of its own, because native thread pools and DL4J's workspaces belong to threads while
 * Spark gives every task another one.
 */
public final class ResidentWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ResidentWorker.class);

    private final TrainingPlan plan;
    private final int number;
    private final TaskDevice device;
    private final ExecutorService thread;
    private Trainer trainer;
    private Minibatches minibatches;
    private EpochPlan epochPlan;
    private int loadedEpoch = -1;
    private int nextStep;

    /** @param device where the worker's network is, and stays */
    ResidentWorker(TrainingPlan plan, int number, TaskDevice device) {
        this.plan = plan;
        this.number = number;
        this.device = device;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread worker = new Thread(task, "training-worker-" + number);
            worker.setDaemon(true);
            return worker;
        });
    }

    /** A worker's state after a round, and what it did. */
    public record Trained(TrainingState state, WorkerReport report) implements Serializable {}

    TaskDevice device() {
        return device;
    }

    /** Trains a round from {@code state}; an interrupted caller leaves a worker that must not be used again. */
    public Trained train(RoundOrder order, Supplier<TrainingState> state) {
        return onOwnThread(() -> trainHere(order, state));
    }

    /** Loss and accuracy of the network with these parameters on this worker's share of the validation split. */
    StepResult validate(Supplier<float[]> parameters) {
        return onOwnThread(() -> {
            prepare();
            trainer.useParameters(parameters.get());
            return ValidationShare.of(plan, number).evaluate(trainer::probabilities);
        });
    }

    private <T> T onOwnThread(Callable<T> work) {
        Future<T> result = thread.submit(work);
        try {
            return result.get();
        } catch (InterruptedException e) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while worker %d was working".formatted(number), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("Worker %d failed: %s".formatted(number, e.getCause()), e.getCause());
        }
    }

    private void prepare() {
        if (trainer != null) {
            ComputeThreads.use(plan.compute().threads());
            return;
        }
        device.bind(); // before anything else on this thread touches ND4J
        ComputeThreads.use(plan.compute().threads());
        LOG.info("Worker {} computes on {}", number, device);
        trainer = plan.trainer();
        minibatches = plan.trainingMinibatches(trainer);
    }

    private Trained trainHere(RoundOrder order, Supplier<TrainingState> state) {
        long start = System.nanoTime();
        prepare();
        trainer.restore(state.get());
        long installed = System.nanoTime();
        seek(order);

        StepResult result = StepResult.NONE;
        Supplier<StepResult> pending = () -> StepResult.NONE; // read a step late: a device works on meanwhile
        long waitBefore = minibatches.waitNanos();
        for (int i = 0; i < order.steps(); i++) {
            int step = order.firstStep() + i;
            if (epochPlan.batch(step, number).length == 0) {
                continue; // the last step of the epoch has fewer images than there are workers
            }
            Minibatch batch = minibatches.next();
            Supplier<StepResult> begun = trainer.begin(
                    batch.input(), batch.targets(), plan.learningRate(order.epoch(), step), order.globalStep() + i);
            result = result.plus(pending.get());
            pending = begun;
        }
        result = result.plus(pending.get());
        nextStep = order.firstStep() + order.steps();
        long trained = System.nanoTime();
        device.checkMemory();
        WorkerReport report = new WorkerReport(
                result, installed - start, trained - installed, minibatches.waitNanos() - waitBefore, 0);
        return new Trained(trainer.state(), report);
    }

    /** Lets the minibatches begin at the order's first step, unless it is there already. */
    private void seek(RoundOrder order) {
        if (loadedEpoch == order.epoch() && nextStep == order.firstStep()) {
            return;
        }
        if (loadedEpoch != order.epoch()) {
            epochPlan = plan.epochPlan(order.epoch());
        }
        List<int[]> batches = new ArrayList<>();
        for (int step = order.firstStep(); step < epochPlan.steps(); step++) {
            int[] batch = epochPlan.batch(step, number);
            if (batch.length > 0) {
                batches.add(batch);
            }
        }
        minibatches.start(batches, order.epoch());
        loadedEpoch = order.epoch();
        nextStep = order.firstStep();
    }

    /**
     * Frees what the worker holds, on its own thread and after whatever still runs there: a task that was killed leaves a
     * step that is still computing on that memory.
     */
    @Override
    public void close() {
        thread.execute(this::closeHere);
        thread.shutdown();
    }

    private void closeHere() {
        // What interrupted the work before must not cut short waiting for the threads that read images.
        boolean interrupted = Thread.interrupted();
        if (minibatches != null) {
            minibatches.close();
        }
        if (trainer != null) {
            trainer.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
