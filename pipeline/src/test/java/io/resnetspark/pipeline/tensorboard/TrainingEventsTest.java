package io.resnetspark.pipeline.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.run.ReturnToCheckpoint;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.TestRuns;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.training.EpochMetrics;
import io.resnetspark.pipeline.training.MetricsFile;
import io.resnetspark.pipeline.training.RoundMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.WireFormat;
import org.tensorflow.framework.Summary;

/** {@code TensorBoardIT} reads the same with TensorBoard. */
class TrainingEventsTest {

    @TempDir
    Path temporary;

    private final Configuration hadoop = new Configuration();
    private RunDirectory run;

    private record Scalar(String tag, long step, float value) {}

    @BeforeEach
    void makeRun() {
        run = RunDirectory.at(temporary.resolve("runs/photos-1").toString(), hadoop);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        run.writeManifest(TestRuns.manifest(1, TrainingStatus.RUNNING, config));
    }

    private TrainingEvents events() {
        return new TrainingEvents(temporary.resolve("board"), hadoop, TrainingEvents::lastPart);
    }

    private void keep(RoundMetrics... rounds) {
        run.writeMetrics(String.join(
                "\n", Stream.of(rounds).map(MetricsFile.LineType.ROUND::line).toList()));
    }

    /** All files of the training, which have to be one. */
    private List<Scalar> written() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(temporary.resolve("board/photos-1"))) {
            files = found.toList();
        }
        assertThat(files).hasSize(1);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(files.get(0))).order(ByteOrder.LITTLE_ENDIAN);
        List<Scalar> scalars = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] event = new byte[Math.toIntExact(bytes.getLong())];
            bytes.getInt();
            bytes.get(event).getInt();
            read(event, scalars);
        }
        return scalars;
    }

    private static void read(byte[] event, List<Scalar> scalars) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(event);
        long step = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 2) {
                step = in.readInt64();
            } else if (WireFormat.getTagFieldNumber(tag) == 5) {
                for (Summary.Value value : Summary.parseFrom(in.readByteArray()).getValueList()) {
                    scalars.add(new Scalar(value.getTag(), step, value.getSimpleValue()));
                }
            } else {
                in.skipField(tag);
            }
        }
    }

    private List<Scalar> losses() throws IOException {
        return written().stream()
                .filter(scalar -> scalar.tag().equals("round/loss"))
                .toList();
    }

    @Test
    void theChecksumIsTensorFlows() {
        // crc32c("123456789") = 0xe3069283, the check value of CRC-32C; masked as record_writer.cc masks it.
        int crc = 0xe3069283;
        int masked = (crc >>> 15 | crc << 17) + 0xa282ead8;
        assertThat(EventFile.maskedChecksum("123456789".getBytes(StandardCharsets.US_ASCII), 9))
                .isEqualTo(masked);
    }

    @Test
    void aResumedTrainingHasNothingTwice() throws IOException {
        TrainingEvents first = events();
        first.started(TestRuns.summary(run, 0));
        first.roundDone(TestRuns.round(1, 11));
        first.roundDone(TestRuns.round(2, 12));
        first.roundDone(TestRuns.round(3, 13));
        keep(TestRuns.round(1, 11), TestRuns.round(2, 12), TestRuns.round(3, 13));

        TrainingEvents second = events();
        second.started(TestRuns.summary(run, 2));
        second.roundDone(TestRuns.round(3, 23));
        second.ended(TrainingStatus.DONE);
        assertThat(losses())
                .containsExactly(
                        new Scalar("round/loss", 1, 11),
                        new Scalar("round/loss", 2, 12),
                        new Scalar("round/loss", 3, 23));
    }

    @Test
    void aTrainingThatGoesBackForgetsWhatItLost() throws IOException {
        TrainingEvents events = events();
        events.started(TestRuns.summary(run, 0));
        events.roundDone(TestRuns.round(1, 11));
        events.epochDone(
                new EpochMetrics(1, 1, 100, 2, 0.5, Optional.of(new EpochMetrics.Validation(10, 0.75, 0.5)), 1));
        events.roundDone(TestRuns.round(2, 1000));
        keep(TestRuns.round(1, 11), TestRuns.round(2, 1000));
        events.returned(new ReturnToCheckpoint(3, "it exploded", 1, 16, 0.5));
        events.roundDone(TestRuns.round(2, 12));
        events.ended(TrainingStatus.DONE);
        assertThat(losses()).containsExactly(new Scalar("round/loss", 1, 11), new Scalar("round/loss", 2, 12));
    }

    @Test
    void aFinishedRunIsConverted() throws IOException {
        run.writeMetrics(MetricsFile.LineType.ROUND.line(TestRuns.round(1, 11))
                + "\n"
                + MetricsFile.LineType.EPOCH.line(new EpochMetrics(
                        1, 1, 100, 2, 0.5, Optional.of(new EpochMetrics.Validation(10, 0.75, 0.5)), 1)));
        for (int time = 0; time < 2; time++) {
            assertThat(TrainingEvents.convert(run, temporary.resolve("board/photos-1")))
                    .isEqualTo(2);
        }
        assertThat(written())
                .contains(
                        new Scalar("round/learning_rate", 1, 0.1f),
                        new Scalar("epoch/train_loss", 1, 2),
                        new Scalar("epoch/val_loss", 1, 0.75f),
                        new Scalar("epoch/val_top1", 1, 0.5f));
        assertThat(losses()).hasSize(1);
    }

    @Test
    void aFolderThatCannotBeMadeIsSaidAtOnce() throws IOException {
        Files.writeString(temporary.resolve("board"), "a file");
        assertThatThrownBy(this::events)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("board");
    }
}
