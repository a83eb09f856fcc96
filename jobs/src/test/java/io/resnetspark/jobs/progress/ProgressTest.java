package io.resnetspark.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final OptionalDouble NONE = OptionalDouble.empty();

    private final AtomicLong nanos = new AtomicLong();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private ProgressDisplay display(int columns) {
        return ProgressDisplay.on(new PrintStream(written, true, StandardCharsets.UTF_8), columns, nanos::get);
    }

    private String written() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private static ProgressState state(long done, double perSecond) {
        return new ProgressState(
                "epoch 2/3",
                ProgressUnit.IMAGES,
                done,
                10_000,
                perSecond,
                OptionalDouble.of(1.2041),
                OptionalDouble.of(0.1),
                Duration.ofSeconds(17));
    }

    @Test
    void barsShowEverythingAndFitTheTerminal() {
        assertThat(ProgressText.bar(state(5200, 310), 90))
                .isEqualTo(
                        "epoch 2/3 [#############.............]  52%  310 images/s  loss 1.204  lr 0.100  0:15 left");
        IntStream.rangeClosed(20, 200).forEach(columns -> assertThat(
                        ProgressText.bar(state(9_999, 12_345.6), columns).length())
                .isLessThanOrEqualTo(columns));
    }

    @Test
    void nothingButTheEndLooksLikeTheEnd() {
        assertThat(ProgressText.line(state(9_999, 100))).contains("(99%)").contains("0:00 left");
        assertThat(ProgressText.line(state(10_000, 100))).contains("(100%)").contains("in 0:17");
    }

    @Test
    void anUnknownSpeedForecastsNothing() {
        assertThat(state(10, 0).left()).isEmpty();
        assertThat(ProgressText.line(state(10, 0))).contains("-:-- left");
    }

    @Test
    void clocksCarryMinutesAndHours() {
        assertThat(ProgressText.clock(Duration.ofMillis(59_600))).isEqualTo("1:00");
        assertThat(ProgressText.clock(Duration.ofSeconds(3599))).isEqualTo("59:59");
        assertThat(ProgressText.clock(Duration.ofSeconds(3723))).isEqualTo("1:02:03");
    }

    @Test
    void speedIsThatOfTheLastHalfMinute() {
        ProgressMeter meter = new ProgressMeter(ProgressUnit.IMAGES, 0, 100_000, nanos::get);
        long done = 0;
        for (int second = 1; second <= 60; second++) {
            pass(Duration.ofSeconds(1));
            meter.advance("a", done += 10, NONE, NONE);
        }
        ProgressState last = null;
        for (int second = 1; second <= 31; second++) {
            pass(Duration.ofSeconds(1));
            last = meter.advance("a", done += 200, NONE, NONE);
        }
        assertThat(last.perSecond()).isCloseTo(200, within(10.0));
        assertThat(last.elapsed()).isEqualTo(Duration.ofSeconds(91));
    }

    @Test
    void workDoneBeforeAResumeIsNoSpeed() {
        ProgressMeter meter = new ProgressMeter(ProgressUnit.IMAGES, 5_000, 10_000, nanos::get);
        pass(Duration.ofSeconds(1));
        ProgressState state = meter.advance("a", 5_100, NONE, NONE);
        assertThat(state.perSecond()).isCloseTo(100, within(1e-6));
        assertThat(state.left()).contains(Duration.ofSeconds(49));
    }

    @Test
    void terminalsAreRedrawnInPlaceAndLeftOnANewLine() {
        try (ProgressDisplay display = display(80)) {
            for (int i = 0; i < 100; i++) {
                display.show(state(i, 100));
                pass(Duration.ofMillis(10));
            }
        }
        assertThat(written().split("\n")).hasSize(1);
        assertThat(written().split("\r", -1)).hasSizeBetween(10, 13);
        assertThat(written()).endsWith(System.lineSeparator()).contains("  0%");
    }

    @Test
    void elsewhereALineAppearsEveryTenSecondsAndForEveryActivity() {
        ProgressDisplay display = display(0);
        for (int i = 0; i < 25; i++) {
            display.show(state(i, 100));
            pass(Duration.ofSeconds(1));
        }
        display.show(new ProgressState("epoch 3/3", ProgressUnit.IMAGES, 26, 10_000, 1, NONE, NONE, Duration.ZERO));
        assertThat(written().lines()).hasSize(4);
        assertThat(written()).doesNotContain("\r\u001b");
    }

    @Test
    void theLatestStateIsShownAtTheEnd() {
        try (ProgressDisplay display = display(0)) {
            display.show(state(1, 100));
            display.show(state(4_242, 100));
        }
        assertThat(written().lines()).hasSize(2);
        assertThat(written()).contains("4,242 of 10,000 images");
    }

    @Test
    void messagesStandOnLinesOfTheirOwn() {
        try (ProgressDisplay display = display(120)) {
            display.show(state(1, 100));
            display.print("checkpoint kept");
            display.show(state(10_000, 100));
        }
        assertThat(written().split("\n")[0]).endsWith("\r\u001b[2Kcheckpoint kept");
    }

    @Test
    void narrowTerminalsGetLines() {
        display(79).show(state(1, 100));
        assertThat(written()).doesNotContain("\r\u001b").endsWith(System.lineSeparator());
    }
}
