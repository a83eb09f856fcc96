package io.resnetspark.model.gpu.cudnn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.gpu.DeviceLostError;
import io.resnetspark.model.gpu.device.Accumulate;
import io.resnetspark.model.gpu.device.Algorithm;
import io.resnetspark.model.gpu.device.AlgorithmRefusedException;
import io.resnetspark.model.gpu.device.AlgorithmSearch;
import io.resnetspark.model.gpu.device.ConvolutionShape;
import io.resnetspark.model.gpu.device.Device;
import io.resnetspark.model.gpu.device.DeviceAddress;
import io.resnetspark.model.gpu.device.DeviceConvolution;
import io.resnetspark.model.gpu.device.DeviceKernel;
import io.resnetspark.model.gpu.device.Direction;
import io.resnetspark.model.gpu.device.MatrixProduct;
import io.resnetspark.model.gpu.device.MatrixProduct.Form;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A device in the host's memory: the same {@code kernels.cu}, compiled by the C++ compiler, and convolutions and matrix
 * products by their formulas. New memory holds NaN, and there are guards behind it: what reads memory that nobody wrote, or
 * writes past an end, shows.
 */
public final class EmulatedDevice implements Device {

    private static final int GUARD_BYTES = 256;
    private static final byte GUARD = (byte) 0xA5;
    private static final byte NOT_A_NUMBER = (byte) 0xFF; // floats and bfloat16 of ones are NaN
    private static final List<String> LIBRARIES = List.of("Float", "Bfloat16");
    private static final Optional<String> MISSING = build();

    /**
     * An algorithm of every direction.
     *
     * @param exact whether it writes a weight's gradient as floats, whatever the maps are
     * @param refused whether it does not work
     * @param seconds it pretends to take
     */
    public record Proposal(
            int number, boolean repeatable, long workspaceBytes, boolean exact, boolean refused, double seconds) {}

    private static final List<Proposal> USUAL = List.of(new Proposal(0, true, 1000, true, false, 1));

    private final Map<Long, BytePointer> memory = new HashMap<>();
    private final long capacity;
    private final AlgorithmSearch algorithms = new AlgorithmSearch(this, AlgorithmSearch.Choice.MEASURED);
    private List<Proposal> proposals = USUAL;
    private final Map<Integer, Integer> runs = new HashMap<>();
    private double seconds;
    private long used;
    private int convolutions;
    private int launches;
    private int allocations;
    private int calls;
    private int failingCall = -1;
    private boolean dies;
    private boolean lost;
    private boolean computes = true;
    private List<Runnable> recording;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private long asked;
    private int hostPieces;

    private EmulatedDevice(long capacity) {
        this.capacity = capacity;
    }

    /** Convolutions by these algorithms from now on. */
    public EmulatedDevice proposing(Proposal... these) {
        proposals = List.of(these);
        return this;
    }

    /** Lets one call fail. */
    EmulatedDevice failingAt(int call) {
        calls = 0;
        failingCall = call;
        return this;
    }

    /** Lets one call find the context dead, and all that follow. */
    EmulatedDevice dyingAt(int call) {
        dies = true;
        return failingAt(call);
    }

    /** Counts launches, one by one, and does not run them. */
    EmulatedDevice idle() {
        computes = false;
        return this;
    }

    /** Calls so far that could have failed. */
    int calls() {
        return calls;
    }

    /** Kernels, convolutions and products started so far; a replayed recording is one. */
    int launches() {
        return launches;
    }

    /** Pieces of memory taken so far. */
    int allocations() {
        return allocations;
    }

    /** How often each algorithm has been run. */
    public Map<Integer, Integer> runs() {
        return runs;
    }

    private void call() {
        if (lost || calls++ == failingCall) {
            lost = dies;
            if (lost) {
                throw new DeviceLostError("The emulated GPU is lost");
            }
            throw new IllegalStateException("Call %d fails".formatted(failingCall));
        }
    }

    /** A call that takes effect later, at once, or when it is replayed. */
    private void start(Runnable work) {
        call();
        launches++;
        if (recording != null) {
            recording.add(work);
        } else if (computes) {
            later(work);
        }
    }

    /** Work waits as long as nobody needs it done: who does not wait for it reads and overwrites too early. */
    private void later(Runnable work) {
        waiting.add(work);
        asked++;
    }

    /** Does the first of all work asked for so far. */
    private void workUntil(long position) {
        while (asked - waiting.size() < position) {
            waiting.remove().run();
        }
    }

    private void workAll() {
        workUntil(asked);
    }

    private void notWhileRecording() {
        if (recording != null) {
            throw new IllegalStateException("A device cannot keep copies and allocations");
        }
    }

    /** Skips the test where there is no C++ compiler. */
    public static EmulatedDevice open() {
        return open(Long.MAX_VALUE);
    }

    public static EmulatedDevice open(long capacity) {
        assumeTrue(MISSING.isEmpty(), () -> "No emulated device: " + MISSING.orElseThrow());
        return new EmulatedDevice(capacity);
    }

