package io.resnetspark.pipeline.device;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.DeviceBinding;
import io.resnetspark.model.gpu.Nd4jBackends;
import io.resnetspark.model.gpu.Nd4jCudaBinding;
import io.resnetspark.model.gpu.VisibleDevices;
import io.resnetspark.model.gpu.cudnn.CudnnBinding;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.NativeMemoryLimit;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * What a task computes on. Spark decides which GPU that is; a job that is asked for GPUs never computes on the processor
 * instead, and one that is asked for the processor never on a GPU.
 */
public sealed interface TaskDevice {

    /**
     * Ties the calling thread to this device, before anything that computes.
     *
     * @throws ConfigurationException if this process cannot compute on it, saying why
     */
    void bind();

    /**
     * Compares what this process takes with what it may take.
     *
     * @throws ConfigurationException if it takes more
     */
    void checkMemory();

    /**
     * The device of the running task; without a task, that of the driver.
     *
     * @throws ConfigurationException if the job is asked for GPUs and this task has none it can use
     */
    static TaskDevice ofThisTask() {
        SparkEnv environment = SparkEnv.get();
        if (environment == null) {
            return ofDriver(DeviceRequest.CPU);
        }
        TaskContext task = TaskContext.get();
        DeviceRequest request = DeviceRequest.of(environment.conf(), task);
        ResourceInformation assigned =
                task == null ? null : task.resourcesJMap().get(DeviceRequest.RESOURCE);
        if (assigned != null) {
            return of(request, Optional.of(assigned.addresses()[0]), VisibleDevices.ofThisProcess());
        }
        // Spark schedules no GPUs in local mode: tasks share the driver's.
        return environment.executorId().equals("driver")
                ? ofDriver(request.ofDriver(environment.conf().get("spark.master", "local")))
                : of(request, Optional.empty(), VisibleDevices.ofThisProcess());
    }

    /**
     * What the driver computes on: the first device that CUDA shows to it.
     *
     * @throws ConfigurationException if it is asked for a GPU and has none it can use
     */
    static TaskDevice ofDriver(DeviceRequest request) {
        VisibleDevices visible = VisibleDevices.ofThisProcess();
        return of(request, request.type() == DeviceType.CPU ? Optional.empty() : visible.first(), visible);
    }

    /** @param address what Spark calls the GPU it gave the task; empty if it gave none */
    static TaskDevice of(DeviceRequest request, Optional<String> address, VisibleDevices visible) {
        return switch (request.type()) {
            case CPU -> new Processor(address);
            case CUDA ->
                Gpu.at(given(address, visible), Nd4jCudaBinding.ofThisApplication(), visible, request.memoryBytes());
            case CUDNN ->
                Gpu.at(given(address, visible), CudnnBinding.ofThisApplication(), visible, request.memoryBytes());
        };
    }

    private static String given(Optional<String> address, VisibleDevices visible) {
        return address.orElseThrow(() -> new ConfigurationException(
                "Spark gave this task no GPU: spark.task.resource.gpu.amount must be 1, and CUDA must not hide all devices"
                        + " from the process (%s)".formatted(visible)));
    }

    /** Readies the calling thread to compute a task: on the task's device, with so many threads of the processor. */
    static void begin(int threads) {
        ofThisTask().bind();
        ComputeThreads.use(threads);
    }

    /** @param idleGpu the GPU that Spark gave the task although the job does not ask for any */
    record Processor(Optional<String> idleGpu) implements TaskDevice {

        @Override
        public void bind() {
            Nd4jBackends.onTheClassPath().whyNotCpu().ifPresent(problem -> {
                throw new ConfigurationException(problem);
            });
            Kernels.unbind(); // the thread's task before may have had a GPU
        }

        @Override
        public void checkMemory() {
            NativeMemoryLimit.check();
        }

        @Override
        public String toString() {
            return idleGpu.map("the processor; GPU %s, which Spark gave the task, is idle"::formatted)
                    .orElse("the processor");
        }
    }

    /**
     * @param binding how threads are tied to it
     * @param address its number or UUID on the machine
     * @param ordinal CUDA's number in this process
     * @param memoryBytes most that this process may take on it
     */
    record Gpu(DeviceBinding binding, String address, int ordinal, OptionalLong memoryBytes) implements TaskDevice {

        private static Gpu at(String address, DeviceBinding binding, VisibleDevices visible, OptionalLong memoryBytes) {
            UsableGpus.require(binding, address, visible);
            return new Gpu(binding, address, visible.ordinal(address).orElseThrow(), memoryBytes);
        }

        @Override
        public void bind() {
            binding.bind(ordinal);
        }

        @Override
        public void checkMemory() {
            NativeMemoryLimit.check();
            memoryBytes.ifPresent(
                    limit -> NativeMemoryLimit.checkDevice(toString(), binding.usedBytes(ordinal), limit));
        }

        @Override
        public String toString() {
            return "GPU %s, device %d of this process".formatted(address, ordinal);
        }
    }
}
