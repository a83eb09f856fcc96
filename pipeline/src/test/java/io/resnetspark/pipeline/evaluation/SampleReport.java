package io.resnetspark.pipeline.evaluation;

import io.resnetspark.model.metrics.Calibration;
import io.resnetspark.model.metrics.ClassificationMetrics;
import io.resnetspark.model.metrics.Interval;
import io.resnetspark.model.metrics.ScoredExample;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ClassChange;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Comparison;
import io.resnetspark.pipeline.evaluation.EvaluationReport.DatasetId;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Findings;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Flip;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Mistake;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ModelId;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Scores;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Slice;
import io.resnetspark.pipeline.evaluation.EvaluationReport.SuspectLabel;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Worker;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A report over random scores with everything a report can have. */
final class SampleReport {

    /** Labels that would do harm if they were ever parsed as HTML, script or CSS. */
    static final List<String> HOSTILE_LABELS = List.of(
            "</script><script>document.title='broken'</script>",
            "<img src=x onerror=\"document.title='broken'\">",
            "\"quotes\" & 'ampersands' &amp;",
            "猫 🐈 café",
            "{{data}} ${x} \\u003c",
            "line\nbreak\u2028and\ttab",
            "a very long label that goes on and on, far beyond what any column of a table would want to hold",
            "<!-- <script>",
            "",
            "plain");

    private SampleReport() {}

    static List<String> numberedLabels(int classes) {
        return IntStream.range(0, classes).mapToObj("class %d"::formatted).toList();
    }

    static EvaluationReport of(List<String> labels, int examples, RunCurves run) {
        int classes = labels.size();
        Random random = new Random(classes);
        ClassificationMetrics metrics = new ClassificationMetrics(classes, examples, Calibration.STANDARD_BINS);
        List<Mistake> mistakes = new ArrayList<>();
        for (int i = 0; i < examples; i++) {
            // The last class has no examples.
            int label = i % Math.max(1, classes - 1);
            float[] logits = new float[classes];
            for (int k = 0; k < classes; k++) {
                logits[k] = (float) random.nextGaussian();
            }
            logits[label] += 4;
            logits[(label * 7 + 3) % classes] += 2;
            ScoredExample example = new ScoredExample(label, logits);
            metrics.add(example);
            if (!example.correct() && mistakes.size() < 120) {
                mistakes.add(new Mistake(
                        "image-" + i,
                        "folder/<b>/image " + i + ".png",
                        labels.get(label),
                        labels.get(example.predicted()),
                        example.confidence(),
                        example.probability(label)));
            }
        }
        ModelId model = new ModelId("cifar-resnet20", "run-7/round-000042", "runs/run-7", "fp32");
        return ReportAssembly.assemble(
                new ReportAssembly.Subject(model, new DatasetId("sample", "sample-id", 3, "test"), labels),
                metrics,
                1.0,
                new Findings(
                        List.of(
                                new Slice("source", labels.get(0), 120, 0.9, Interval.wilson(108, 120), 0.99, 0.3),
                                new Slice("source", "upload", 7, 0.571, Interval.wilson(4, 7), 0.857, 1.2)),
                        mistakes,
                        List.of(new SuspectLabel("image-1", "x.png", labels.get(1), labels.get(0), -0.97)),
                        List.of(comparison(labels))),
                new ReportAssembly.Timing(
                        4.2,
                        6.5,
                        List.of(
                                new Worker("0", "node-a", 510, 4.0, 127.5),
                                new Worker("1", "node-b", 490, 4.1, 119.5))),
                run,
                new Provenance(
                        "2026-11-23T12:00:00Z",
                        Map.of("resnet-spark", "0.1.0", "java", "17.0.15"),
                        Map.of("cpu", "2 cores"),
                        Map.of("dataset fingerprint", "1f0c"),
                        Map.of("evaluate.batch-size", "64")));
    }

    private static Comparison comparison(List<String> labels) {
        return new Comparison(
                new ModelId("cifar-resnet56", "run-9/round-000100", "runs/run-9", "fp32"),
                new Scores(0.93, 0.999, 0.21, 0.02),
                EvaluationReportPairedDifferenceBuilder.builder()
                        .difference(0.018)
                        .differenceCi95(new Interval(0.004, 0.031))
                        .onlyFirst(17)
                        .onlySecond(35)
                        .mcnemarExactP(0.0176)
                        .mcnemarChiSquared(5.56)
                        .mcnemarChiSquaredP(0.0184)
                        .build(),
                List.of(new ClassChange(labels.get(0), 100, 0.9, 0.95, 0.91, 0.96)),
                List.of(new Flip("image-2", "y.png", labels.get(0), labels.get(1), labels.get(0))));
    }

    static RunCurves run(int rounds) {
        List<RunCurves.Round> points = new ArrayList<>();
        List<RunCurves.Validation> validations = new ArrayList<>();
        Random random = new Random(5);
        double epochs = 12;
        for (int i = 1; i <= rounds; i++) {
            double epoch = epochs * i / rounds;
            double loss = 0.15 + 2.1 * Math.exp(-epoch / 3) + 0.06 * random.nextGaussian();
            points.add(new RunCurves.Round(
                    i,
                    epoch,
                    loss,
                    1 - 0.33 * loss,
                    0.05 * (1 + Math.cos(Math.PI * epoch / epochs)),
                    310 + 12 * random.nextGaussian(),
                    2.1 + 0.1 * random.nextGaussian(),
                    0.21,
                    0.12));
        }
        for (int e = 1; e <= epochs; e++) {
            validations.add(
                    new RunCurves.Validation(e, 0.3 + 1.9 * Math.exp(-e / 3.0), 0.91 - 0.6 * Math.exp(-e / 2.5)));
        }
        return new RunCurves("run-7", epochs, points, validations);
    }

    static Thumbnails thumbnails(EvaluationReport report) {
        Thumbnails thumbnails = Thumbnails.none();
        for (int i = 0; i < report.findings().mistakes().size(); i++) {
            thumbnails.add(report.findings().mistakes().get(i).imageId(), picture(i));
        }
        return thumbnails;
    }

    private static byte[] picture(int i) {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        canvas.setColor(Color.getHSBColor(i * 0.61f % 1, 0.5f, 0.85f));
        canvas.fillRect(0, 0, 32, 32);
        canvas.setColor(Color.getHSBColor(i * 0.37f % 1, 0.7f, 0.4f));
        canvas.fillOval(4 + i % 7, 6, 16, 18);
        canvas.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}
