package io.resnetspark.pipeline.evaluation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page: one HTML file that carries its style, its scripts (ECharts among them) and its data, and fetches nothing. The
 * browser builds everything from the data with text nodes, so no label or path is ever parsed as HTML.
 */
final class ReportPage {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

    /** In the order they must run. */
    private static final List<String> SCRIPTS = List.of(
            "echarts.common.min.js",
            "dom.js",
            "charts.js",
            "header.js",
            "run.js",
            "confusion.js",
            "classes.js",
            "confidence.js",
            "images.js",
            "comparison.js",
            "main.js");

    /** Larger matrices are shown as a list of the worst confusions. */
    private static final int MATRIX_CLASSES = 40;

    private static final int ROUNDS_DRAWN = 800;

    private ReportPage() {}

    static String of(EvaluationReport report, Thumbnails thumbnails) {
        ObjectNode data = (ObjectNode) ReportJson.tree(report);
        if (report.perClass().size() > MATRIX_CLASSES) {
            data.remove("confusion_matrix");
        }
        data.set("run", ReportJson.tree(report.run().thinned(ROUNDS_DRAWN)));
        data.set("thumbnails", ReportJson.tree(thumbnails.uris()));
        String title = "%s on %s, %s"
                .formatted(
                        report.model().arch(),
                        report.dataset().name(),
                        report.dataset().split());
        return render(title, "", data);
    }

    /** @param refresh seconds after which a browser should load the page again */
    static String ofRun(RunCurves run, Map<String, String> settings, int refresh) {
        ObjectNode data = ((ObjectNode) ReportJson.tree(Map.of()));
        data.set("run", ReportJson.tree(run.thinned(ROUNDS_DRAWN)));
        data.set("settings", ReportJson.tree(settings));
        data.put("refresh_seconds", refresh);
        return render("Training " + run.runId(), "<meta http-equiv=\"refresh\" content=\"" + refresh + "\">", data);
    }

    private static String render(String title, String headExtra, ObjectNode data) {
        StringBuilder scripts = new StringBuilder();
        for (String name : SCRIPTS) {
            scripts.append("<script>\n").append(resource(name)).append("\n</script>\n");
        }
        Map<String, String> parts = Map.of(
                "head", headExtra,
                "title", escaped(title),
                "style", resource("style.css"),
                "scripts", scripts.toString(),
                "data", embeddable(ReportJson.compact(data)));
        // One pass, so that nothing in a part is taken for a placeholder.
        return PLACEHOLDER
                .matcher(resource("template.html"))
                .replaceAll(match -> Matcher.quoteReplacement(parts.get(match.group(1))));
    }

    /** JSON that an HTML parser reads as plain text up to the closing tag: no {@code <} means no tag and no comment. */
    private static String embeddable(String json) {
        return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("The page's " + name + " is missing on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the page's " + name, e);
        }
    }
}