    /** Kernels on an emulated device of their own; skips the test where there is no C++ compiler. */
    public static Kernels kernels() {
        return new CudnnKernels(open());
    }

    /** As {@link #kernels()}, with so many bytes. */
    public static Kernels kernels(long capacity) {
        return new CudnnKernels(open(capacity));
    }

    private static Optional<String> build() {
        Path jni = Path.of(System.getProperty("java.home"), "include");
        if (!Files.exists(jni.resolve("jni.h"))) {
            return Optional.of("no JNI headers in " + jni);
        }
        try {
            StringBuilder names = new StringBuilder();
            for (DeviceKernel kernel : DeviceKernel.values()) {
                names.append("KERNEL(").append(kernel.function()).append(")\n");
            }
            String source;
            try (InputStream in = EmulatedDevice.class.getResourceAsStream("emulation.cpp")) {
                source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            // Built once for all processes that test the same source.
            String version = UUID.nameUUIDFromBytes(
                            (KernelSource.text() + names + source + jni).getBytes(StandardCharsets.UTF_8))
                    .toString();
            Path built = Path.of("target", "emulated-device", version).toAbsolutePath();
            if (!Files.exists(built)) {
                Files.createDirectories(built.getParent());
                Path folder = Files.createTempDirectory(built.getParent(), "building");
                Files.writeString(folder.resolve(KernelSource.NAME), KernelSource.text());
                Files.writeString(folder.resolve("names.h"), names);
                Files.writeString(folder.resolve("emulation.cpp"), source);
                for (String suffix : LIBRARIES) {
                    compile(suffix, folder, jni);
                }
                try {
                    Files.move(folder, built);
                } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
                    // another process was faster
                }
            }
            LIBRARIES.forEach(suffix -> System.load(library(built, suffix).toString()));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.getMessage()); // no g++
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path library(Path folder, String suffix) {
        return folder.resolve("lib" + suffix + ".so");
    }

    private static void compile(String suffix, Path folder, Path jni) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Werror"));
        command.addAll(List.of("-Wno-unknown-pragmas", "-I" + jni, "-I" + jni.resolve("linux")));
        command.add("-DSUFFIX=" + suffix);
        if (suffix.equals("Bfloat16")) {
            command.add("-DBFLOAT16");
        }
        command.addAll(List.of("emulation.cpp", "-o", library(folder, suffix).toString()));
        Process compiler = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!compiler.waitFor(5, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
            throw new IllegalStateException("g++ cannot compile kernels.cu:\n" + output);
        }
    }

    private static native void launchFloat(String kernel, int threads, long[] arguments);

    private static native void launchBfloat16(String kernel, int threads, long[] arguments);

    private static native void convolveFloat(
            int direction, int[] geometry, long first, long second, long result, boolean add, boolean floats);

    private static native void convolveBfloat16(
            int direction, int[] geometry, long first, long second, long result, boolean add, boolean floats);

    private static native void multiplyFloat(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            long a,
            int lda,
            long b,
            int ldb,
            long c,
            int ldc);

    /** Pieces of memory, of the host too, marks and convolutions that have not been freed. */
    public int pieces() {
        return memory.size() + convolutions + hostPieces;
    }

    @Override
    public String description() {
        return "emulated device";
    }

    @Override
    public long freeBytes() {
        return capacity - used;
    }

    @Override
    public long allocate(long bytes) {
        call();
        notWhileRecording();
        allocations++;
        BytePointer piece = new BytePointer(bytes + GUARD_BYTES);
        piece.limit(bytes);
        Pointer.memset(piece, NOT_A_NUMBER, bytes);
        for (long i = bytes; i < bytes + GUARD_BYTES; i++) {
            piece.limit(bytes + GUARD_BYTES).put(i, GUARD);
        }
        piece.limit(bytes);
        memory.put(piece.address(), piece);
        used += bytes;
        return piece.address();
    }

    @Override
    public void free(long address) {
        if (lost) {
            waiting.clear();
        }
        workAll();
        BytePointer piece = memory.remove(address);
        if (piece == null) {
            throw new IllegalStateException("Freed twice, or never allocated");
        }
        long bytes = piece.limit();
        used -= bytes;
        piece.limit(bytes + GUARD_BYTES);
        for (long i = bytes; i < bytes + GUARD_BYTES && !lost; i++) {
            if (piece.get(i) != GUARD) {
                throw new IllegalStateException("Somebody wrote past the end of %d bytes".formatted(bytes));
            }
        }
        piece.close();
    }

    @Override
    public void upload(Pointer host, long address, long bytes) {
        call();
        notWhileRecording();
        workAll();
        Pointer.memcpy(new DeviceAddress(address), host, bytes);
    }

    @Override
    public void download(long address, Pointer host, long bytes) {
        call();
        notWhileRecording();
        workAll();
        Pointer.memcpy(host, new DeviceAddress(address), bytes);
    }

    @Override
    public void clear(long address, long bytes) {
        call();
        notWhileRecording();
        later(() -> Pointer.memset(new DeviceAddress(address), 0, bytes));
    }

