package io.resnetspark.bench.process;

import io.resnetspark.bench.workload.JvmSystem;
import io.resnetspark.bench.workload.Mode;
import io.resnetspark.bench.workload.Network;
import io.resnetspark.bench.workload.SyntheticBatch;
import io.resnetspark.bench.workload.Workload;
import io.resnetspark.model.kernel.ComputeThreads;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Main class of a system's own JVM: opens one workload, then obeys one command a line on standard input and replies each
 * with one line on standard output. Between commands it sleeps. It ends with its input.
 */
public final class WorkloadServer {

    private WorkloadServer() {}

    /**
     * Serves until standard input ends.
     *
     * @param arguments system, network, mode, batch size, threads
     */
    public static void main(String[] arguments) throws IOException {
        PrintStream replies = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever a library prints is no answer
        try {
            serve(arguments, replies);
        } catch (RuntimeException | LinkageError e) {
            e.printStackTrace();
            replies.println(new Reply.Failed(e.toString()).line());
            System.exit(1);
        }
    }

    private static void serve(String[] arguments, PrintStream replies) throws IOException {
        JvmSystem system = JvmSystem.named(arguments[0]);
        Network network = Network.named(arguments[1]);
        Mode mode = Mode.named(arguments[2]);
        SyntheticBatch batch = SyntheticBatch.of(network.spec(), Integer.parseInt(arguments[3]));
        ComputeThreads.use(Integer.parseInt(arguments[4]));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Workload workload = system.open(batch, mode)) {
            replies.println(new Reply.Ready(workload.parameters(), system.description()).line());
            String command;
            while ((command = commands.readLine()) != null) {
                replies.println(run(workload, Integer.parseInt(command)).line());
            }
        }
    }

    private static Reply run(Workload workload, int steps) {
        double value = 0;
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            value = workload.step();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        // Arithmetic on infinities is slower and slower on some processors: such a measurement means nothing.
        return Double.isFinite(value)
                ? new Reply.Done(seconds)
                : new Reply.Failed("the network computed " + value + " instead of a number");
    }
}
