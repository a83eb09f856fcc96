package io.resnetspark.jobs.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.page.SelfContainedPage;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.List;
import java.util.stream.Stream;

/** The history for people: one self-contained page in the look of the evaluation report. */
final class HistoryPage {

    private static final int REFRESH_SECONDS = 30;

    private static final List<SelfContainedPage.Script> SCRIPTS = Stream.of(
                    SelfContainedPage.ELEMENTS, SelfContainedPage.scripts(HistoryPage.class, "history.js"))
            .flatMap(List::stream)
            .toList();

    private HistoryPage() {}

    static String of(HistoryView view) {
        ObjectNode data = (ObjectNode) JsonDocument.tree(view);
        data.put("refresh_seconds", REFRESH_SECONDS);
        return new SelfContainedPage(
                        "Schedule on " + view.host(),
                        SelfContainedPage.refreshing(REFRESH_SECONDS),
                        SCRIPTS,
                        data,
                        "history.json")
                .html();
    }
}
