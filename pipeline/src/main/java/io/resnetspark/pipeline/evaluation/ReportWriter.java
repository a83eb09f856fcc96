package io.resnetspark.pipeline.evaluation;

import io.resnetspark.pipeline.storage.AtomicStore;

/** Writes a report's directory: {@value #JSON}, {@value #CSV} and {@value #PAGE}. */
public final class ReportWriter {

    public static final String JSON = "report.json";
    public static final String CSV = "per_class.csv";
    public static final String PAGE = "index.html";

    private ReportWriter() {}

    /**
     * Writes all three files. A directory with {@value #JSON} holds a whole report: it is removed before the others are
     * replaced and written after them, and each file appears at once or not at all.
     *
     * @param directory the report's directory; need not exist, other files in it stay
     * @return the page
     */
    public static String write(AtomicStore directory, EvaluationReport report, Thumbnails thumbnails) {
        String page = ReportPage.of(report, thumbnails);
        String json = ReportJson.pretty(report) + "\n";
        directory.delete(JSON);
        directory.replaceText(CSV, PerClassCsv.of(report.perClass()));
        directory.replaceText(PAGE, page);
        directory.replaceText(JSON, json);
        return directory.path(PAGE).toString();
    }

    /** The pictures of a report that was written to a directory; none where it has no page. */
    public static Thumbnails thumbnails(AtomicStore directory) {
        return directory.readText(PAGE).map(Thumbnails::ofPage).orElseGet(Thumbnails::none);
    }
}