    @Override
    public void launch(Element maps, DeviceKernel kernel, int threads, Object... arguments) {
        long[] encoded = kernel.encode(threads, arguments);
        start(() -> {
            if (maps == Element.FLOAT) {
                launchFloat(kernel.function(), threads, encoded);
            } else {
                launchBfloat16(kernel.function(), threads, encoded);
            }
        });
    }

    @Override
    public AlgorithmSearch algorithms() {
        return algorithms;
    }

    @Override
    public boolean multipliesIn(TrainingPrecision precision) {
        return true;
    }

    @Override
    public void multiplyIn(TrainingPrecision precision) {
        // the processor's floats and bfloat16 are what the maps' type says
    }

    @Override
    public double seconds(Runnable work) {
        seconds = 0;
        work.run();
        return seconds;
    }

    @Override
    public Pointer allocateHost(long bytes) {
        call();
        notWhileRecording();
        hostPieces++;
        return new BytePointer(bytes);
    }

    @Override
    public void freeHost(Pointer host) {
        hostPieces--;
        if (!lost) {
            workAll();
        }
        host.close();
    }

    @Override
    public Mark mark() {
        call();
        hostPieces++;
        return new Position();
    }

    private final class Position implements Mark {

        private long position;

        @Override
        public void set() {
            call();
            position = asked;
        }

        @Override
        public void await() {
            call();
            workUntil(position);
        }

        @Override
        public void close() {
            hostPieces--;
        }
    }

    /** At once, as soon as it may. */
    @Override
    public void uploadBeside(Pointer host, long address, long bytes, Mark after, Mark copied) {
        call();
        notWhileRecording();
        workUntil(((Position) after).position);
        Pointer.memcpy(new DeviceAddress(address), host, bytes);
    }

    @Override
    public void downloadLater(long address, Pointer host, long bytes, Mark copied) {
        call();
        notWhileRecording();
        later(() -> Pointer.memcpy(host, new DeviceAddress(address), bytes));
        ((Position) copied).position = asked;
    }

    @Override
    public Optional<Recording> record(Runnable work) {
        call();
        if (!computes) {
            return Optional.empty();
        }
        int before = launches;
        recording = new ArrayList<>();
        List<Runnable> recorded = recording;
        try {
            work.run();
        } finally {
            recording = null;
            launches = before;
        }
        return Optional.of(new Recording() {
            @Override
            public void replay() {
                start(() -> recorded.forEach(Runnable::run));
            }

            @Override
            public void close() {
                if (!lost) {
                    workAll();
                }
                recorded.clear();
            }
        });
    }

    @Override
    public DeviceConvolution convolution(ConvolutionShape shape) {
        call();
        convolutions++;
        return new EmulatedConvolution(shape);
    }

    private final class EmulatedConvolution implements DeviceConvolution {

        private final ConvolutionShape shape;
        private final int[] geometry;

        EmulatedConvolution(ConvolutionShape shape) {
            this.shape = shape;
            ImageShape input = shape.input();
            ImageShape output = shape.output();
            Window window = shape.window();
            geometry = new int[] {
                input.batch(),
                input.height(),
                input.width(),
                input.channels(),
                output.height(),
                output.width(),
                output.channels(),
                window.size(),
                window.stride(),
                window.padding()
            };
        }

        @Override
        public List<Algorithm> algorithms(Direction direction) {
            return proposals.stream()
                    .map(proposal -> new Algorithm(
                            proposal.number(),
                            0,
                            proposal.repeatable(),
                            proposal.workspaceBytes(),
                            direction == Direction.WEIGHT_GRADIENT && proposal.exact() ? Element.FLOAT : shape.maps()))
                    .toList();
        }

        @Override
        public void run(
                Direction direction,
                Algorithm algorithm,
                long first,
                long second,
                long result,
                long workspace,
                Accumulate accumulate) {
            Proposal proposal = proposals.stream()
                    .filter(candidate -> candidate.number() == algorithm.number())
                    .findFirst()
                    .orElseThrow();
            if (proposal.refused()) {
                throw new AlgorithmRefusedException("Algorithm %d is not supported".formatted(algorithm.number()));
            }
            runs.merge(algorithm.number(), 1, Integer::sum);
            seconds += proposal.seconds();
            boolean add = accumulate == Accumulate.ADD;
            boolean floats = algorithm.result() == Element.FLOAT;
            start(() -> {
                if (shape.maps() == Element.FLOAT) {
                    convolveFloat(direction.ordinal(), geometry, first, second, result, add, false);
                } else {
                    convolveBfloat16(direction.ordinal(), geometry, first, second, result, add, floats);
                }
            });
        }

        @Override
        public void close() {
            convolutions--;
        }
    }

    @Override
    public void multiply(MatrixProduct product) {
        start(() -> multiplyFloat(
                product.formA() == Form.TRANSPOSED,
                product.formB() == Form.TRANSPOSED,
                product.m(),
                product.n(),
                product.k(),
                product.a(),
                product.lda(),
                product.b(),
                product.ldb(),
                product.c(),
                product.ldc()));
    }
}
