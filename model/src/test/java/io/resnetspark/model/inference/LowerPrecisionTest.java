package io.resnetspark.model.inference;

import static io.resnetspark.model.RelativeDifference.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import io.resnetspark.model.program.InferenceExecutor;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.InferenceProgram;
import io.resnetspark.model.program.PreparedProgram;
import io.resnetspark.model.program.Quantization;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Value;
import io.resnetspark.model.weights.StateDict;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks in bfloat16 and in 8-bit integers against single precision. Every map and every filter is rounded once; what each
 * rounding adds is independent of the others, so that their squares add up along the network. No branch of a residual network
 * gives more weight to an error than to what it is an error of.
 */
class LowerPrecisionTest {

    private static final int IMAGES = 6;

    /** Of rounding to 8 significant bits: half a unit in the last place of 1, and so the largest relative error. */
    private static final double BFLOAT16_ROUNDING = 1 / 256.0;

    @BeforeAll
    static void needsOneDnn() {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void bfloat16LosesWhatItsRoundingTakes(Architecture architecture) {
        assertBfloat16Close(SmallNetworks.spec(architecture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+norm=none", "cifar-plain20+norm=none", "cifar-resnet20+widths=5-11-22"})
    void bfloat16InVariations(String name) {
        assertBfloat16Close(NetworkName.parse(name).spec().withClasses(5).withInput(3, 8));
    }

    private static void assertBfloat16Close(ResNetSpec spec) {
        assumeTrue(Kernels.oneDnn().infersIn(InferencePrecision.BF16));
        Case tested = new Case(spec);
        double roundings = 2.0 * tested.convolutions() + 1;
        assertThat(tested.relativeError(InferencePrecision.BF16, Optional.empty()))
                .as("relative error of the logits")
                .isPositive()
                .isLessThan(BFLOAT16_ROUNDING * Math.sqrt(roundings));
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void integersLoseWhatTheirRoundingTakes(Architecture architecture) {
        assertIntegersClose(SmallNetworks.spec(architecture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cifar-resnet20+norm=none", "cifar-plain20+norm=none", "cifar-resnet20+widths=5-11-22"})
    void integersInVariations(String name) {
        assertIntegersClose(NetworkName.parse(name).spec().withClasses(5).withInput(3, 8));
    }

    private static void assertIntegersClose(ResNetSpec spec) {
        Case tested = new Case(spec);
        Quantization quantization = tested.calibrated();
        assertThat(tested.relativeError(InferencePrecision.INT8, Optional.of(quantization)))
                .as("relative error of the logits")
                .isPositive()
                .isLessThan(2 * tested.quantizationNoise(quantization));
    }

    /** Whatever the maps are rounded to, the head's sums differ by their order alone. */
    @ParameterizedTest
    @EnumSource(
            names = {"BF16", "INT8"},
            value = InferencePrecision.class)
    void anAnswerDoesNotDependOnItsBatch(InferencePrecision precision) {
        assumeTrue(Kernels.oneDnn().infersIn(precision));
        Case tested = new Case(SmallNetworks.spec(Architecture.RESNET18));
        Optional<Quantization> quantization = Optional.of(tested.calibrated());
        float[] together = tested.logits(precision, quantization, IMAGES);
        assertThat(difference(tested.logits(precision, quantization, 4), together))
                .isLessThan(1e-6);
        assertThat(difference(tested.logits(precision, quantization, 1), together))
                .isLessThan(1e-6);
    }

    @Test
    void calibrationDoesNotDependOnBatchesOrOrder() {
        Case tested = new Case(SmallNetworks.spec(Architecture.CIFAR_RESNET20));
        Quantization whole = tested.calibrated();
        try (RangeCalibration parts = new RangeCalibration(tested.spec, tested.weights, 2, Kernels.oneDnn())) {
            int length = tested.images.length / IMAGES;
            for (int i = IMAGES - 1; i >= 0; i--) {
                parts.add(Arrays.copyOfRange(tested.images, i * length, (i + 1) * length), 1);
            }
            assertThat(parts.quantization("test").ranges().keySet())
                    .isEqualTo(whole.ranges().keySet());
            // The maps of other batch sizes differ by single-precision rounding, a bin at most.
            parts.quantization("test")
                    .ranges()
                    .forEach((map, range) ->
                            assertThat(range / whole.ranges().get(map)).as(map).isBetween(0.99f, 1.01f));
        }
    }

    @Test
    void kernelsThatCannotSaySo() {
        ResNetSpec spec = SmallNetworks.spec(Architecture.CIFAR_RESNET20);
        StateDict weights = SmallNetworks.weights(spec, 1);
        SharedNetwork portable = SharedNetwork.of(spec, weights, Kernels.nd4j());
        assertThatThrownBy(() -> portable.in(InferencePrecision.BF16, Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ND4J")
                .hasMessageContaining("bf16");
        assertThatThrownBy(() -> new RangeCalibration(spec, weights, 1, Kernels.nd4j()))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void aRangeThatIsMissingIsNamed() {
        Case tested = new Case(SmallNetworks.spec(Architecture.CIFAR_RESNET20));
        Map<String, Float> ranges = new HashMap<>(tested.calibrated().ranges());
        ranges.remove("layer2.0");
        assertThatThrownBy(() ->
                        tested.logits(InferencePrecision.INT8, Optional.of(new Quantization(ranges, 1, "")), IMAGES))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("layer2.0");
    }

    /** A network, what it says in single precision, and how large its maps are. */
    private static final class Case {

        private final ResNetSpec spec;
        private final StateDict weights;
        private final float[] images;
        private final InferenceProgram program;
        private final float[] expected;
        private final Map<Value, Double> meanSquares = new HashMap<>();

        Case(ResNetSpec spec) {
            this.spec = spec;
            weights = SmallNetworks.weights(spec, 5);
            images = SmallNetworks.images(spec, IMAGES, 6);
            program = SharedNetwork.program(spec, weights);
            try (NetworkClassifier classifier =
                    SharedNetwork.of(spec, weights, Kernels.oneDnn()).classifier(IMAGES)) {
                expected = classifier.logits(images, IMAGES);
            }
            try (PreparedProgram prepared = Kernels.oneDnn().inference(program);
                    InferenceExecutor executor = prepared.observable(IMAGES)) {
                executor.observe(
                        images,
                        executor.batch(),
                        (map, values, length) -> meanSquares.put(map, meanSquare(values, length)));
            }
        }

        long convolutions() {
            return program.program().steps().stream()
                    .filter(Convolution.class::isInstance)
                    .count();
        }

        Quantization calibrated() {
            try (RangeCalibration calibration = new RangeCalibration(spec, weights, IMAGES, Kernels.oneDnn())) {
                calibration.add(images, IMAGES);
                return calibration.quantization("test");
            }
        }

        float[] logits(InferencePrecision precision, Optional<Quantization> quantization, int batch) {
            try (NetworkClassifier classifier = SharedNetwork.of(spec, weights, Kernels.oneDnn())
                    .in(precision, quantization)
                    .classifier(batch)) {
                return classifier.logits(images, IMAGES);
            }
        }

        /** Norm of the difference from single precision over the norm of the logits. */
        double relativeError(InferencePrecision precision, Optional<Quantization> quantization) {
            return difference(logits(precision, quantization, IMAGES), expected);
        }

        /** Root of the summed noise-to-signal ratios of all maps and filters: step^2 / 12 over the mean square. */
        double quantizationNoise(Quantization quantization) {
            double sum = 0;
            Map<Value, Float> steps = program.in(InferencePrecision.INT8, Optional.of(quantization))
                    .mapSteps();
            for (Map.Entry<Value, Float> map : steps.entrySet()) {
                sum += map.getValue() * map.getValue() / 12 / meanSquares.get(map.getKey());
            }
            for (var step : program.program().steps()) {
                if (step instanceof Convolution convolution) {
                    float[] filters = convolution.weight().of(program.parameters());
                    Quantization.Weights whole =
                            Quantization.Weights.of(filters, step.output().channels());
                    double noise = 0;
                    for (float filterStep : whole.steps()) {
                        noise += filterStep * filterStep / 12 / whole.steps().length;
                    }
                    sum += noise / meanSquare(filters, filters.length);
                }
            }
            return Math.sqrt(sum);
        }

        private static double meanSquare(float[] values, int length) {
            double sum = 0;
            for (int i = 0; i < length; i++) {
                sum += (double) values[i] * values[i];
            }
            return sum / length;
        }
    }
}
