package io.resnetspark.model.kernel;

import io.resnetspark.model.program.InferenceExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Executors of one thread each, which share a batch: images do not depend on each other, so that the threads wait for each
 * other once a batch and not after every step.
 */
public final class ParallelExecutor implements InferenceExecutor {

    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<InferenceExecutor> executors = new ArrayList<>();

    /**
     * @param count of threads, at least 1
     * @param largestBatch images that usually come together, over all threads
     * @param make makes an executor for so many images, on the thread that will run it
     */
    public ParallelExecutor(int count, int largestBatch, IntFunction<InferenceExecutor> make) {
        for (int i = 0; i < count; i++) {
            ExecutorService thread = Executors.newSingleThreadExecutor(run -> {
                Thread daemon = new Thread(run, "inference");
                daemon.setDaemon(true);
                return daemon;
            });
            threads.add(thread);
            executors.add(await(thread.submit(() -> {
                ComputeThreads.use(1);
                return make.apply((largestBatch + count - 1) / count);
            })));
        }
    }

    @Override
    public int batch() {
        return executors.stream().mapToInt(InferenceExecutor::batch).sum();
    }

    @Override
    public void run(float[] images, int first, int count, float[] logits, float[] features) {
        int share = (count + executors.size() - 1) / executors.size();
        onAll(i -> {
            int from = first + i * share;
            int some = Math.min(share, first + count - from);
            if (some > 0) {
                executors.get(i).run(images, from, some, logits, features);
            }
            return null;
        });
    }

    @Override
    public void close() {
        if (!threads.get(0).isShutdown()) {
            onAll(i -> {
                executors.get(i).close();
                return null;
            });
            threads.forEach(ExecutorService::shutdown);
        }
    }

    /** Returns or fails when every thread is done. */
    private void onAll(IntFunction<Void> work) {
        if (threads.get(0).isShutdown()) {
            throw new IllegalStateException("The executor is closed");
        }
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            int number = i;
            Callable<Void> part = () -> work.apply(number);
            running.add(threads.get(i).submit(part));
        }
        RuntimeException failure = null;
        for (Future<Void> part : running) {
            try {
                await(part);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Not even an interruption leaves native code at work on memory that its owner then frees. */
    private static <T> T await(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException known) {
                        throw known;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
