package io.resnetspark.jobs.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.jobs.command.Commands;
import io.resnetspark.jobs.quickstart.SyntheticImages;
import io.resnetspark.model.Classifier;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.Resizer;
import io.resnetspark.model.image.augment.Preprocessor;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.run.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that tell a real MLflow server, which is then asked by MLflow's own client ({@code read_mlflow.py}). */
@Tag("full")
class MlflowIT {

    private static final String NETWORK = "cifar-resnet20+blocks=1-1-1+widths=8-8-16";
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    static Path directory;

    private static Python python;
    private static Process server;
    private static SparkSession spark;
    private static String uri;

    private final HttpClient http = HttpClient.newHttpClient();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startServer() throws Exception {
        python = Python.with(directory, "mlflow.server", "onnxruntime");
        int port = freePort();
        uri = "http://127.0.0.1:" + port;
        server = python.start(
                "server.log",
                "-m",
                "mlflow",
                "server",
                "--backend-store-uri",
                "sqlite:///mlflow.db",
                "--artifacts-destination",
                "artifacts",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--workers",
                "1");
        spark = SharedSpark.open();
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (spark != null) {
            spark.stop();
        }
        if (server != null) {
            List<ProcessHandle> all = Stream.concat(server.descendants(), Stream.of(server.toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroy);
            server.waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitServer() throws Exception {
        HttpRequest health = HttpRequest.newBuilder(URI.create(uri + "/health")).build();
        for (int attempt = 0; attempt < 600; attempt++) {
            assertThat(server.isAlive())
                    .as(() -> read(directory.resolve("server.log")))
                    .isTrue();
            try {
                if (http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // not yet
            }
            Thread.sleep(100);
        }
        throw new AssertionError("The server did not start: " + read(directory.resolve("server.log")));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void resnet(int expected, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", directory.resolve("shapes.conf").toString(), "--master", "local[2]", "--no-ui"));
        int exit = Commands.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
        assertThat(exit).as("%s %s %s", List.of(arguments), out, err).isEqualTo(expected);
    }

    private String in(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void whatCommandsTellIsWhatMlflowKnows() throws Exception {
        new SyntheticImages(8, 16, 1).writeTo(directory.resolve("incoming/day-01/train"));
        new SyntheticImages(2, 16, 3).writeTo(directory.resolve("incoming/day-01/val"));
        new SyntheticImages(6, 16, 2).writeTo(directory.resolve("incoming/day-01/test"));
        Files.writeString(directory.resolve("shapes.conf"), """
            registry.path = "%1$s/registry"
            retrain {
              incoming = "%1$s/incoming", dataset = "%1$s/dataset", work = "%1$s/work", model = shapes
              admission.minimum-agreement = 0
              trigger.minimum-images = 10
              promotion { minimum-gain = -1, maximum-ece = 1, maximum-slowdown = 1000 }
            }
            prepare { format = image-folder, split { train = 0.7, val = 0.1, test = 0.2 } }
            train {
              arch = "%2$s", input-size = 16, workers = 2, batch-size = 8, epochs = 2, threads-per-worker = 1
            }
            experiment.degradation.train { input-size = 16, batch-size = 8, threads-per-worker = 1 }
            """.formatted(directory, NETWORK));
        awaitServer();

        resnet(0, "retrain", "--mlflow", uri);
        resnet(0, "train", "--data", in("dataset"), "--output", in("runs/shapes-1"), "--mlflow", uri);
        resnet(
                0,
                "train",
                "--data",
                in("dataset"),
                "--output",
                in("runs/shapes-1"),
                "--resume",
                "--epochs",
                "3",
                "--mlflow",
                uri);
        resnet(
                0,
                "evaluate",
                "--data",
                in("dataset"),
                "--model",
                in("runs/shapes-1"),
                "--output",
                in("report"),
                "--mlflow",
                uri);
        resnet(
                0,
                "experiment",
                "degradation",
                "--data",
                in("dataset"),
                "--networks",
                NETWORK,
                "--epochs",
                "1",
                "--seeds",
                "1",
                "--output",
                in("experiment"),
                "--mlflow",
                uri);
        resnet(0, "registry", "add", "shapes", "--model", in("runs/shapes-1"), "--promote", "--mlflow", uri);
        resnet(0, "registry", "rollback", "shapes", "--mlflow", uri);

        writeExpected();
        python.run("read_mlflow.py", uri, directory.toString());
    }

    /** Our answers about a photograph, for the models that MLflow serves. */
    private void writeExpected() throws Exception {
        Image image;
        try (Stream<Path> images = Files.walk(directory.resolve("incoming"))) {
            Path first = images.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            image = new ImageDecoder(DecodeLimits.standard(), 3).decode(Files.readAllBytes(first));
        }
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put(
                "run", RunDirectory.at(in("runs/shapes-1"), HADOOP).manifest().id());
        expected.put("runPath", RunDirectory.at(in("runs/shapes-1"), HADOOP).path());
        expected.put("champion", classified("work/cycles/000001/run", image));
        expected.put("trained", classified("runs/shapes-1", image));
        new ObjectMapper().writeValue(directory.resolve("expected.json").toFile(), expected);
    }

    private Map<String, Object> classified(String run, Image image) throws IOException {
        LoadedModel model = ModelSource.load(in(run), Optional.empty(), Optional.empty(), HADOOP);
        Preprocessing preprocessing = model.card().preprocessing();
        Image cropped = Resizer.centreCrop(
                Resizer.shorterSide(image, preprocessing.resizeShorterSide()), preprocessing.inputSize());
        Files.write(directory.resolve("image.u8"), cropped.pixels());
        float[] logits;
        try (Classifier classifier = new ModelClassifierSource(model, 1).open()) {
            logits = classifier.logits(new Preprocessor(preprocessing).apply(image), 1);
        }
        return Map.of("logits", logits, "labels", model.card().labels(), "size", preprocessing.inputSize());
    }

    @Test
    void aDeletedExperimentIsSaidBeforeAnythingIsDone() throws Exception {
        Files.writeString(directory.resolve("shapes.conf"), "");
        awaitServer();
        String created = post("experiments/create", "{\"name\": \"deleted\"}");
        String id = new ObjectMapper().readTree(created).path("experiment_id").asText();
        post("experiments/delete", "{\"experiment_id\": \"%s\"}".formatted(id));
        resnet(
                2,
                "train",
                "--data",
                in("nothing"),
                "--arch",
                "resnet18",
                "--output",
                in("runs/none"),
                "--mlflow",
                uri,
                "--set",
                "mlflow.experiment=deleted");
        assertThat(err.toString()).contains("\"deleted\"", "mlflow experiments restore --experiment-id " + id);
        assertThat(directory.resolve("runs/none/run.json")).doesNotExist();
    }

    private String post(String method, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri + "/api/2.0/mlflow/" + method))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
