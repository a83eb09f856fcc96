package io.resnetspark.pipeline.training.worker;

import io.resnetspark.pipeline.device.TaskDevice;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** The workers of this JVM, between tasks. A task takes one out and puts it back, so two attempts never share one. */
public final class ResidentWorkers {

    private static final Map<Key, ResidentWorker> RESTING = new ConcurrentHashMap<>();

    private record Key(String runId, int worker) {}

    private ResidentWorkers() {}

    /**
     * Runs {@code work} on a resting or new worker, which rests afterwards unless the work failed. A resting worker whose
     * network is on another device than the task's is given up: the device it is on belongs to another task now.
     */
    public static <T> T with(TrainingPlan plan, int number, Function<ResidentWorker, T> work) {
        TaskDevice device = TaskDevice.ofThisTask();
        return with(plan.runId(), number, device, () -> new ResidentWorker(plan, number, device), work);
    }

    public static <T> T with(
            String runId,
            int number,
            TaskDevice device,
            Supplier<ResidentWorker> newWorker,
            Function<ResidentWorker, T> work) {
        Key key = new Key(runId, number);
        ResidentWorker worker = RESTING.remove(key);
        if (worker != null && !worker.device().equals(device)) {
            worker.close();
            worker = null;
        }
        if (worker == null) {
            worker = newWorker.get();
        }
        T result;
        try {
            result = work.apply(worker);
        } catch (RuntimeException | Error e) {
            worker.close();
            throw e;
        }
        ResidentWorker other = RESTING.putIfAbsent(key, worker);
        if (other != null) {
            worker.close(); // another attempt of the same task was faster
        }
        return result;
    }

    /** Closes this JVM's workers of a training; several tasks of one JVM may ask for it at the same time. */
    public static void release(String runId) {
        RESTING.forEach((key, worker) -> {
            if (key.runId().equals(runId) && RESTING.remove(key, worker)) {
                worker.close();
            }
        });
    }
}
