package io.resnetspark.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeMemoryLimitTest {

    private static final long GIB = 1L << 30;

    @Test
    void theHeapDoesNotCount() {
        assertThat(NativeMemoryLimit.excess(5 * GIB, 3 * GIB, 2 * GIB)).isEmpty();
    }

    @Test
    void whatIsOutsideTheHeapDoes() {
        assertThat(NativeMemoryLimit.excess(6 * GIB, 3 * GIB, 2 * GIB))
                .hasValueSatisfying(problem -> assertThat(problem).contains("3072 MiB", "2048 MiB", "batch-size"));
    }

    @Test
    void withoutALimitAnythingGoes() {
        assertThat(NativeMemoryLimit.excess(6 * GIB, GIB, 0)).isEmpty();
    }

    @Test
    void aDeviceHasALimitOfItsOwn() {
        assertThat(NativeMemoryLimit.excessOnDevice("GPU 1", 2 * GIB, 2 * GIB)).isEmpty();
        assertThat(NativeMemoryLimit.excessOnDevice("GPU 1", 3 * GIB, 2 * GIB))
                .hasValueSatisfying(problem ->
                        assertThat(problem).contains("3072 MiB are taken on GPU 1", "2048 MiB", "device.memory"));
    }
}
