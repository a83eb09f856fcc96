package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.TinyGraph;
import io.resnetspark.model.gpu.DeviceLostError;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.Kernels.Bias;
import io.resnetspark.model.optim.OptimizerConfig.Lars;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageSamples;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.Trainer;
import java.util.function.Consumer;
import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every call to a device fails once: whatever has been taken of it by then is given back. */
class DeviceFailureTest {

    private static final ImageShape SHAPE = new ImageShape(3, 4, 4, 2);
    private static final ResNetSpec SPEC = SmallNetworks.shallow(Architecture.CIFAR_PLAIN20);

    /** Clipping, LARS, batches of two sizes, a recorded step, samples, validation. */
    private static void train(Kernels kernels, TrainingPrecision precision) {
        var network = TinyGraph.of(SHAPE, 4, kernels, graph -> {
            String x = graph.convolution("conv", ResNet.IMAGES, 2, 4, 3, 1, Bias.NONE);
            return graph.normalise("norm", x, 4, Activation.RELU, 1);
        });
        try (Trainer trainer = new Trainer(network, new Lars(0.9, 0.01, 1e-2), 0.5, RateFactors.EQUAL, precision)) {
            INDArray images = Nd4j.ones(SHAPE.toArray());
            INDArray labels = Nd4j.eye(TinyGraph.CLASSES);
            for (int step = 0; step < 3; step++) {
                trainer.step(images, labels, 0.1, step);
            }
            trainer.step(Nd4j.ones(2, 4, 4, 2), Nd4j.eye(TinyGraph.CLASSES).getRows(0, 1), 0.1, 3);
            trainer.readSamples(new ImageSamples(SHAPE, new float[2 * 256], true));
            trainer.readSamples(new ImageSamples(SHAPE, new float[2 * 256], true));
            trainer.step(Nd4j.zeros(DataType.UINT8, SHAPE.batch(), 4 * 4 * 2 + 72), labels, 0.1, 4);
            trainer.probabilities(images);
            trainer.state();
        }
    }

    private static void classify(Kernels kernels) {
        try (NetworkClassifier classifier =
                NetworkClassifier.create(SPEC, SmallNetworks.weights(SPEC, 5), 2, kernels)) {
            classifier.logits(SmallNetworks.images(SPEC, 3, 6), 3);
        }
    }

    private static void failAtEveryCall(Consumer<Kernels> work, int atLeast) {
        int call = 0;
        while (true) {
            EmulatedDevice device = EmulatedDevice.open().failingAt(call);
            boolean failed = false;
            try {
                work.accept(new CudnnKernels(device));
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("Call %d fails".formatted(call));
                failed = true;
            }
            assertThat(device.pieces()).as("left after call %d failed", call).isZero();
            if (!failed) {
                break;
            }
            call++;
        }
        assertThat(call).isGreaterThan(atLeast);
    }

    @ParameterizedTest
    @EnumSource(
            value = TrainingPrecision.class,
            names = {"FP32", "BF16"})
    void aTrainingLeavesNothing(TrainingPrecision precision) {
        failAtEveryCall(kernels -> train(kernels, precision), 80);
    }

    @Test
    void anInferenceLeavesNothing() {
        failAtEveryCall(DeviceFailureTest::classify, 40);
    }

    /** Closing on the way out must not hide the error that ends the executor. */
    @Test
    void aDeadContextIsToldAsWhatItIs() {
        for (int call = 0; call < 80; call += 7) {
            EmulatedDevice device = EmulatedDevice.open().dyingAt(call);
            assertThatThrownBy(() -> train(new CudnnKernels(device), TrainingPrecision.FP32))
                    .isInstanceOf(DeviceLostError.class)
                    .isInstanceOf(VirtualMachineError.class); // what Spark ends an executor for
            assertThat(device.pieces()).isZero();
        }
    }

    @Test
    void cudaSaysWhenAContextIsDead() {
        assertThat(CudaStatus.isFatal(cudart.cudaErrorIllegalAddress)).isTrue();
        assertThat(CudaStatus.isFatal(cudart.cudaErrorECCUncorrectable)).isTrue();
        assertThat(CudaStatus.isFatal(cudart.cudaErrorMemoryAllocation)).isFalse();
        assertThat(CudaStatus.isFatal(cudart.cudaErrorInvalidValue)).isFalse();
        assertThat(CudaStatus.isFatal(cudart.cudaSuccess)).isFalse();
    }
}
