package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.evaluation.SelfContainedPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The history for people: one self-contained page in the look of the evaluation report. */
final class HistoryPage {

    private static final int REFRESH_SECONDS = 30;

    private HistoryPage() {}

    static String of(HistoryView view) {
        ObjectNode data = (ObjectNode) Json.tree(view);
        data.put("refresh_seconds", REFRESH_SECONDS);
        return new SelfContainedPage("Schedule on " + view.host(), "The history is also in history.json.", script())
                .reloadingEvery(REFRESH_SECONDS)
                .render(data);
    }

    private static String script() {
        try (InputStream in = HistoryPage.class.getResourceAsStream("history.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
