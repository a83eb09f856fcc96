package io.resnetspark.model.gpu.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.NvidiaGpu;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CudnnBindingTest {

    private final CudnnBinding binding = new CudnnBinding();

    @Test
    void turingAndNewerAreTaken() {
        assertThat(binding.refusal(new NvidiaGpu(0, "GPU-1", "Tesla T4", 7, 5))).isEmpty();
        assertThat(binding.refusal(new NvidiaGpu(0, "GPU-1", "NVIDIA H200", 9, 0)))
                .isEmpty();
        assertThat(binding.refusal(new NvidiaGpu(0, "GPU-1", "Tesla V100", 7, 0))
                        .orElseThrow())
                .contains("Tesla V100", "7.0", "-Pcuda");
    }

    /** What has computed before does not matter; what the process was told on its command line does. */
    @Test
    void otherKernelsThatWereAskedForAreNotReplaced() {
        Kernels.ofThisProcess();
        String before = System.getProperty(Kernels.SETTING);
        System.setProperty(Kernels.SETTING, "nd4j");
        try {
            assertThatThrownBy(() -> binding.bind(0))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("resnet.kernels is nd4j");
        } finally {
            if (before == null) {
                System.clearProperty(Kernels.SETTING);
            } else {
                System.setProperty(Kernels.SETTING, before);
            }
        }
    }

    private static float[] trained(Kernels kernels) {
        Kernels.bind(kernels);
        ResNetSpec spec = SmallNetworks.shallow(Architecture.CIFAR_RESNET20);
        Sgd plain = new Sgd(0, Sgd.Momentum.CLASSIC, 0, DecayScope.ALL);
        try (Trainer trainer = Trainer.create(spec, 1, plain, Trainer.NO_CLIPPING)) {
            trainer.step(
                    SmallNetworks.batch(spec, SmallNetworks.images(spec, 4, 1)), SmallNetworks.labels(spec, 4), 0.1, 0);
            return trainer.state().parameters();
        }
    }

    /** Two tasks of an executor, each on the device that Spark gave it, in a process that computes on the host as well. */
    @Test
    void threadsComputeWhereTheyAreBound() throws Exception {
        EmulatedDevice[] devices = {EmulatedDevice.open(), EmulatedDevice.open()};
        String host = Kernels.ofThisProcess().description();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<float[]>> results = new ArrayList<>();
            for (EmulatedDevice device : devices) {
                results.add(threads.submit(() -> trained(new CudnnKernels(device))));
            }
            assertThat(results.get(0).get()).isEqualTo(results.get(1).get());
            assertThat(devices[0].launches()).isPositive().isEqualTo(devices[1].launches());
        } finally {
            threads.shutdown();
        }
        assertThat(Kernels.ofThisProcess().description()).isEqualTo(host);
        Kernels.bind(new CudnnKernels(devices[0]));
        assertThat(Kernels.ofThisProcess().description()).isEqualTo("emulated device");
        Kernels.unbind();
        assertThat(Kernels.ofThisProcess().description()).isEqualTo(host);
    }
}
