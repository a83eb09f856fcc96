package io.resnetspark.pipeline.tensorboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.tensorflow.framework.Summary;

/**
 * A file of TensorBoard's events: TFRecords (length, its checksum, content, its checksum) of the message {@code Event} of
 * {@code tensorflow/core/util/event.proto}. Summaries are the messages that ND4J generated from TensorFlow's definitions
 * for its import; {@code Event} itself, five fields, is not among them.
 *
 * <p>A file is all there is of its kind in a directory, and has the directory for itself: it begins with the start of a
 * session at step 0, at which TensorBoard forgets what it read from other files there. The one before is deleted when
 * this one is whole.
 */
final class EventFile implements AutoCloseable {

    private static final String PREFIX = "events.out.tfevents.";
    private static final String VERSION = "brain.Event:2";

    /** {@code SessionLog} with the status START. */
    private static final byte[] SESSION_START = {0x08, 0x01};

    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    private final FileChannel channel;
    private final List<Path> former;

    /**
     * Begins a file.
     *
     * @param directory made if there is none
     * @param kind of thing, part of the file's name
     */
    EventFile(Path directory, String kind) throws IOException {
        Files.createDirectories(directory);
        former = filesOf(directory, kind);
        Path file = newFile(directory, kind);
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        double now = seconds(Instant.now());
        record(event(now, 0, out -> out.writeString(FILE_VERSION, VERSION)));
        record(event(now, 0, out -> out.writeByteArray(SESSION_LOG, SESSION_START)));
    }

    /** Named so that it comes after all former ones: TensorBoard reads a directory in the order of names. */
    private Path newFile(Path directory, String kind) {
        long second = Instant.now().getEpochSecond();
        Path file = name(directory, second, kind);
        while (Files.exists(file)) {
            second++;
            file = name(directory, second, kind);
        }
        return file;
    }

    private static Path name(Path directory, long second, String kind) {
        return directory.resolve("%s%010d.%s.%s".formatted(PREFIX, second, host(), kind));
    }

    private static List<Path> filesOf(Path directory, String kind) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*." + kind)) {
            files.forEach(found::add);
        }
        return found;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    /** Appends what was measured at a step. */
    void add(Instant at, long step, Summary summary) throws IOException {
        record(event(seconds(at), step, out -> out.writeByteArray(SUMMARY, summary.toByteArray())));
    }

    /** Everything so far is on the disk afterwards, and files of the same kind before this one are gone. */
    void sync() throws IOException {
        channel.force(false);
        for (Path file : former) {
            Files.deleteIfExists(file);
        }
        former.clear();
    }

    @FunctionalInterface
    private interface Content {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private static byte[] event(double wallTime, long step, Content what) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeDouble(WALL_TIME, wallTime);
        out.writeInt64(STEP, step);
        what.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }

    /** In one write: a reader beside us, or a crash, sees whole records and at most one that is cut short. */
    private void record(byte[] content) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + content.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(content.length);
        record.putInt(maskedChecksum(record.array(), Long.BYTES));
        record.put(content).putInt(maskedChecksum(content, content.length)).flip();
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }

    /** CRC-32C, rotated and shifted, as TFRecords have it. */
    static int maskedChecksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        int value = (int) checksum.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            sync();
        }
    }

    /** Adds a number to what was measured. */
    static Summary.Builder scalar(Summary.Builder summary, String tag, double value) {
        summary.addValueBuilder().setTag(tag).setSimpleValue((float) value);
        return summary;
    }
}
