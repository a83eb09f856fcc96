package io.resnetspark.pipeline.device;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;

/**
 * What a job is asked to compute on, as it travels from the driver to all executors in Spark's configuration.
 *
 * @param type processor or GPUs
 * @param memoryBytes most that a process may take on a GPU; empty for no limit
 */
public record DeviceRequest(DeviceType type, OptionalLong memoryBytes) {

    public static final DeviceRequest CPU = new DeviceRequest(DeviceType.CPU, OptionalLong.empty());

    /** What Spark calls GPUs: {@code spark.task.resource.gpu.amount}. */
    public static final String RESOURCE = "gpu";

    private static final String TYPE = "spark.resnet.device";
    private static final String MEMORY = "spark.resnet.device.memory";

    /**
     * What the driver is asked for. Where no tasks run in it, an application with cuDNN's kernels makes and reads networks on
     * the processor; ND4J's CUDA backend leaves it none.
     *
     * @param master as Spark names it
     */
    public DeviceRequest ofDriver(String master) {
        return type == DeviceType.CUDNN && !runsTasksInDriver(master) ? CPU : this;
    }

    /** Whether tasks run in the driver's process, where Spark schedules no GPUs. */
    public static boolean runsTasksInDriver(String master) {
        return master.equals("local") || master.startsWith("local[");
    }

    /** As settings of Spark. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(TYPE, type.label());
        memoryBytes.ifPresent(bytes -> settings.put(MEMORY, Long.toString(bytes)));
        return settings;
    }

    /**
     * Lets it travel with every job that the calling thread starts from now on: the configuration of a session that somebody
     * else has opened is decided.
     */
    public void travelWith(SparkContext context) {
        Map<String, String> settings = settings();
        context.setLocalProperty(TYPE, settings.get(TYPE));
        context.setLocalProperty(MEMORY, settings.get(MEMORY)); // null takes it away
    }

    /** What a driver has put into the configuration; without it, the processor. */
    public static DeviceRequest of(SparkConf conf) {
        return of(conf.get(TYPE, DeviceType.CPU.label()), conf.get(MEMORY, null));
    }

    /** What travels with a task's job, else with the application. */
    static DeviceRequest of(SparkConf conf, TaskContext task) {
        String type = task == null ? null : task.getLocalProperty(TYPE);
        return type == null ? of(conf) : of(type, task.getLocalProperty(MEMORY));
    }

    private static DeviceRequest of(String type, String memory) {
        return new DeviceRequest(
                DeviceType.parse(type),
                memory == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(memory)));
    }
}
