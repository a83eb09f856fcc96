package io.resnetspark.jobs.cli;

import io.resnetspark.jobs.config.ResolvedConfig;
import io.resnetspark.jobs.progress.DownloadDisplay;
import io.resnetspark.jobs.session.DeviceConfig;
import io.resnetspark.jobs.session.ExecutorLocale;
import io.resnetspark.jobs.session.SparkConfig;
import io.resnetspark.jobs.session.SparkSessions;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.weights.PretrainedWeights;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.model.PublishedWeights;
import io.resnetspark.pipeline.registry.RegistryConfig;
import io.resnetspark.pipeline.registry.RegistryLocation;
import io.resnetspark.pipeline.storage.Location;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;

/** One run of a command: its configuration, its Spark session, and what it has to tell. */
public final class Job implements AutoCloseable {

    private final String command;
    private final ResolvedConfig config;
    private final PrintWriter out;
    private final Map<String, Double> stepSeconds = new LinkedHashMap<>();
    private final Map<String, String> outputs = new LinkedHashMap<>();
    private final List<String> localStorage = new ArrayList<>();
    private SparkSession spark;
    private Optional<SparkSession> around = Optional.empty();

    Job(String command, ResolvedConfig config, PrintWriter out) {
        this.command = command;
        this.config = config;
        this.out = out;
    }

    public ResolvedConfig config() {
        return config;
    }

    /** What the command is asked to compute on. */
    public DeviceConfig device() {
        return config.bind("device", DeviceConfig.class);
    }

    /** What this process, the driver, is asked to compute on. */
    public DeviceRequest driversDevice() {
        return device().request().ofDriver(SparkSessions.master(config.bind("spark", SparkConfig.class)));
    }

    /** The Spark session, opened on first use and closed with the job, unless it belongs to the program around it. */
    public SparkSession spark() {
        DeviceConfig device = device();
        return spark(settings -> SparkSessions.open(settings, device, applicationName()));
    }

    /** The same for a command that computes no network: it asks for no device. */
    public SparkSession sparkWithoutDevice() {
        return spark(settings -> SparkSessions.open(settings, applicationName()));
    }

    /**
     * Refuses what nothing here reaches, before anything is done.
     *
     * @param input path or URI to read files from, whatever their names
     */
    public void checkInput(String input) {
        Location.of(input, hadoopConfiguration());
    }

    /** As {@link #checkInput}, of what is written or read through Hadoop, which names local files in the locale. */
    public void checkStorage(String path) {
        Location location = Location.of(path, hadoopConfiguration()).requireNameable();
        if (location.isLocal()) {
            localStorage.add(location.path().toUri().getPath());
        }
    }

    /** As {@link #checkStorage}, of a directory that has to lie on a disk of this machine. */
    public void checkLocalOutput(String path) {
        if (!Location.of(path, hadoopConfiguration()).requireNameable().isLocal()) {
            throw new ConfigurationException("%s must be a directory of this machine".formatted(path));
        }
    }

    private SparkSession spark(Function<SparkConfig, SparkSession> open) {
        if (spark == null) {
            around = SparkSessions.running();
            spark = open.apply(config.bind("spark", SparkConfig.class));
            localStorage.forEach(path -> ExecutorLocale.check(spark, path));
            // Delta asks for the active session when it writes.
            SparkSession.setActiveSession(spark);
            nameRegistry(spark.sparkContext().hadoopConfiguration());
        }
        return spark;
    }

    private String applicationName() {
        return "resnet-spark " + command;
    }

    /** How Hadoop file systems are reached, with or without a Spark session: {@code spark.hadoop.*} counts. */
    public Configuration hadoopConfiguration() {
        if (spark != null) {
            return spark.sparkContext().hadoopConfiguration();
        }
        SparkConf conf = new SparkConf();
        config.bind("spark", SparkConfig.class).conf().forEach(conf::setIfMissing);
        return nameRegistry(SparkHadoopUtil.get().newConfiguration(conf));
    }

    /** So that registry:NAME is found wherever a model is named. */
    private Configuration nameRegistry(Configuration hadoop) {
        config.bind("registry", RegistryConfig.class).path().ifPresent(path -> RegistryLocation.set(hadoop, path));
        return hadoop;
    }

    /** Brings published weights to this machine and shows how far that is; other names are left to those who read them. */
    public void fetch(String model) {
        if (PretrainedWeights.isReference(model)) {
            try (DownloadDisplay display = DownloadDisplay.onStandardError()) {
                PublishedWeights.ofThisProcess().file(model, display);
            }
        }
    }

    /** Writes a line of the command's result to standard output. */
    public void print(String line) {
        out.println(line);
        out.flush();
    }

    /** Runs a step and keeps how long it took. */
    public <T> T step(String name, Callable<T> work) throws Exception {
        long start = System.nanoTime();
        try {
            return work.call();
        } finally {
            stepTook(name, (System.nanoTime() - start) / 1e9);
        }
    }

    /** Keeps how long a step took that was timed elsewhere. */
    public void stepTook(String name, double seconds) {
        stepSeconds.merge(name, seconds, Double::sum);
    }

    /** Names something the command made. */
    public void output(String name, String path) {
        outputs.put(name, path);
    }

    Map<String, Double> stepSeconds() {
        return Collections.unmodifiableMap(stepSeconds);
    }

    Map<String, String> outputs() {
        return Collections.unmodifiableMap(outputs);
    }

    @Override
    public void close() {
        if (around.isPresent()) {
            SparkSession.setActiveSession(around.get());
        } else if (spark != null) {
            spark.stop();
        }
    }
}
