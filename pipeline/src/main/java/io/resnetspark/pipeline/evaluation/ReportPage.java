package io.resnetspark.pipeline.evaluation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.resnetspark.pipeline.page.SelfContainedPage;
import io.resnetspark.pipeline.run.TrainingStatus;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The pages of an evaluation and of a run. */
final class ReportPage {

    /** In the order they must run. */
    private static final List<SelfContainedPage.Script> SCRIPTS = Stream.of(
                    SelfContainedPage.CHARTS,
                    SelfContainedPage.HEADER,
                    SelfContainedPage.scripts(
                            ReportPage.class,
                            "run.js",
                            "confusion.js",
                            "classes.js",
                            "confidence.js",
                            "images.js",
                            "comparison.js",
                            "main.js"))
            .flatMap(List::stream)
            .toList();

    /** Larger matrices are shown as a list of the worst confusions. */
    private static final int MATRIX_CLASSES = 40;

    private static final int ROUNDS_DRAWN = 800;

    private ReportPage() {}

    static String of(EvaluationReport report, Thumbnails thumbnails) {
        ObjectNode data = (ObjectNode) JsonDocument.tree(report);
        if (report.classes().perClass().size() > MATRIX_CLASSES) {
            data.remove("confusion_matrix");
        }
        data.set("run", JsonDocument.tree(report.subject().run().thinned(ROUNDS_DRAWN)));
        data.set("thumbnails", JsonDocument.tree(thumbnails.uris()));
        String title = "%s on %s, %s"
                .formatted(
                        report.subject().model().arch(),
                        report.subject().dataset().name(),
                        report.subject().dataset().split());
        return render(title, "", data);
    }

    /** @param refresh seconds after which a browser should load the page of a run in progress again */
    static String ofRun(TrainingStatus status, RunCurves run, Map<String, String> settings, int refresh) {
        ObjectNode data = (ObjectNode) JsonDocument.tree(Map.of());
        data.set("run", JsonDocument.tree(run.thinned(ROUNDS_DRAWN)));
        data.set("settings", JsonDocument.tree(settings));
        data.put("status", status.label());
        data.put("refresh_seconds", refresh);
        String headExtra = status == TrainingStatus.RUNNING ? SelfContainedPage.refreshing(refresh) : "";
        return render("Training " + run.runId(), headExtra, data);
    }

    private static String render(String title, String headExtra, ObjectNode data) {
        return new SelfContainedPage(title, headExtra, SCRIPTS, data, "report.json and per_class.csv").html();
    }
}
