package io.resnetspark.jobs.docs;

import io.resnetspark.jobs.command.Commands;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * The built application in a JVM that runs one command after another in one folder: most of the time of some forty short
 * commands would be the start of Java and Spark. {@code small-resnet.sh} sends the commands.
 */
final class WarmApplication implements AutoCloseable {

    private final Process process;
    private final int port;

    /**
     * Starts it.
     *
     * @param folder where the commands run
     * @param environment that they have
     */
    WarmApplication(Path folder, Map<String, String> environment) throws IOException {
        String sparkHome = System.getProperty("resnet.spark.home");
        String classPath = "%s:%s/jars/*:%s"
                .formatted(
                        System.getProperty("resnet.application.jar"),
                        sparkHome,
                        WarmApplication.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(List.of("-Xmx2g", "-Dorg.bytedeco.javacpp.logger=slf4j", "-cp", classPath));
        command.add(WarmApplication.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("application.log").toFile());
        builder.environment().putAll(environment);
        builder.environment().put("SPARK_HOME", sparkHome);
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().remove("JDK_JAVA_OPTIONS"); // meant for JVMs that live for seconds
        process = builder.start();
        String said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        port = Integer.parseInt(said);
    }

    /** Where it listens on the loopback interface. */
    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * Takes commands: the number of arguments in a line and each with a zero after it; answers with what the command prints
     * and, as the last line, its exit code.
     */
    public static void main(String[] none) throws IOException {
        PrintStream console = System.out;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            console.println(server.getLocalPort());
            while (true) {
                try (Socket client = server.accept()) {
                    PrintStream answer = new PrintStream(client.getOutputStream(), true, StandardCharsets.UTF_8);
                    String[] arguments = read(new DataInputStream(client.getInputStream()));
                    System.setOut(answer);
                    System.setErr(answer);
                    answer.println("\n" + Commands.commandLine().execute(arguments));
                }
            }
        }
    }

    private static String[] read(DataInputStream request) throws IOException {
        String[] arguments = new String[Integer.parseInt(readUntil(request, '\n'))];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = readUntil(request, '\0');
        }
        return arguments;
    }

    private static String readUntil(DataInputStream request, char end) throws IOException {
        StringBuilder text = new StringBuilder();
        for (char c = (char) request.readUnsignedByte(); c != end; c = (char) request.readUnsignedByte()) {
            text.append(c);
        }
        return text.toString();
    }
}
