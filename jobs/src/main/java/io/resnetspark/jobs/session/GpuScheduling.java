package io.resnetspark.jobs.session;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.DeviceType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;

/** Lets Spark give every task a GPU of its own, and executors the limits that go with it. */
final class GpuScheduling {

    private static final String TASK_AMOUNT = "spark.task.resource." + DeviceRequest.RESOURCE + ".amount";
    private static final String EXECUTOR = "spark.executor.resource." + DeviceRequest.RESOURCE;
    private static final String JVM_OPTIONS = "spark.executor.extraJavaOptions";
    private static final String NATIVE_MEMORY = "org.bytedeco.javacpp.maxbytes";

    private GpuScheduling() {}

    /**
     * Adds what a configuration asks for; settings that are there already stay.
     *
     * @throws ConfigurationException if they share a GPU among tasks
     */
    static void addTo(SparkConf conf, String master, DeviceConfig config) {
        config.request().settings().forEach(conf::set);
        // A local master schedules no resources: its tasks share the one device of this process.
        if (config.type() == DeviceType.CPU || DeviceRequest.runsTasksInDriver(master)) {
            return;
        }
        String perTask = conf.get(TASK_AMOUNT, "1");
        if (!perTask.equals("1")) {
            throw new ConfigurationException("%s is %s: with device.type %s every task has one GPU. Leave it out"
                    .formatted(TASK_AMOUNT, perTask, config.type().label()));
        }
        scheduling(master, config).forEach(conf::setIfMissing);
        config.memory().ifPresent(limit -> limit(conf, limit.bytes() * config.gpusPerExecutor()));
    }

    private static Map<String, String> scheduling(String master, DeviceConfig config) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(EXECUTOR + ".amount", Integer.toString(config.gpusPerExecutor()));
        settings.put(TASK_AMOUNT, "1");
        config.discoveryScript().ifPresent(script -> settings.put(EXECUTOR + ".discoveryScript", script));
        if (master.startsWith("k8s")) {
            settings.put(EXECUTOR + ".vendor", "nvidia.com");
        }
        // So that CUDA counts devices as nvidia-smi does, by whose numbers Spark gives them out.
        settings.put("spark.executorEnv.CUDA_DEVICE_ORDER", "PCI_BUS_ID");
        return settings;
    }

    /** @param bytes of an executor, on its devices together and as much again outside its heap */
    private static void limit(SparkConf conf, long bytes) {
        conf.setIfMissing("spark.executor.memoryOverhead", (bytes >> 20) + "m");
        conf.setIfMissing("spark.executorEnv.SD_MAX_SPECIAL_BYTES", Long.toString(bytes)); // of ND4J, on all devices
        String options = conf.get(JVM_OPTIONS, "");
        if (!options.contains(NATIVE_MEMORY)) {
            conf.set(
                    JVM_OPTIONS,
                    "%s -D%s=%d".formatted(options, NATIVE_MEMORY, bytes).strip());
        }
    }
}
