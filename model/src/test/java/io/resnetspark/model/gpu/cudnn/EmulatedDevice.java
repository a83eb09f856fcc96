package io.resnetspark.model.gpu.cudnn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.gpu.cudnn.MatrixProduct.Form;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final Optional<String> MISSING = build();

    private final Map<Long, BytePointer> memory = new HashMap<>();
    private final long capacity;
    private long used;

    private EmulatedDevice(long capacity) {
        this.capacity = capacity;
    }

    /** Skips the test where there is no C++ compiler. */
    static EmulatedDevice open() {
        return open(Long.MAX_VALUE);
    }

    static EmulatedDevice open(long capacity) {
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
            Path folder = Files.createTempDirectory("emulated-device");
            Files.writeString(folder.resolve(KernelSource.NAME), KernelSource.text());
            StringBuilder names = new StringBuilder();
            for (DeviceKernel kernel : DeviceKernel.values()) {
                names.append("KERNEL(").append(kernel.function()).append(")\n");
            }
            Files.writeString(folder.resolve("names.h"), names);
            try (InputStream in = EmulatedDevice.class.getResourceAsStream("emulation.cpp")) {
                Files.copy(in, folder.resolve("emulation.cpp"));
            }
            for (String suffix : List.of("Float", "Bfloat16")) {
                Path library = folder.resolve("lib" + suffix + ".so");
                List<String> command = new ArrayList<>(List.of(
                        "g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Werror"));
                command.addAll(List.of("-Wno-unknown-pragmas", "-I" + jni, "-I" + jni.resolve("linux")));
                command.add("-DSUFFIX=" + suffix);
                if (suffix.equals("Bfloat16")) {
                    command.add("-DBFLOAT16");
                }
                command.addAll(List.of("emulation.cpp", "-o", library.toString()));
                Process compiler = new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
                String output = new String(compiler.getInputStream().readAllBytes());
                if (!compiler.waitFor(5, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
                    throw new IllegalStateException("g++ cannot compile kernels.cu:\n" + output);
                }
                System.load(library.toString());
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.getMessage()); // no g++
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static native void launchFloat(String kernel, int threads, long[] arguments);

    private static native void launchBfloat16(String kernel, int threads, long[] arguments);

    private static native void convolveFloat(
            int direction, int[] geometry, long first, long second, long result, boolean add);

    private static native void convolveBfloat16(
            int direction, int[] geometry, long first, long second, long result, boolean add);

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

    /** Pieces of memory that have not been freed. */
    int pieces() {
        return memory.size();
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
        BytePointer piece = memory.remove(address);
        if (piece == null) {
            throw new IllegalStateException("Freed twice, or never allocated");
        }
        long bytes = piece.limit();
        used -= bytes;
        piece.limit(bytes + GUARD_BYTES);
        for (long i = bytes; i < bytes + GUARD_BYTES; i++) {
            if (piece.get(i) != GUARD) {
                throw new IllegalStateException("Somebody wrote past the end of %d bytes".formatted(bytes));
            }
        }
        piece.close();
    }

    @Override
    public void upload(Pointer host, long address, long bytes) {
        Pointer.memcpy(new DeviceAddress(address), host, bytes);
    }

    @Override
    public void download(long address, Pointer host, long bytes) {
        Pointer.memcpy(host, new DeviceAddress(address), bytes);
    }

    @Override
    public void clear(long address, long bytes) {
        Pointer.memset(new DeviceAddress(address), 0, bytes);
    }

    @Override
    public void launch(Element maps, DeviceKernel kernel, int threads, Object... arguments) {
        long[] encoded = kernel.encode(threads, arguments);
        if (maps == Element.FLOAT) {
            launchFloat(kernel.function(), threads, encoded);
        } else {
            launchBfloat16(kernel.function(), threads, encoded);
        }
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
    public DeviceConvolution convolution(Element maps, ImageShape input, int outputChannels, Window window) {
        ImageShape output = input.through(window, outputChannels);
        int[] geometry = {
            input.batch(),
            input.height(),
            input.width(),
            input.channels(),
            output.height(),
            output.width(),
            outputChannels,
            window.size(),
            window.stride(),
            window.padding()
        };
        return new EmulatedConvolution(maps, geometry);
    }

    private record EmulatedConvolution(Element maps, int[] geometry) implements DeviceConvolution {

        private void run(int direction, long first, long second, long result, Accumulate accumulate) {
            if (maps == Element.FLOAT) {
                convolveFloat(direction, geometry, first, second, result, accumulate == Accumulate.ADD);
            } else {
                convolveBfloat16(direction, geometry, first, second, result, accumulate == Accumulate.ADD);
            }
        }

        @Override
        public long workspaceBytes() {
            return 1000;
        }

        @Override
        public void forward(long input, long weight, long output, long workspace, Accumulate accumulate) {
            run(0, input, weight, output, accumulate);
        }

        @Override
        public void inputGradient(
                long outputGradient, long weight, long inputGradient, long workspace, Accumulate accumulate) {
            run(1, outputGradient, weight, inputGradient, accumulate);
        }

        @Override
        public void weightGradient(long input, long outputGradient, long weightGradient, long workspace) {
            run(2, input, outputGradient, weightGradient, Accumulate.REPLACE);
        }

        @Override
        public void close() {
            // nothing to free
        }
    }

    @Override
    public void multiply(MatrixProduct product) {
        multiplyFloat(
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
                product.ldc());
    }
}
