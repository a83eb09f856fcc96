package io.resnetspark.jobs.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The Python that {@code RESNET_PYTHON} names, else {@code python3}; a test without one, or without a module, is skipped. */
final class Python {

    private static final long PATIENCE_SECONDS = 120;

    private final String executable;
    private final Path folder;

    private Python(String executable, Path folder) {
        this.executable = executable;
        this.folder = folder;
    }

    /** @param folder where it works */
    static Python with(Path folder, String... modules) throws Exception {
        Python python =
                new Python(Optional.ofNullable(System.getenv("RESNET_PYTHON")).orElse("python3"), folder);
        String needed = String.join(", ", modules);
        String find = "import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in '%s'.split(', ')))"
                .formatted(needed);
        try {
            if (python.start("find.log", "-c", find).waitFor() != 0) {
                abort("%s has not all of %s; name one that has with RESNET_PYTHON"
                        .formatted(python.executable, needed));
            }
        } catch (IOException e) {
            abort("No Python: " + e.getMessage());
        }
        return python;
    }

    /** Begins to run something whose output goes to {@code log}. */
    Process start(String log, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(executable));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile());
        builder.environment().put("PYTHONUNBUFFERED", "1");
        return builder.start();
    }

    /** Runs a script of this package to its end, which has to be good. */
    void run(String script, String... arguments) throws Exception {
        Path file = folder.resolve(script);
        try (InputStream in = Python.class.getResourceAsStream(script)) {
            Files.write(file, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        Process process = start(script + ".log", command.toArray(String[]::new));
        try {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(folder.resolve(script + ".log"));
            System.out.print(said);
            assertThat(ended).as(said).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
