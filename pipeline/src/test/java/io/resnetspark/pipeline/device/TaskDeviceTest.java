package io.resnetspark.pipeline.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.Nd4jCudaBinding;
import io.resnetspark.model.gpu.VisibleDevices;
import io.resnetspark.pipeline.dataset.TestDatasets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** In a build that computes on the CPU. */
class TaskDeviceTest {

    private static final DeviceRequest CUDA = new DeviceRequest(DeviceType.CUDA, OptionalLong.of(12L << 30));
    private static final VisibleDevices ALL = VisibleDevices.of(Optional.empty());

    @Test
    void aJobForTheProcessorComputesThereWhateverSparkGivesIt() {
        TaskDevice device = TaskDevice.of(DeviceRequest.CPU, Optional.of("1"), ALL);
        assertThatCode(device::bind).doesNotThrowAnyException();
        assertThat(device).hasToString("the processor; GPU 1, which Spark gave the task, is idle");
        assertThat(TaskDevice.of(DeviceRequest.CPU, Optional.empty(), ALL)).hasToString("the processor");
    }

    @Test
    void aJobForGpusNeverComputesOnTheProcessor() {
        assertThatThrownBy(() -> TaskDevice.of(CUDA, Optional.of("1"), ALL))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("computes on the CPU (CpuBackend)");
        assertThatThrownBy(() -> new TaskDevice.Gpu(new Nd4jCudaBinding(), "1", 1, OptionalLong.empty()).bind())
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> TaskDevice.ofDriver(CUDA)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void aTaskWithoutAGpuIsToldWhoOwesItOne() {
        assertThatThrownBy(() -> TaskDevice.of(CUDA, Optional.empty(), ALL))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("spark.task.resource.gpu.amount");
    }

    @Test
    void cudnnAsksADriverForAGpuOnlyWhereTasksRunInIt() {
        DeviceRequest cudnn = new DeviceRequest(DeviceType.CUDNN, OptionalLong.empty());
        assertThat(cudnn.ofDriver("local[2]")).isEqualTo(cudnn);
        assertThat(cudnn.ofDriver("local-cluster[2,1,1024]")).isEqualTo(DeviceRequest.CPU);
        assertThat(cudnn.ofDriver("spark://host:7077")).isEqualTo(DeviceRequest.CPU);
        assertThat(CUDA.ofDriver("spark://host:7077")).isEqualTo(CUDA);
    }

    @Test
    void requestsTravelInSparksConfiguration() {
        for (DeviceRequest request : new DeviceRequest[] {DeviceRequest.CPU, CUDA}) {
            SparkConf conf = new SparkConf(false);
            request.settings().forEach(conf::set);
            assertThat(DeviceRequest.of(conf)).isEqualTo(request);
        }
        assertThat(DeviceRequest.of(new SparkConf(false))).isEqualTo(DeviceRequest.CPU);
    }

    /** A session that somebody else has opened, for Spark ML or from Python: the job's own wish counts, for each in turn. */
    @Test
    void requestsTravelWithJobsOfASessionThatIsThereAlready() {
        JavaSparkContext spark = new JavaSparkContext(TestDatasets.spark().sparkContext());
        for (DeviceRequest request : List.of(CUDA, DeviceRequest.CPU, CUDA, DeviceRequest.CPU)) {
            request.travelWith(spark.sc());
            List<String> seen = spark.parallelize(List.of(1, 2), 2)
                    .map(i -> DeviceRequest.of(SparkEnv.get().conf(), TaskContext.get())
                            .toString())
                    .collect();
            assertThat(seen).containsExactly(request.toString(), request.toString());
        }
    }
}
