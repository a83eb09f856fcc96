package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.gpu.device.DeviceKernel;
import io.resnetspark.model.program.Element;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * NVIDIA's own compiler and assembler take the kernels, for every architecture from Turing to Blackwell; neither needs a
 * device. The environment names their folder: {@code RESNET_CUDA}, with {@code lib/libnvrtc.so.13} and {@code bin/ptxas}, as
 * the Python packages {@code nvidia-cuda-nvrtc} and {@code nvidia-cuda-nvcc} unpack it ({@code …/nvidia/cu13}).
 */
class KernelSourceTest {

    private static final List<String> CAPABILITIES = List.of("75", "80", "86", "89", "90", "100", "120");
    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(([^)]*)\\)");
    private static final Pattern PARAMETER = Pattern.compile("\\.param \\.(\\w+)");
    private static final Pattern USAGE = Pattern.compile("entry function '(\\w+)'.*\\n.*\\n"
            + ".*?(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads.*?\\n"
            + ".*?Used (\\d+) registers");

    /** Of the 64 K of a multiprocessor, for three blocks of 256 threads. */
    private static final int MOST_REGISTERS = 80;

    private static Path toolkit;

    @BeforeAll
    static void needsTheCompiler(@TempDir Path empty) throws Exception {
        String folder = System.getenv("RESNET_CUDA");
        assumeTrue(folder != null, "RESNET_CUDA does not name CUDA's compiler: kernels.cu is not compiled for GPUs");
        toolkit = Path.of(folder);
        // Loaded from here, they are there when the glue asks for them by name.
        System.load(toolkit.resolve("lib/libcudart.so.13").toString());
        System.load(toolkit.resolve("lib/libnvrtc.so.13").toString());
        try {
            System.loadLibrary("cuda");
        } catch (UnsatisfiedLinkError e) {
            System.load(emptyDriver(empty).toString());
        }
        Loader.load(nvrtc.class);
    }

    /** The glue is linked to the driver, of which compiling calls nothing: an empty one will do. */
    private static Path emptyDriver(Path folder) throws Exception {
        Path driver = folder.resolve("libcuda.so.1");
        Process linker = new ProcessBuilder(
                        "g++", "-shared", "-Wl,-soname,libcuda.so.1", "-x", "c++", "/dev/null", "-o", driver.toString())
                .inheritIO()
                .start();
        assertThat(linker.waitFor()).isZero();
        return driver;
    }

    static Stream<Arguments> targets() {
        return CAPABILITIES.stream().flatMap(capability -> Stream.of(Element.FLOAT, Element.BFLOAT16)
                // Turing does not multiply bfloat16, and is refused before
                .filter(maps -> maps == Element.FLOAT || !capability.equals("75"))
                .map(maps -> Arguments.of(maps, capability)));
    }

    /** What a process does on its device. */
    @ParameterizedTest
    @MethodSource("targets")
    void compilesToMachineCode(Element maps, String capability) {
        assertThat(KernelSource.compile(maps, "sm_" + capability)).startsWith(0x7f, 'E', 'L', 'F');
    }

    /**
     * A launch passes bare bytes: their number and types are those that the compiled function reads. What spills to memory, or
     * leaves threads no registers, would be slow without anybody seeing why.
     */
    @ParameterizedTest
    @MethodSource("targets")
    void functionsTakeWhatLaunchesPassAndSpillNothing(Element maps, String capability, @TempDir Path folder)
            throws Exception {
        String ptx = new String(KernelSource.compile(maps, "compute_" + capability), StandardCharsets.UTF_8);
        Map<String, String> compiled =
                ENTRY.matcher(ptx).results().collect(sorted(entry -> entry.group(1), entry -> types(entry.group(2))));
        Map<String, String> launched = Arrays.stream(DeviceKernel.values())
                .collect(sorted(DeviceKernel::function, kernel -> "u" + kernel.arguments()));
        assertThat(compiled).isEqualTo(launched);
        assertNothingSpills(maps, capability, ptx, folder);
    }

    private static <T> Collector<T, ?, Map<String, String>> sorted(Function<T, String> key, Function<T, String> value) {
        return Collectors.toMap(key, value, (one, other) -> one, TreeMap::new);
    }

    private static String types(String parameters) {
        return PARAMETER
                .matcher(parameters)
                .results()
                .map(parameter -> switch (parameter.group(1)) {
                    case "u64" -> "p";
                    case "u32" -> "u";
                    case "f32" -> "f";
                    default -> parameter.group();
                })
                .collect(Collectors.joining());
    }

    private static void assertNothingSpills(Element maps, String capability, String ptx, Path folder) throws Exception {
        Path source = Files.writeString(folder.resolve("kernels.ptx"), ptx);
        Process assembler = new ProcessBuilder(
                        toolkit.resolve("bin/ptxas").toString(),
                        "--verbose",
                        "--gpu-name=sm_" + capability,
                        "--output-file=" + folder.resolve("kernels.cubin"),
                        source.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(assembler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(assembler.waitFor()).as(output).isZero();
        List<MatchResult> usages = USAGE.matcher(output).results().toList();
        assertThat(usages).as(output).hasSize(DeviceKernel.values().length);
        System.out.printf(
                "sm_%s, %s, registers: %s%n",
                capability,
                maps,
                usages.stream()
                        .map(usage -> usage.group(1) + " " + usage.group(5)
                                + (usage.group(3).equals("0") ? "" : " (spills " + usage.group(3) + " bytes)"))
                        .sorted()
                        .collect(Collectors.joining(", ")));
        assertThat(usages).allSatisfy(usage -> {
            assertThat(usage.group(3)).as("spill stores of " + usage.group(1)).isEqualTo("0");
            assertThat(usage.group(4)).as("spill loads of " + usage.group(1)).isEqualTo("0");
            assertThat(Integer.parseInt(usage.group(5)))
                    .as("registers of " + usage.group(1))
                    .isLessThanOrEqualTo(MOST_REGISTERS);
        });
    }
}
