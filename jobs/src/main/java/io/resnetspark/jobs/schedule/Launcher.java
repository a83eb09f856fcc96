package io.resnetspark.jobs.schedule;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Starts the application once more, in a process of its own, the way this process was started. */
@FunctionalInterface
public interface Launcher {

    /** Set by {@code bin/resnet}: its own path. */
    String LAUNCHER_VARIABLE = "RESNET_LAUNCHER";

    /** The process that runs the command line, not started yet; its output still goes nowhere in particular. */
    ProcessBuilder command(List<String> arguments);

    /**
     * The way of this process: {@code bin/resnet}, {@code spark-submit}, or a JVM with the same options and class path.
     *
     * @param mainClass of the application, by its full name
     * @param environment of this process
     * @param properties system properties of this process
     */
    static Launcher ofThisProcess(String mainClass, Map<String, String> environment, Properties properties) {
        String script = environment.get(LAUNCHER_VARIABLE);
        if (script != null && Files.isExecutable(Path.of(script))) {
            return arguments -> process(List.of(script), arguments);
        }
        if (properties.getProperty("spark.submit.deployMode") != null && environment.containsKey("SPARK_HOME")) {
            Path submit = Path.of(environment.get("SPARK_HOME"), "bin", "spark-submit");
            if (Files.isExecutable(submit)) {
                return arguments -> process(submission(submit, mainClass, properties, arguments), arguments);
            }
        }
        return arguments -> process(javaVirtualMachine(mainClass, properties), arguments);
    }

    private static ProcessBuilder process(List<String> prefix, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        // What was built is what runs, and a log is no terminal.
        builder.environment().put("RESNET_BUILD", "never");
        builder.environment().remove("RESNET_TERMINAL_COLUMNS");
        return builder;
    }

    private static List<String> submission(
            Path submit, String mainClass, Properties properties, List<String> arguments) {
        String jar = applicationJar().toString();
        Map<String, String> settings = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            // Command lines are for everybody to see. Secrets belong into spark-defaults.conf, which is read again.
            boolean secret = name.matches("(?i).*(secret|password|token|access[.]?key).*");
            if (name.startsWith("spark.") && !name.startsWith("spark.app.") && !secret) {
                settings.put(name, properties.getProperty(name));
            }
        }
        settings.remove("spark.submit.deployMode");
        settings.computeIfPresent("spark.jars", (name, jars) -> without(jar, jars));
        int master = arguments.indexOf("--master");
        if (master >= 0 && master + 1 < arguments.size()) {
            settings.put("spark.master", arguments.get(master + 1));
        }
        List<String> command = new ArrayList<>(List.of(submit.toString(), "--class", mainClass));
        settings.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
        command.add(jar);
        return command;
    }

    /** The list of jars without the application's own, which spark-submit adds. */
    private static String without(String jar, String jars) {
        String rest = Arrays.stream(jars.split(","))
                .filter(each -> !each.endsWith(jar))
                .collect(Collectors.joining(","));
        return rest.isEmpty() ? null : rest;
    }

    private static Path applicationJar() {
        return Path.of(Launcher.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
    }

    private static List<String> javaVirtualMachine(String mainClass, Properties properties) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(properties.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                // One debugger's port serves one process.
                .filter(option -> !option.startsWith("-agentlib:") && !option.startsWith("-javaagent:"))
                .forEach(command::add);
        command.addAll(List.of("-cp", absolute(properties.getProperty("java.class.path")), mainClass));
        return command;
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
