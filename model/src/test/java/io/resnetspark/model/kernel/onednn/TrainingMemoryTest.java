package io.resnetspark.model.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.kernel.onednn.TrainingStep.Mode;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.Program;
import io.resnetspark.model.program.Programs;
import io.resnetspark.model.program.TrainingPrecision;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class TrainingMemoryTest {

    private static final int BATCH = 8;

    /** All between images and loss: maps, gradients, what steps keep, scratch memory. */
    @Test
    void bfloat16TakesAtMostThreeFifthsOfSinglePrecision() {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
        assumeTrue(Kernels.oneDnn().trainsIn(TrainingPrecision.BF16), "bf16 needs AVX-512");
        Program program = Programs.training(Architecture.RESNET18.spec());
        assertThat((double) bytes(program, Element.BFLOAT16) / bytes(program, Element.FLOAT))
                .isBetween(0.5, 0.6);
    }

    private static NativeBlock zeros(int length) {
        NativeBlock block = new NativeBlock((long) length * Float.BYTES);
        block.clear();
        return block;
    }

    private static long bytes(Program program, Element maps) {
        try (NativeBlock parameters = zeros(program.parameters());
                NativeBlock gradients = zeros(program.parameters());
                OneDnnTrainingProgram training =
                        new OneDnnTrainingProgram(
                                program,
                                maps,
                                BATCH,
                                parameters,
                                gradients,
                                new StoredWeights(parameters.floats(), new float[0][]))) {
            training.forward(Nd4j.zeros(training.images().toArray()), Mode.TRAIN);
            training.backward(Nd4j.zeros(BATCH, program.classes()));
            return training.bytes();
        }
    }
}
