package io.resnetspark.pipeline.registry;

import io.resnetspark.model.error.ConfigurationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
    private final BufferedReader output;

    private RegistryWriter(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts a JVM.
     *
     * @param settings how the file system is reached
     */
    static RegistryWriter start(String root, String name, int promotions, Map<String, String> settings)
            throws IOException {
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
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .put(
                        "CLASSPATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        return new RegistryWriter(builder.start());
    }

    /** The next thing it did; null once it has ended. */
    String next() throws IOException {
        return output.readLine();
    }

    /** What else it did until it ended. */
    List<String> rest() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = next(); line != null; line = next()) {
            lines.add(line);
        }
        return lines;
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    void kill() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) {
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

    private static void say(String what, int version) {
        System.out.println(what + " " + version);
        System.out.flush();
    }
}
