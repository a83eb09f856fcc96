package io.resnetspark.jobs.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.tensorboard.TrainingEvents;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import io.resnetspark.pipeline.training.TrainingSummary;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files as TensorBoard's own reader finds them ({@code read_tensorboard.py}). */
@Tag("full")
class TensorBoardIT {

    private static final Configuration HADOOP = new Configuration();

    private static SparkSession spark;

    @TempDir
    Path directory;

    private String in(String name) {
        return directory.resolve(name).toString();
    }

    private void resnet(int expected, String... arguments) {
        StringWriter said = new StringWriter();
        int exit = Commands.commandLine()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(arguments);
        assertThat(exit).as("%s %s", List.of(arguments), said).isEqualTo(expected);
    }

    @BeforeAll
    static void openSpark() {
        spark = SharedSpark.open();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    @Test
    void tensorBoardReadsWhatWasMeasuredOnce() throws Exception {
        Python python = Python.with(directory, "tensorboard");
        new SyntheticImages(8, 16, 1).writeTo(directory.resolve("images/train"));
        new SyntheticImages(4, 16, 2).writeTo(directory.resolve("images/val"));
        resnet(0, "prepare", "--input", in("images"), "--format", "image-folder", "--output", in("data"));
        List<String> train = List.of(
                "train",
                "--data",
                in("data"),
                "--arch",
                "cifar-resnet20+blocks=1-1-1+widths=8-8-16",
                "--input-size",
                "16",
                "--batch-size",
                "8",
                "--averaging-frequency",
                "1",
                "--output",
                in("runs/shapes"),
                "--tensorboard",
                in("board"));
        resnet(0, with(train, "--epochs", "2"));
        resnet(0, with(train, "--epochs", "3", "--resume"));
        resnet(
                0,
                "evaluate",
                "--data",
                in("data"),
                "--split",
                "val",
                "--model",
                in("runs/shapes"),
                "--output",
                in("judged"),
                "--tensorboard",
                in("board"));
        resnet(0, "tensorboard", in("runs/shapes"), in("judged"), "--output", in("converted"));
        resnet(3, "tensorboard", in("images"), "--output", in("converted"));
        resnet(2, "tensorboard", in("runs/shapes"), "--output", "hdfs://nowhere/converted");

        RunDirectory trained = RunDirectory.at(in("runs/shapes"), HADOOP);
        RunDirectory interrupted = interruptedTraining();
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("trained", expected(trained));
        expected.put("interrupted", expected(interrupted));
        new ObjectMapper().writeValue(directory.resolve("expected.json").toFile(), expected);
        python.run("read_tensorboard.py", directory.toString());
    }

    private static String[] with(List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static Map<String, Object> expected(RunDirectory run) {
        MetricsFile metrics = MetricsFile.read(run);
        return Map.of(
                "losses",
                        metrics.rounds().stream()
                                .map(round -> round.learning().loss())
                                .toList(),
                "rates",
                        metrics.rounds().stream()
                                .map(round -> round.learning().learningRate())
                                .toList(),
                "epochs", metrics.epochs().stream().map(EpochMetrics::loss).toList());
    }

    /** A training that dies in its fifth round and goes on after its third, the last that a checkpoint has. */
    private RunDirectory interruptedTraining() {
        RunDirectory run = RunDirectory.at(in("runs/interrupted"), HADOOP);
        run.writeManifest(RunDirectory.at(in("runs/shapes"), HADOOP).manifest().with(TrainingStatus.RUNNING, 1));
        List<String> lines = new ArrayList<>();
        TrainingEvents first = events();
        first.started(summary(run, 0));
        for (int round = 1; round <= 5; round++) {
            RoundMetrics metrics = round(round, 10 + round);
            first.roundDone(metrics);
            lines.add(MetricsFile.LineType.ROUND.line(metrics));
        }
        run.writeMetrics(String.join("\n", lines) + "\n"); // and no end: the process is dead

        TrainingEvents second = events();
        second.started(summary(run, 3));
        List<String> kept = new ArrayList<>(MetricsFile.read(run).upTo(3).lines());
        for (int round = 4; round <= 6; round++) {
            RoundMetrics metrics = round(round, 20 + round);
            second.roundDone(metrics);
            kept.add(MetricsFile.LineType.ROUND.line(metrics));
        }
        second.ended(TrainingStatus.DONE);
        run.writeMetrics(String.join("\n", kept) + "\n");
        return run;
    }

    private TrainingEvents events() {
        return new TrainingEvents(directory.resolve("board"), HADOOP, TrainingEvents::lastPart);
    }

    private static TrainingSummary summary(RunDirectory run, int roundsDone) {
        return new TrainingSummary(
                run.path(),
                "oneDNN",
                new TrainingSummary.Network("resnet18", 11, 2),
                new TrainingSummary.Images(100, 10),
                new TrainingSummary.Workers(2, 1, 8, 1, 0),
                new TrainingSummary.Course(3, 30, roundsDone, 300, 8 * roundsDone));
    }

    private static RoundMetrics round(int round, double loss) {
        return new RoundMetrics(
                round,
                0,
                round,
                0.1,
                new RoundMetrics.Learning(16, loss, 0.5, 0.1),
                new RoundMetrics.Times(99, 1, 1, 0, 0, 0),
                new RoundMetrics.Traffic(0, 0));
    }
}
