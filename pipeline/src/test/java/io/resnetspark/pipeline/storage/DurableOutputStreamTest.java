package io.resnetspark.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurableOutputStreamTest {

    private static final IOException NO_ROOM = new IOException("no room");

    /** Like a stream of HDFS, which throws the same exception of its writing thread again and again. */
    private static final class Full extends OutputStream {

        private boolean closed;

        @Override
        public void write(int value) throws IOException {
            throw NO_ROOM;
        }

        @Override
        public void flush() throws IOException {
            throw NO_ROOM;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            throw NO_ROOM;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a block", "single bytes", "a flush", "nothing"})
    void afterAFailureTheFileIsLetGoOfAndTheFailureIsWhatIsThrown(String written) {
        Full file = new Full();
        assertThatThrownBy(() -> {
                    try (OutputStream out = new DurableOutputStream(file, () -> {})) {
                        write(written, out);
                    }
                })
                .isSameAs(NO_ROOM);
        assertThat(file.closed).isTrue();
    }

    /** A filter's close flushes once more, after the write that failed. */
    @ParameterizedTest
    @ValueSource(strings = {"a block", "single bytes", "a flush", "nothing"})
    void soItIsThroughAStreamThatFlushesBeforeItCloses(String written) {
        Full file = new Full();
        assertThatThrownBy(() -> {
                    try (OutputStream out = new FilterOutputStream(new DurableOutputStream(file, () -> {}))) {
                        write(written, out);
                    }
                })
                .isSameAs(NO_ROOM);
        assertThat(file.closed).isTrue();
    }

    private static void write(String what, OutputStream out) throws IOException {
        switch (what) {
            case "a block" -> out.write(new byte[1 << 17]);
            case "single bytes" -> {
                for (int i = 0; i < 1 << 17; i++) {
                    out.write(i);
                }
            }
            case "a flush" -> {
                out.write(1);
                out.flush();
            }
            default -> out.write(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesAreSyncedAfterTheyAreWrittenAndBeforeTheFileIsClosed(boolean flushed) throws IOException {
        List<String> steps = new ArrayList<>();
        ByteArrayOutputStream file = new ByteArrayOutputStream() {
            @Override
            public void close() {
                steps.add("closed with " + size());
            }
        };
        try (OutputStream out = new DurableOutputStream(file, () -> steps.add("synced with " + file.size()))) {
            out.write(new byte[3]);
            if (flushed) {
                out.flush();
            }
        }
        assertThat(steps).containsExactly("synced with 3", "closed with 3");
    }
}
