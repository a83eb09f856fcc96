package io.resnetspark.jobs.progress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes a {@link ProgressState} as a bar of a given width, or as a plain line. */
final class ProgressText {

    private static final int LEAST_BAR = 8;
    private static final int MOST_BAR = 40;

    private ProgressText() {}

    /**
     * For example {@code epoch 2/3 [#####.....]  52%  310 images/s  loss 1.204  lr 0.1  0:42 left}.
     *
     * @param columns width of the terminal; the text never has more characters
     */
    static String bar(ProgressState state, int columns) {
        String percent = "%3d%%".formatted((int) Math.floor(100 * state.fraction()));
        String numbers = percent + "  " + String.join("  ", numbers(state));
        int room = columns - state.activity().length() - numbers.length() - 4; // a space, brackets, a space
        String text = room < LEAST_BAR
                ? state.activity() + " " + numbers
                : "%s [%s] %s".formatted(state.activity(), gauge(state.fraction(), Math.min(room, MOST_BAR)), numbers);
        return text.length() <= columns ? text : text.substring(0, Math.max(0, columns));
    }

    private static String gauge(double fraction, int width) {
        int filled = (int) Math.floor(fraction * width);
        return "#".repeat(filled) + ".".repeat(width - filled);
    }

    /** For example {@code epoch 2/3  5,200 of 10,000 images (52%)  310 images/s  loss 1.204  lr 0.1  0:42 left}. */
    static String line(ProgressState state) {
        String counts = "%s (%d%%)"
                .formatted(state.unit().amounts(state.done(), state.total()), (int) Math.floor(100 * state.fraction()));
        return "%s  %s  %s".formatted(state.activity(), counts, String.join("  ", numbers(state)));
    }

    private static List<String> numbers(ProgressState state) {
        List<String> numbers = new ArrayList<>();
        numbers.add(state.unit().speed(state.perSecond()));
        state.loss().ifPresent(loss -> numbers.add("loss " + String.format(Locale.ROOT, "%.3f", loss)));
        state.learningRate().ifPresent(rate -> numbers.add("lr " + String.format(Locale.ROOT, "%.3g", rate)));
        if (state.done() < state.total()) {
            numbers.add(state.left().map(left -> clock(left) + " left").orElse("-:-- left"));
        } else {
            numbers.add("in " + clock(state.elapsed()));
        }
        return numbers;
    }

    /** {@code 0:42}, {@code 12:05} or {@code 1:02:03}. */
    static String clock(Duration time) {
        long seconds = Math.round(time.toMillis() / 1000.0);
        return seconds < 3600
                ? "%d:%02d".formatted(seconds / 60, seconds % 60)
                : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
