package io.resnetspark.jobs.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.jobs.config.ConfigLoader;
import io.resnetspark.model.error.ConfigurationException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class GpuSchedulingTest {

    private final SparkConf conf = new SparkConf(false);

    private static DeviceConfig device(String... settings) {
        ConfigLoader loader = ConfigLoader.shippedDefaults();
        for (String setting : settings) {
            loader = loader.withSetting("device." + setting);
        }
        return loader.load().bind("device", DeviceConfig.class);
    }

    @Test
    void theProcessorNeedsNothing() {
        GpuScheduling.addTo(conf, "spark://h:7077", device());
        assertThat(conf.getAll()).hasSize(1);
        assertThat(conf.get("spark.resnet.device")).isEqualTo("cpu");
    }

    @Test
    void everyTaskGetsAGpu() {
        GpuScheduling.addTo(conf, "spark://h:7077", device("type=cuda", "gpus-per-executor=2"));
        assertThat(conf.get("spark.executor.resource.gpu.amount")).isEqualTo("2");
        assertThat(conf.get("spark.task.resource.gpu.amount")).isEqualTo("1");
        assertThat(conf.get("spark.executorEnv.CUDA_DEVICE_ORDER")).isEqualTo("PCI_BUS_ID");
        assertThat(conf.contains("spark.executor.resource.gpu.discoveryScript")).isFalse();
        assertThat(conf.contains("spark.executor.extraJavaOptions")).isFalse();
    }

    @Test
    void cudnnIsScheduledAlike() {
        GpuScheduling.addTo(conf, "spark://h:7077", device("type=cudnn", "gpus-per-executor=2"));
        assertThat(conf.get("spark.executor.resource.gpu.amount")).isEqualTo("2");
        assertThat(conf.get("spark.task.resource.gpu.amount")).isEqualTo("1");
        assertThat(conf.get("spark.resnet.device")).isEqualTo("cudnn");
    }

    @Test
    void kubernetesIsToldTheVendorAndTheScript() {
        GpuScheduling.addTo(conf, "k8s://https://h:443", device("type=cuda", "discovery-script=/opt/gpu-discovery.sh"));
        assertThat(conf.get("spark.executor.resource.gpu.vendor")).isEqualTo("nvidia.com");
        assertThat(conf.get("spark.executor.resource.gpu.discoveryScript")).isEqualTo("/opt/gpu-discovery.sh");
    }

    @Test
    void oneLimitHoldsForDevicesAndForTheHost() {
        conf.set("spark.executor.extraJavaOptions", "-Dmine=1");
        GpuScheduling.addTo(conf, "yarn", device("type=cuda", "gpus-per-executor=2", "memory=3g"));
        long both = 6L << 30;
        assertThat(conf.get("spark.resnet.device.memory")).isEqualTo(Long.toString(3L << 30));
        assertThat(conf.get("spark.executorEnv.SD_MAX_SPECIAL_BYTES")).isEqualTo(Long.toString(both));
        assertThat(conf.get("spark.executor.memoryOverhead")).isEqualTo("6144m");
        assertThat(conf.get("spark.executor.extraJavaOptions"))
                .isEqualTo("-Dmine=1 -Dorg.bytedeco.javacpp.maxbytes=" + both);
    }

    @Test
    void limitsOfTheUserStay() {
        conf.set("spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxbytes=5g");
        conf.set("spark.executor.memoryOverhead", "9g");
        GpuScheduling.addTo(conf, "yarn", device("type=cuda", "memory=3g"));
        assertThat(conf.get("spark.executor.extraJavaOptions")).isEqualTo("-Dorg.bytedeco.javacpp.maxbytes=5g");
        assertThat(conf.get("spark.executor.memoryOverhead")).isEqualTo("9g");
    }

    @Test
    void localTasksShareTheDeviceOfTheProcess() {
        GpuScheduling.addTo(conf, "local[2]", device("type=cuda"));
        assertThat(conf.get("spark.resnet.device")).isEqualTo("cuda");
        assertThat(conf.contains("spark.task.resource.gpu.amount")).isFalse();
    }

    @Test
    void aGpuIsNotSharedAmongTasks() {
        conf.set("spark.task.resource.gpu.amount", "0.5");
        assertThatThrownBy(() -> GpuScheduling.addTo(conf, "yarn", device("type=cuda")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("spark.task.resource.gpu.amount is 0.5");
    }

    @Test
    void wrongValuesAreNamed() {
        assertThatThrownBy(() -> device("type=gpu", "gpus-per-executor=0", "memory=12"))
                .hasMessageContaining("device.type: expected one of cpu, cuda")
                .hasMessageContaining("device.memory: expected at least 64m");
        assertThatThrownBy(() -> device("gpus-per-executor=0"))
                .hasMessageContaining("device.gpus-per-executor: must be at least 1");
        assertThatThrownBy(() -> device("memory=much")).hasMessageContaining("an amount of memory such as 12g");
    }
}
