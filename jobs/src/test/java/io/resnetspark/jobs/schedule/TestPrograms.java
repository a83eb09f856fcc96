package io.resnetspark.jobs.schedule;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.service.launcher.IrqHandler;

/** Programs that behave well and badly, to be run as jobs: real processes of their own. */
final class TestPrograms {

    private TestPrograms() {}

    /** Runs {@code [program, arguments…]} in a JVM, instead of a command of the application. */
    static Launcher launcher() {
        return arguments -> {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx96m", // the directories of all jars take a third of it
                    "-Xshare:auto",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    TestPrograms.class.getName()));
            command.addAll(arguments);
            return new ProcessBuilder(command);
        };
    }

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] arguments) throws Exception {
        System.out.println("running " + Arrays.toString(arguments));
        switch (arguments[0]) {
            case "exit" -> System.exit(Integer.parseInt(arguments[1]));
            // Ends at SIGTERM, as any JVM does.
            case "sleep" -> Thread.sleep(Long.parseLong(arguments[1]));
            case "stubborn" -> {
                new IrqHandler(IrqHandler.SIGTERM, interrupt -> System.out.println("ignored SIGTERM")).bind();
                Files.createFile(Path.of(arguments[1]));
                new CountDownLatch(1).await();
            }
            case "killed" ->
                new ProcessBuilder(
                                "kill",
                                "-KILL",
                                Long.toString(ProcessHandle.current().pid()))
                        .start()
                        .waitFor();
            case "parent" -> {
                ProcessBuilder child =
                        new ProcessBuilder("sleep", "600").redirectOutput(ProcessBuilder.Redirect.DISCARD);
                Files.writeString(
                        Path.of(arguments[1]), Long.toString(child.start().pid()));
                new CountDownLatch(1).await();
            }
            case "alone" -> {
                // Fails if it is there already: two at once.
                Path mark = Files.createFile(Path.of(arguments[1]));
                Thread.sleep(Long.parseLong(arguments[2]));
                Files.delete(mark);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
