package io.resnetspark.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DownloadDisplayTest {

    private static final String FILE = "resnet18-f37072fd.pth";

    private final AtomicLong nanos = new AtomicLong();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private DownloadDisplay display(int columns) {
        PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8);
        return new DownloadDisplay(ProgressDisplay.on(stream, columns, nanos::get), nanos::get);
    }

    private String written() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void linesSaySizePartAndSpeed() {
        try (DownloadDisplay display = display(0)) {
            display.started(FILE, 0, 40_000_000);
            for (int second = 1; second <= 20; second++) {
                pass(Duration.ofSeconds(1));
                display.transferred(FILE, second * 2_000_000L, 40_000_000);
            }
        }
        assertThat(written().lines().toList()).first().isEqualTo("Downloading resnet18-f37072fd.pth, 40.0 MB");
        assertThat(written()).contains(FILE + "  22.0 of 40.0 MB (55%)  2.0 MB/s  0:09 left");
        assertThat(written().lines().toList()).last().asString().contains("40.0 of 40.0 MB (100%)");
        assertThat(written().lines()).hasSizeLessThan(6);
    }

    @Test
    void terminalsGetABar() {
        try (DownloadDisplay display = display(100)) {
            display.started(FILE, 0, 40_000_000);
            pass(Duration.ofSeconds(1));
            display.transferred(FILE, 10_000_000, 40_000_000);
        }
        assertThat(written()).contains(FILE + " [").contains("25%  10.0 MB/s  0:03 left");
    }

    /** What was there before is said, and is no speed. */
    @Test
    void aContinuedDownloadIsSaidToBeOne() {
        try (DownloadDisplay display = display(0)) {
            display.started(FILE, 30_000_000, 40_000_000);
            pass(Duration.ofSeconds(1));
            display.transferred(FILE, 31_000_000, 40_000_000);
        }
        assertThat(written())
                .contains("40.0 MB, going on after the first 30.0 MB")
                .contains("(77%)  1.0 MB/s");
    }

    @Test
    void anUnknownSizeIsNoPercentage() {
        try (DownloadDisplay display = display(0)) {
            display.started(FILE, 0, -1);
            display.transferred(FILE, 1_000_000, -1);
        }
        assertThat(written()).isEqualTo("Downloading " + FILE + System.lineSeparator());
    }
}
