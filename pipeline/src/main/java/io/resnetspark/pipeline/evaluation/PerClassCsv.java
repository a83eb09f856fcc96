package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.Interval;
import java.util.List;
import java.util.StringJoiner;

/** The per-class table as CSV (RFC 4180, UTF-8); a cell is empty where a number is undefined. */
final class PerClassCsv {

    private static final String HEADER = "label,support,predictions,precision,precision_low,precision_high,"
            + "recall,recall_low,recall_high,f1,f1_low,f1_high,roc_auc,average_precision";

    private PerClassCsv() {}

    static String of(List<EvaluationReport.ClassRow> classes) {
        StringBuilder csv = new StringBuilder(HEADER).append("\r\n");
        for (EvaluationReport.ClassRow row : classes) {
            StringJoiner cells = new StringJoiner(",");
            cells.add(quoted(row.label()));
            cells.add(Long.toString(row.support()));
            cells.add(Long.toString(row.predictions()));
            addWithInterval(cells, row.quality().precision(), row.quality().precisionCi95());
            addWithInterval(cells, row.quality().recall(), row.quality().recallCi95());
            addWithInterval(cells, row.quality().f1(), row.quality().f1Ci95());
            cells.add(number(row.quality().rocAuc()));
            cells.add(number(row.quality().averagePrecision()));
            csv.append(cells).append("\r\n");
        }
        return csv.toString();
    }

    private static void addWithInterval(StringJoiner cells, double value, Interval interval) {
        cells.add(number(value)).add(number(interval.low())).add(number(interval.high()));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
