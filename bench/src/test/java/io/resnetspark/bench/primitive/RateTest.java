package io.resnetspark.bench.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class RateTest {

    @Test
    void aConvolutionCountsMultiplicationsAndAdditions() {
        // 2 images, 4x4 outputs, 5 filters, 3x3x3 weights each
        assertThat(ConvolutionShape.parse("2x8x8x3_3x3/2_5").flops()).isEqualTo(2.0 * (2 * 4 * 4 * 5) * 27);
    }

    @Test
    void aResidualAddMovesThreeArrays() {
        assertThat(Rate.of("ResidualAddReluBenchmark.forward", Optional.of("1x10x10x10"), 1e-6))
                .isEqualTo(new Rate(Rate.Kind.MEMORY, 3 * 1000 * 4 / 1e-6 / 1e9));
    }

    @Test
    void everyBenchmarkHasARate() {
        Set<BenchmarkListEntry> all = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), java.util.List.of());

        assertThat(all).hasSize(9).allSatisfy(benchmark -> {
            Optional<String> shape = benchmark.getParams().hasValue()
                    ? Optional.of(benchmark.getParams().get().get("shape")[0])
                    : Optional.empty();
            String name = benchmark
                    .getUsername()
                    .substring(Primitives.class.getPackageName().length() + 1);
            assertThat(Rate.of(name, shape, 1).perSecond()).isPositive();
        });
    }
}
