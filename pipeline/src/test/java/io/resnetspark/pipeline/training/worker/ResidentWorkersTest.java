package io.resnetspark.pipeline.training.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.gpu.Nd4jCudaBinding;
import io.resnetspark.pipeline.device.TaskDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks of one JVM and the workers they take; the workers never get to train. */
class ResidentWorkersTest {

    private static final TaskDevice HERE = new TaskDevice.Processor(Optional.empty());

    private final String run = UUID.randomUUID().toString();

    @AfterEach
    void release() {
        ResidentWorkers.release(run);
    }

    private ResidentWorker workerOfATask() {
        return ResidentWorkers.with(run, 0, HERE, () -> new ResidentWorker(null, 0, HERE), worker -> worker);
    }

    @Test
    void aWorkerRestsBetweenTasks() {
        assertThat(workerOfATask()).isSameAs(workerOfATask());
    }

    @Test
    void aWorkerIsGivenUpWhenItsTaskGetsAnotherDevice() {
        TaskDevice first = new TaskDevice.Gpu(new Nd4jCudaBinding(), "0", 0, OptionalLong.empty());
        TaskDevice second = new TaskDevice.Gpu(new Nd4jCudaBinding(), "1", 1, OptionalLong.empty());
        ResidentWorker before =
                ResidentWorkers.with(run, 0, first, () -> new ResidentWorker(null, 0, first), worker -> worker);
        ResidentWorker after =
                ResidentWorkers.with(run, 0, second, () -> new ResidentWorker(null, 0, second), worker -> worker);
        assertThat(after).isNotSameAs(before);
        assertThat(after.device()).isEqualTo(second);
    }

    /** As when a task is speculated on, or retried while the attempt before it is still computing. */
    @Test
    void attemptsOfOneTaskAtTheSameTimeNeverShareAWorker() throws Exception {
        CyclicBarrier allInside = new CyclicBarrier(3);
        Callable<ResidentWorker> attempt =
                () -> ResidentWorkers.with(run, 0, HERE, () -> new ResidentWorker(null, 0, HERE), worker -> {
                    await(allInside);
                    return worker;
                });
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            List<ResidentWorker> workers = new ArrayList<>();
            for (Future<ResidentWorker> done : pool.invokeAll(List.of(attempt, attempt, attempt))) {
                workers.add(done.get());
            }
            assertThat(workers).doesNotHaveDuplicates();
            assertThat(workers).contains(workerOfATask());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aWorkerWhoseTaskFailedIsNotUsedAgain() {
        ResidentWorker before = workerOfATask();
        assertThatThrownBy(() -> ResidentWorkers.with(run, 0, HERE, () -> new ResidentWorker(null, 0, HERE), worker -> {
                    throw new IllegalStateException("interrupted in the middle of a step");
                }))
                .hasMessageContaining("interrupted");
        assertThat(workerOfATask()).isNotSameAs(before);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
