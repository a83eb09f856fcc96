package io.resnetspark.pipeline.tensorboard;

import io.resnetspark.model.metrics.RankCurve;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.EvaluationReport.ClassRow;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Curve;
import io.resnetspark.pipeline.evaluation.EvaluationReport.Mistake;
import io.resnetspark.pipeline.evaluation.Thumbnails;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.nd4j.shade.protobuf.ByteString;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;
import org.tensorflow.framework.SummaryMetadata;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;

/**
 * An evaluation for TensorBoard: its numbers as scalars, precision-recall curves for the plugin {@code pr_curves}, and
 * pictures of the most confident mistakes. Tags begin with the split. Written again, it replaces what was there.
 */
public final class ReportEvents {

    private static final String KIND = "resnet-spark-report";

    /** Of a precision-recall curve, evenly over 0..1. */
    private static final int THRESHOLDS = 201;

    /** True and false positives, true and false negatives, precision, recall. */
    private static final int CURVE_ROWS = 6;

    private static final int PICTURES = 24;
    private static final int RGB = 3;

    private final EvaluationReport report;
    private final Thumbnails thumbnails;

    /** @param thumbnails pictures of the mistakes; those without one are left out */
    public ReportEvents(EvaluationReport report, Thumbnails thumbnails) {
        this.report = report;
        this.thumbnails = thumbnails;
    }

    /**
     * @param folder of what was judged, on a disk of this machine; the split has a folder in it, a run to TensorBoard
     * @param step the model's, for example its epoch
     */
    public void write(Path folder, long step) throws IOException {
        String split = report.subject().dataset().split();
        try (EventFile events = new EventFile(folder.resolve(split), KIND)) {
            Instant now = Instant.now();
            events.add(now, step, scalars(split));
            for (Curve curve : report.classes().curves()) {
                if (!curve.points().isEmpty()) {
                    events.add(now, step, curve(split, curve));
                }
            }
            int shown = 0;
            for (Mistake mistake : report.findings().mistakes()) {
                Optional<byte[]> picture = thumbnails.file(mistake.imageId());
                if (picture.isPresent() && shown < PICTURES) {
                    events.add(now, step, picture(split, shown, mistake, picture.get()));
                    shown++;
                }
            }
        }
    }

    private Summary scalars(String split) {
        Summary.Builder summary = Summary.newBuilder();
        EventFile.scalar(summary, split + "/top1", report.scores().top1());
        EventFile.scalar(summary, split + "/top5", report.scores().top5());
        EventFile.scalar(summary, split + "/loss", report.scores().loss());
        EventFile.scalar(summary, split + "/ece", report.scores().ece());
        EventFile.scalar(
                summary,
                split + "/macro_f1",
                report.classes().averages().macro().f1());
        return summary.build();
    }

    private Summary curve(String split, Curve curve) {
        boolean pooled = curve.label().equals(Curve.POOLED);
        long classes = report.classes().perClass().size();
        double positives = pooled
                ? report.subject().examples()
                : report.classes().perClass().stream()
                        .filter(row -> row.label().equals(curve.label()))
                        .mapToLong(ClassRow::support)
                        .sum();
        double negatives = pooled
                ? report.subject().examples() * (classes - 1.0)
                : report.subject().examples() - positives;
        TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
        tensor.setTensorShape(TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(CURVE_ROWS))
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(THRESHOLDS)));
        float[][] rows = rows(curve.points(), positives, negatives);
        for (float[] row : rows) {
            for (float value : row) {
                tensor.addFloatVal(value);
            }
        }
        Summary.Builder summary = Summary.newBuilder();
        summary.addValueBuilder()
                .setTag("%s/pr/%s".formatted(split, pooled ? "all classes" : curve.label()))
                .setMetadata(SummaryMetadata.newBuilder()
                        .setPluginData(SummaryMetadata.PluginData.newBuilder()
                                .setPluginName("pr_curves")
                                .setContent(pluginData())))
                .setTensor(tensor);
        return summary.build();
    }

    /** {@code PrCurvePluginData} with its second field, the number of thresholds, a varint of two bytes. */
    private static ByteString pluginData() {
        return ByteString.copyFrom(new byte[] {0x10, (byte) (THRESHOLDS & 0x7F | 0x80), (byte) (THRESHOLDS >> 7)});
    }

    /** @param points by falling threshold */
    private static float[][] rows(List<RankCurve.Point> points, double positives, double negatives) {
        float[][] rows = new float[CURVE_ROWS][THRESHOLDS];
        int passed = 0; // points that a threshold lets through; thresholds fall from the last to the first
        for (int i = THRESHOLDS - 1; i >= 0; i--) {
            double threshold = i / (THRESHOLDS - 1.0);
            while (passed < points.size() && points.get(passed).threshold() >= threshold) {
                passed++;
            }
            double recall = passed == 0 ? 0 : points.get(passed - 1).recall();
            double falsePositiveRate = passed == 0 ? 0 : points.get(passed - 1).falsePositiveRate();
            double truePositives = recall * positives;
            double falsePositives = falsePositiveRate * negatives;
            rows[0][i] = (float) truePositives;
            rows[1][i] = (float) falsePositives;
            rows[2][i] = (float) (negatives - falsePositives);
            rows[3][i] = (float) (positives - truePositives);
            rows[4][i] = passed == 0 ? 0 : (float) points.get(passed - 1).precision();
            rows[5][i] = (float) recall;
        }
        return rows;
    }

    private static Summary picture(String split, int rank, Mistake mistake, byte[] file) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
        Summary.Builder summary = Summary.newBuilder();
        summary.addValueBuilder()
                .setTag("%s/mistakes/%02d %s taken for %s, %.0f %%"
                        .formatted(split, rank, mistake.label(), mistake.predicted(), 100 * mistake.confidence()))
                .setImage(Summary.Image.newBuilder()
                        .setWidth(image.getWidth())
                        .setHeight(image.getHeight())
                        .setColorspace(RGB)
                        .setEncodedImageString(ByteString.copyFrom(file)));
        return summary.build();
    }
}
