package io.resnetspark.pipeline.evaluation;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Chromium without a window, if there is one on the PATH. */
public final class HeadlessBrowser {

    private final Path executable;

    private HeadlessBrowser(Path executable) {
        this.executable = executable;
    }

    public static Optional<HeadlessBrowser> onPath() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(HeadlessBrowser::new);
    }

    /**
     * @param dom the document after its scripts have run
     * @param console what was written to the browser's console, errors among it
     */
    public record Visit(String dom, List<String> console) {}

    /** Opens a page, then runs a script in it. */
    public Visit visit(String html, String script, Path folder) throws IOException, InterruptedException {
        Path page = folder.resolve("page.html");
        // The page allows inline scripts, so the test's steps can ride along.
        int end = html.lastIndexOf("</body>");
        Files.writeString(page, html.substring(0, end) + "<script>" + script + "</script>" + html.substring(end));
        return visit(page, List.of("--window-size=1280,900"));
    }

    Visit visit(Path page, List<String> options) throws IOException, InterruptedException {
        Path dom = Files.createTempFile(page.getParent(), "dom", ".html");
        Path log = Files.createTempFile(page.getParent(), "log", ".txt");
        List<String> command = new ArrayList<>(List.of(
                executable.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + Files.createTempDirectory(page.getParent(), "profile"),
                "--enable-logging=stderr",
                "--virtual-time-budget=3000",
                "--dump-dom"));
        command.addAll(options);
        command.add(page.toUri().toString());
        Process process = new ProcessBuilder(command)
                .redirectOutput(dom.toFile())
                .redirectError(log.toFile())
                .start();
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("The browser did not finish; its log: " + Files.readString(log));
        }
        List<String> console = Files.readAllLines(log, StandardCharsets.UTF_8).stream()
                .filter(line -> line.contains("CONSOLE"))
                .toList();
        return new Visit(Files.readString(dom), console);
    }
}
