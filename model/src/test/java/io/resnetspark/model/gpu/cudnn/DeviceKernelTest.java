package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.gpu.device.DeviceKernel;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A launch passes bare bytes: what Java believes about a function must be what the source says. */
class DeviceKernelTest {

    private static final Pattern FUNCTION =
            Pattern.compile("extern \"C\" __global__ void (\\w+)\\(\\s*([^)]*)\\)", Pattern.DOTALL);

    @Test
    void namesAndArgumentsAreThoseOfTheSource() {
        Map<String, String> source = new TreeMap<>();
        Matcher functions = FUNCTION.matcher(KernelSource.text());
        while (functions.find()) {
            StringBuilder types = new StringBuilder();
            for (String parameter : functions.group(2).split(",")) {
                String type = parameter.strip();
                types.append(
                        type.contains("*")
                                ? 'p'
                                : type.startsWith("unsigned ") ? 'u' : type.startsWith("float ") ? 'f' : '?');
            }
            source.put(functions.group(1), types.toString());
        }
        Map<String, String> java = new TreeMap<>();
        for (DeviceKernel kernel : DeviceKernel.values()) {
            java.put(kernel.function(), "u" + kernel.arguments()); // the number of threads comes first
        }
        assertThat(java).isEqualTo(source);
    }

    @Test
    void encodesEachArgumentInEightBytes() {
        long[] encoded = DeviceKernel.NORM_STATISTICS.encode(7, 1L << 40, 2L, 3L, 4L, 5L, 6L, 7L, 8, 9, -1.5f);
        assertThat(encoded)
                .containsExactly(7, 1L << 40, 2, 3, 4, 5, 6, 7, 8, 9, Float.floatToRawIntBits(-1.5f) & 0xffffffffL);
    }

    @Test
    void refusesWhatTheFunctionDoesNotTake() {
        assertThatThrownBy(() -> DeviceKernel.RELU.encode(1, 1L, 2L)).hasMessageContaining("takes 3 arguments, not 2");
        assertThatThrownBy(() -> DeviceKernel.RELU.encode(1, 1L, 2, 3)).hasMessageContaining("must be of type p");
        assertThatThrownBy(() -> DeviceKernel.RELU.encode(1, 1L, 2L, 3L)).hasMessageContaining("must be of type u");
        assertThatThrownBy(() -> DeviceKernel.RELU.encode(1, 1L, 2L, -3)).hasMessageContaining("must be of type u");
    }

    @Test
    void noFunctionTakesMoreThanALaunchHoldsFor() {
        for (DeviceKernel kernel : DeviceKernel.values()) {
            assertThat(kernel.arguments().length()).isLessThan(31);
        }
    }
}
