package io.resnetspark.jobs.doctor;

import io.resnetspark.model.gpu.CudaRequirement;
import io.resnetspark.model.gpu.DeviceBinding;
import io.resnetspark.model.gpu.DriverStatus;
import io.resnetspark.model.gpu.Nd4jCudaBinding;
import io.resnetspark.model.gpu.NvidiaGpu;
import io.resnetspark.model.gpu.cudnn.CudnnBinding;
import io.resnetspark.pipeline.device.DeviceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Judges a {@link Host}: pure, so that every verdict can be tested without owning the machine. */
public final class Diagnosis {

    private static final long GIB = 1L << 30;

    /** Natives unpack to about 0.5 GB; Spark's shuffle and Delta's temporary files want some more. */
    private static final long LEAST_TEMPORARY_BYTES = 2 * GIB;

    private static final long LEAST_MEMORY_BYTES = 4 * GIB;

    private Diagnosis() {}

    /**
     * What there is to say about one machine, always the same subjects in the same order.
     *
     * @param asked what jobs are to compute on
     */
    public static List<Finding> of(Host host, DeviceType asked) {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(host));
        findings.add(modules(host));
        findings.add(kernels(host, asked));
        findings.add(processor(host));
        findings.add(threads(host));
        findings.add(load(host));
        findings.add(memory(host));
        findings.add(temporaryDirectory(host));
        findings.add(gpu(host, asked));
        return findings;
    }

    private static Finding java(Host host) {
        if (host.jvm().feature() < 17) {
            return Finding.problem("Java", host.jvm().version(), "Install Java 17 and point JAVA_HOME at it.");
        }
        // Spark itself has said by now if it does not run on this Java.
        return Finding.ok("Java", host.jvm().version());
    }

    private static Finding modules(Host host) {
        return host.jvm().opensModules()
                ? Finding.ok("Java modules", "opened for Spark")
                : Finding.problem(
                        "Java modules",
                        "not opened for Spark",
                        "Start with bin/resnet or spark-submit: both pass the --add-opens that Java asks for.");
    }

    private static Finding kernels(Host host, DeviceType asked) {
        if (host.computing().works()) {
            return Finding.ok("Kernels", host.computing().kernels());
        }
        if (gpu(host, asked).verdict() == Finding.Verdict.PROBLEM) {
            return Finding.problem("Kernels", host.computing().kernels(), "See GPU below.");
        }
        return Finding.problem(
                "Kernels",
                host.computing().kernels(),
                "The application jar carries natives for one platform; for this one build with "
                        + "./mvnw package -Djavacpp.platform=%s"
                                .formatted(host.jvm().platform()));
    }

    private static Finding processor(Host host) {
        String cores =
                host.processors().cores() == 1 ? "1 core" : host.processors().cores() + " cores";
        if (host.processors().flags().contains("avx512f")) {
            return Finding.ok("Processor", cores + ", AVX-512");
        }
        if (host.processors().flags().contains("avx2")) {
            return Finding.ok("Processor", cores + ", AVX2");
        }
        return Finding.note(
                "Processor",
                cores + ", no AVX2 seen in its flags",
                "Expect a small part of the published speed; a processor with AVX2 or AVX-512 computes many times faster.");
    }

    private static Finding threads(Host host) {
        String found = host.processors().openMp().isEmpty()
                ? "no OMP_ variable set"
                : host.processors().openMp().toString();
        String threads = host.processors().openMp().getOrDefault("OMP_NUM_THREADS", "");
        if (threads.matches("\\d{1,6}")
                && Integer.parseInt(threads) > host.processors().cores()) {
            return Finding.note("OpenMP", found, "OMP_NUM_THREADS is more than the cores; unset it.");
        }
        if (!"passive".equalsIgnoreCase(host.processors().openMp().get("OMP_WAIT_POLICY"))) {
            return Finding.note(
                    "OpenMP",
                    found,
                    "Set OMP_WAIT_POLICY=passive (bin/resnet does): waiting threads that spin take the cores from "
                            + "other workers, up to five times slower on a busy machine. On a cluster: "
                            + "--set 'spark.conf={spark.executorEnv.OMP_WAIT_POLICY: passive}'.");
        }
        return Finding.ok("OpenMP", found);
    }

    private static Finding load(Host host) {
        if (host.processors().load() < 0) {
            return Finding.ok("Load", "unknown");
        }
        String found = String.format(
                Locale.ROOT,
                "%.1f running threads on %d cores",
                host.processors().load(),
                host.processors().cores());
        return host.processors().load() > host.processors().cores()
                ? Finding.note("Load", found, "Something else is busy here; timings will be poor.")
                : Finding.ok("Load", found);
    }

    private static Finding memory(Host host) {
        String found = "%s, of which %s for the Java heap; networks live outside the heap"
                .formatted(
                        gibibytes(host.memory().bytes()),
                        gibibytes(host.memory().heapBytes()));
        if (host.memory().bytes() < LEAST_MEMORY_BYTES) {
            return Finding.note("Memory", found, "Use small batches, or a machine with 4 GiB or more.");
        }
        return host.memory().heapBytes() > host.memory().bytes() / 4 * 3
                ? Finding.note(
                        "Memory",
                        found,
                        "Leave networks room: a smaller heap (RESNET_DRIVER_MEMORY, or spark.executor.memory with a "
                                + "larger spark.executor.memoryOverhead).")
                : Finding.ok("Memory", found);
    }

    private static Finding temporaryDirectory(Host host) {
        String directory = host.temporary().directory();
        if (host.temporary().freeBytes() < 0) {
            return Finding.problem(
                    "Temporary files", directory + " cannot be written to", "Set TMPDIR to a directory that can.");
        }
        String found = "%s free in %s".formatted(gibibytes(host.temporary().freeBytes()), directory);
        return host.temporary().freeBytes() < LEAST_TEMPORARY_BYTES
                ? Finding.note("Temporary files", found, "Make room, or set TMPDIR to a larger disk.")
                : Finding.ok("Temporary files", found);
    }

    private static Finding gpu(Host host, DeviceType asked) {
        String found = host.computing().driver().toString();
        Optional<String> wrongBackend = asked == DeviceType.CUDA
                ? host.computing().backends().whyNotCuda()
                : host.computing().backends().whyNotCpu();
        if (wrongBackend.isPresent()) {
            return Finding.problem("GPU", found, wrongBackend.get() + ".");
        }
        return asked == DeviceType.CPU ? gpuBesideTheCpu(host, found) : gpuAskedFor(host, asked, found);
    }

    private static Finding gpuAskedFor(Host host, DeviceType asked, String found) {
        Optional<String> none = CudaRequirement.noDevices(host.computing().driver());
        if (none.isPresent()) {
            return Finding.problem(
                    "GPU", found, none.get() + ". Install the driver and start executors where the GPUs are.");
        }
        List<NvidiaGpu> devices = ((DriverStatus.Devices) host.computing().driver()).devices();
        List<String> refusals = refusals(devices, bindingOf(asked));
        if (refusals.isEmpty()) {
            return Finding.ok("GPU", found);
        }
        String advice = String.join(" ", refusals);
        return refusals.size() == devices.size()
                ? Finding.problem("GPU", found, advice)
                : Finding.note("GPU", found, advice + " Keep it from Spark: CUDA_VISIBLE_DEVICES, see docs/gpu.md.");
    }

    private static Finding gpuBesideTheCpu(Host host, String found) {
        if (CudaRequirement.noDevices(host.computing().driver()).isPresent()) {
            return Finding.ok("GPU", found + "; computing on the CPU");
        }
        List<NvidiaGpu> devices = ((DriverStatus.Devices) host.computing().driver()).devices();
        if (refusals(devices, new CudnnBinding()).size() < devices.size()) {
            return Finding.note(
                    "GPU",
                    found,
                    "Computing on the CPU. --device cudnn computes on the GPU, with CUDA 13 and cuDNN 9 on the host"
                            + " (docs/gpu.md); it has not been run on hardware yet.");
        }
        List<String> refusals = refusals(devices, new Nd4jCudaBinding());
        return refusals.isEmpty()
                ? Finding.note(
                        "GPU",
                        found,
                        "This build computes on the CPU. The profile cuda (./mvnw -Pcuda package, docs/gpu.md) has binaries"
                                + " for this device, and has not been run on hardware yet.")
                : Finding.note("GPU", found, "This build computes on the CPU. " + String.join(" ", refusals));
    }

    private static DeviceBinding bindingOf(DeviceType asked) {
        return asked == DeviceType.CUDNN ? new CudnnBinding() : new Nd4jCudaBinding();
    }

    private static List<String> refusals(List<NvidiaGpu> devices, DeviceBinding binding) {
        return devices.stream()
                .flatMap(device -> binding.refusal(device).stream())
                .map(refusal -> refusal + ".")
                .toList();
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIB);
    }
}
