package io.resnetspark.pipeline.inference;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.input.Image;
import java.util.ArrayList;
import java.util.List;

/** A network opened in one task, with its input pipeline and buffers. Not thread-safe. */
public final class BatchClassifier implements AutoCloseable {

    private final Classifier classifier;
    private final String description;
    private final Views views;
    private final TestTimeAugmentation augmentation;
    private final int batchSize;
    private final float[] inputs;

    /** @param batchSize images per call of the network, at least 1 */
    public BatchClassifier(ClassifierSource source, TestTimeAugmentation augmentation, int batchSize) {
        this.classifier = source.open();
        this.description = source.description();
        this.views = new Views(source.preprocessing());
        this.augmentation = augmentation;
        this.batchSize = batchSize;
        this.inputs = new float[Math.multiplyExact(batchSize, views.length())];
    }

    public int batchSize() {
        return batchSize;
    }

    /**
     * Classifies images of any size.
     *
     * @param images at most {@link #batchSize}
     * @return per image, one logit per class; with several views, the logarithm of their mean probabilities
     * @throws BadDataException if the network's answer is not finite
     */
    public List<float[]> logits(List<Image> images) {
        List<float[]> answers = augmentation == TestTimeAugmentation.NONE ? single(images) : averaged(images);
        for (float[] answer : answers) {
            for (float logit : answer) {
                if (!Float.isFinite(logit)) {
                    throw new BadDataException(
                            "%s answers %s; its weights are damaged, or trained with another normalisation"
                                    .formatted(description, logit));
                }
            }
        }
        return answers;
    }

    private List<float[]> single(List<Image> images) {
        for (int i = 0; i < images.size(); i++) {
            views.writeCentre(images.get(i), inputs, i * views.length());
        }
        return rows(classifier.logits(inputs, images.size()), images.size());
    }

    private List<float[]> averaged(List<Image> images) {
        List<Image> resized = images.stream().map(views::resized).toList();
        List<double[]> means = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            double[] nothingYet = new double[classifier.classes()];
            java.util.Arrays.fill(nothingYet, Double.NEGATIVE_INFINITY);
            means.add(nothingYet);
        }
        for (int crop = 0; crop < augmentation.crops(); crop++) {
            for (int i = 0; i < resized.size(); i++) {
                views.writeCrop(resized.get(i), crop, inputs, i * views.length());
            }
            addLogProbabilities(means, rows(classifier.logits(inputs, images.size()), images.size()));
            if (augmentation.mirrored()) {
                views.mirror(inputs, images.size());
                addLogProbabilities(means, rows(classifier.logits(inputs, images.size()), images.size()));
            }
        }
        return means.stream().map(this::meanLogits).toList();
    }

    private List<float[]> rows(float[] flat, int count) {
        List<float[]> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            rows.add(java.util.Arrays.copyOfRange(flat, i * classifier.classes(), (i + 1) * classifier.classes()));
        }
        return rows;
    }

    /** Adds probabilities, all as logarithms so that small ones do not vanish. */
    private static void addLogProbabilities(List<double[]> sums, List<float[]> logits) {
        for (int i = 0; i < logits.size(); i++) {
            float[] row = logits.get(i);
            double normaliser = Double.NEGATIVE_INFINITY;
            for (float logit : row) {
                normaliser = logOfSum(normaliser, logit);
            }
            double[] sum = sums.get(i);
            for (int k = 0; k < row.length; k++) {
                sum[k] = logOfSum(sum[k], row[k] - normaliser);
            }
        }
    }

    private static double logOfSum(double a, double b) {
        double larger = Math.max(a, b);
        double smaller = Math.min(a, b);
        return smaller == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(smaller - larger));
    }

    private float[] meanLogits(double[] logOfSum) {
        float[] logits = new float[logOfSum.length];
        for (int k = 0; k < logits.length; k++) {
            logits[k] = (float) (logOfSum[k] - Math.log(augmentation.views()));
        }
        return logits;
    }

    @Override
    public void close() {
        classifier.close();
    }
}
