package io.resnetspark.pipeline.retrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.evaluation.PageTemplate;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.util.List;
import java.util.Map;

/** The pages of a retraining: one per cycle with the decision and its reasons, and the history of all cycles. */
final class RetrainPages {

    static final String PAGE = "index.html";

    private RetrainPages() {}

    /** Writes the page of a cycle into its directory; it links to the evaluation reports there. */
    static void writeCycle(AtomicStore cycle, CycleResults results, CycleSummary summary) {
        ObjectNode data = (ObjectNode) RetrainJson.tree(results);
        data.set("summary", RetrainJson.tree(summary));
        String title = "%s, cycle %d: %s"
                .formatted(
                        summary.model(),
                        summary.number(),
                        summary.verdict().name().toLowerCase(java.util.Locale.ROOT));
        cycle.replaceText(PAGE, PageTemplate.render(title, "", List.of("dom.js", "header.js", "cycle.js"), data));
    }

    /** Writes the page of all cycles into the work directory. */
    static void writeHistory(AtomicStore work, String model, Ledger ledger) {
        ObjectNode data = (ObjectNode) RetrainJson.tree(Map.of("model", model));
        data.set("ledger", RetrainJson.tree(ledger));
        work.replaceText(
                PAGE,
                PageTemplate.render(
                        "Retraining of " + model,
                        "",
                        List.of("echarts.common.min.js", "dom.js", "header.js", "charts.js", "history.js"),
                        data));
    }
}
