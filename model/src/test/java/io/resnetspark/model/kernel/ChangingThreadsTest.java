package io.resnetspark.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.onednn.OneDnnKernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.OptimizerConfig.Sgd.Momentum;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.weights.StateDict;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network belongs to one thread at a time, not to the thread that made it: Spark gives every task another one. */
class ChangingThreadsTest {

    /** Narrow: for channel counts without vector code oneDNN computes by matrix products, which need much scratch memory. */
    private static final ResNetSpec SPEC = SmallNetworks.spec(Architecture.RESNET18);

    private static final int BATCH = 16;

    @BeforeAll
    static void needsOneDnn() {
        assumeTrue(OneDnnKernels.available(), "oneDNN is not available on this platform");
    }

    @Test
    void stepsOnChangingThreadsEqualStepsOnOne() throws Exception {
        Trainer still = trainer();
        Trainer moving = trainer();
        for (int i = 0; i < 4; i++) {
            int step = i;
            step(still, step);
            onThreadOfItsOwn(() -> step(moving, step));
            assertThat(moving.state()).as("after step %d", step).isEqualTo(still.state());
        }
        still.network().close();
        moving.network().close();
    }

    @Test
    void classifiersAnswerTheSameOnEveryThread() throws Exception {
        float[] images = image(0).data().asFloat();
        StateDict weights = NetworkWeights.of(ResNet.create(SPEC, 5));
        NetworkClassifier classifier = onThreadOfItsOwn(() -> NetworkClassifier.create(SPEC, weights, BATCH));
        float[] first = classifier.logits(images, BATCH);
        // Others come and go: freeing theirs must not take away what this one computes with.
        for (int i = 0; i < 3; i++) {
            NetworkClassifier other = onThreadOfItsOwn(() -> NetworkClassifier.create(SPEC, weights, BATCH));
            assertThat(other.logits(images, BATCH)).isEqualTo(first);
            onThreadOfItsOwn(() -> {
                other.close();
                return null;
            });
            assertThat(onThreadOfItsOwn(() -> classifier.logits(images, BATCH))).isEqualTo(first);
        }
        classifier.close();
    }

    private static Trainer trainer() {
        return new Trainer(
                ResNet.create(SPEC, 3, Kernels.oneDnn()),
                new Sgd(0.9, Momentum.CLASSIC, 1e-4, DecayScope.ALL),
                Trainer.NO_CLIPPING);
    }

    private static Object step(Trainer trainer, int step) {
        ComputeThreads.use(2);
        return trainer.step(image(step), SmallNetworks.labels(SPEC, BATCH), 0.02, step);
    }

    private static INDArray image(int seed) {
        return Nd4j.rand(new int[] {BATCH, SPEC.inputSize(), SPEC.inputSize(), SPEC.channels()}, 100 + seed);
    }

    private static <T> T onThreadOfItsOwn(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task);
        thread.start();
        return task.get();
    }
}
