package io.resnetspark.pipeline.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;

/** The directory of a report: {@value #JSON}, {@value #CSV} and {@value #PAGE}. */
public final class ReportDirectory {

    public static final String JSON = "report.json";
    public static final String CSV = "per_class.csv";
    public static final String PAGE = "index.html";

    private ReportDirectory() {}

    /**
     * Writes all three files. A directory with {@value #JSON} holds a whole report: it is removed before the others are
     * replaced and written after them, and each file appears at once or not at all.
     *
     * @param directory the report's directory; need not exist, other files in it stay
     * @return the page
     */
    public static String write(AtomicStore directory, EvaluationReport report, Thumbnails thumbnails) {
        String page = ReportPage.of(report, thumbnails);
        String json = JsonDocument.text(report);
        directory.delete(JSON);
        directory.replaceText(CSV, PerClassCsv.of(report.classes().perClass()));
        directory.replaceText(PAGE, page);
        directory.replaceText(JSON, json);
        return directory.path(PAGE).toString();
    }

    /**
     * Reads the report of a directory.
     *
     * @throws BadDataException if there is no whole report, or one of another format
     */
    public static EvaluationReport read(AtomicStore directory) {
        String path = directory.path(JSON).toString();
        byte[] json = directory
                .read(JSON)
                .orElseThrow(() -> new BadDataException(path + " does not exist; run `evaluate` to make it"));
        JsonNode tree = JsonDocument.parse(json, path);
        int version = tree.path("format_version").asInt(-1);
        if (version != EvaluationReport.FORMAT_VERSION) {
            throw new BadDataException("%s has report format %d, this software reads %d; run `evaluate` to replace it"
                    .formatted(path, version, EvaluationReport.FORMAT_VERSION));
        }
        return JsonDocument.read(tree, EvaluationReport.class, path);
    }

    /** The pictures of a report that was written to a directory; none where it has no page. */
    public static Thumbnails thumbnails(AtomicStore directory) {
        return directory.readText(PAGE).map(Thumbnails::ofPage).orElseGet(Thumbnails::none);
    }
}
