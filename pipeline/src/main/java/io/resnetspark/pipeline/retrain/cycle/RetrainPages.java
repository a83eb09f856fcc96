package io.resnetspark.pipeline.retrain.cycle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.page.SelfContainedPage;
import io.resnetspark.pipeline.retrain.CycleSummary;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The pages of a retraining: one per cycle with the decision and its reasons, and the history of all cycles. */
public final class RetrainPages {

    static final String PAGE = "index.html";

    private static final String FILES = "the files beside it";

    private static final List<SelfContainedPage.Script> CYCLE_SCRIPTS = Stream.of(
                    SelfContainedPage.ELEMENTS,
                    SelfContainedPage.HEADER,
                    SelfContainedPage.scripts(RetrainPages.class, "cycle.js"))
            .flatMap(List::stream)
            .toList();

    private static final List<SelfContainedPage.Script> HISTORY_SCRIPTS = Stream.of(
                    SelfContainedPage.CHARTS,
                    SelfContainedPage.HEADER,
                    SelfContainedPage.scripts(RetrainPages.class, "history.js"))
            .flatMap(List::stream)
            .toList();

    private RetrainPages() {}

    /** Writes the page of a cycle into its directory; it links to the evaluation reports there. */
    static void writeCycle(AtomicStore cycle, CycleResults results, CycleSummary summary) {
        ObjectNode data = (ObjectNode) JsonDocument.tree(results);
        data.set("summary", JsonDocument.tree(summary));
        String title = "%s, cycle %d: %s"
                .formatted(
                        summary.model(),
                        summary.number(),
                        summary.outcome().verdict().name().toLowerCase(java.util.Locale.ROOT));
        cycle.replaceText(PAGE, new SelfContainedPage(title, "", CYCLE_SCRIPTS, data, FILES).html());
    }

    /** Writes the page of all cycles into the work directory. */
    static void writeHistory(AtomicStore work, String model, Ledger ledger) {
        ObjectNode data = (ObjectNode) JsonDocument.tree(Map.of("model", model));
        data.set("ledger", JsonDocument.tree(ledger));
        work.replaceText(
                PAGE, new SelfContainedPage("Retraining of " + model, "", HISTORY_SCRIPTS, data, FILES).html());
    }
}
