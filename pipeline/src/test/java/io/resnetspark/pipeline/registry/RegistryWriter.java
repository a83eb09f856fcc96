package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/**
 * A process that adds, promotes, names and deletes versions of one model, and says so once it is done: {@code added 3},
 * {@code promoted 3}, {@code deleted 2}.
 */
final class RegistryWriter {

    static final String MODEL = "shared";

    private final Process process;
    private final Path output;

    private RegistryWriter(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a JVM.
     *
     * @param directory for its output
     * @param settings how the file system is reached
     */
    static RegistryWriter start(Path directory, String root, String name, int promotions, Map<String, String> settings)
            throws IOException {
        Path output = directory.resolve(name);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                RegistryWriter.class.getName(),
                root,
                name,
                Integer.toString(promotions)));
        settings.forEach((key, value) -> command.add(key + "=" + value));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output.toFile());
        builder.environment()
                .put(
                        "CLASSPATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        return new RegistryWriter(builder.start(), output);
    }

    /** What it did so far. */
    List<String> said() throws IOException {
        String text = Files.readString(output);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** Waits until it has done that much. */
    void awaitLines(int count) throws IOException, InterruptedException {
        while (said().size() < count) {
            if (!process.isAlive()) {
                throw new IllegalStateException("Ended after " + said());
            }
            Thread.sleep(5);
        }
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** Ends it wherever it is. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public static void main(String[] arguments) {
        endWithTheProcessThatStartedThis();
        Configuration hadoop = new Configuration();
        for (String setting : List.of(arguments).subList(3, arguments.length)) {
            int equals = setting.indexOf('=');
            hadoop.set(setting.substring(0, equals), setting.substring(equals + 1));
        }
        String name = arguments[1];
        Random random = new Random(name.hashCode());
        RegisteredModel model = ModelRegistry.at(arguments[0], hadoop).model(MODEL);
        List<Integer> own = new ArrayList<>();
        for (int promotion = 0; promotion < Integer.parseInt(arguments[2]); promotion++) {
            if (promotion % 4 == 0) {
                int version = model.add(Candidates.of(name + promotion)).version();
                own.add(version);
                say("added", version);
                model.setAlias(name, version, "");
                say("named", version);
            }
            // The newest one has an alias and cannot go; champions come and go with other writers.
            int chosen = own.get(random.nextInt(own.size()));
            if (model.promote(chosen, name) instanceof Promotion.Promoted) {
                say("promoted", chosen);
            }
            if (promotion % 6 == 5) {
                int victim = own.get(0);
                try {
                    model.delete(victim, name);
                    own.remove(0);
                    say("deleted", victim);
                } catch (ConfigurationException hasAnAlias) {
                    say("kept", victim);
                }
            }
        }
    }

    /** Its end of the standard input closes with it, however it dies. */
    private static void endWithTheProcessThatStartedThis() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException e) {
                // the same
            }
            Runtime.getRuntime().halt(1);
        });
        watch.setDaemon(true);
        watch.start();
    }

    private static void say(String what, int version) {
        System.out.println(what + " " + version);
        System.out.flush();
    }
}
