package io.resnetspark.pipeline.inference;

import io.resnetspark.pipeline.inference.BatchClassifier.NetworkOutput;
import java.util.Arrays;

/** Averages what a network says about several views of one image: probabilities and embeddings. */
final class ViewMean {

    /** Logarithms, so that small probabilities do not vanish. */
    private final double[] logOfProbabilitySums;

    private final double[] embeddingSums;
    private int views;

    ViewMean(int classes, int embeddingLength) {
        this.logOfProbabilitySums = new double[classes];
        Arrays.fill(logOfProbabilitySums, Double.NEGATIVE_INFINITY);
        this.embeddingSums = new double[embeddingLength];
    }

    void add(NetworkOutput view) {
        double normaliser = Double.NEGATIVE_INFINITY;
        for (float logit : view.logits()) {
            normaliser = logOfSum(normaliser, logit);
        }
        for (int k = 0; k < logOfProbabilitySums.length; k++) {
            logOfProbabilitySums[k] = logOfSum(logOfProbabilitySums[k], view.logits()[k] - normaliser);
        }
        for (int k = 0; k < embeddingSums.length; k++) {
            embeddingSums[k] += view.embedding()[k];
        }
        views++;
    }

    NetworkOutput output() {
        float[] logits = new float[logOfProbabilitySums.length];
        for (int k = 0; k < logits.length; k++) {
            logits[k] = (float) (logOfProbabilitySums[k] - Math.log(views));
        }
        float[] embedding = new float[embeddingSums.length];
        for (int k = 0; k < embedding.length; k++) {
            embedding[k] = (float) (embeddingSums[k] / views);
        }
        return new NetworkOutput(logits, embedding);
    }

    private static double logOfSum(double a, double b) {
        double larger = Math.max(a, b);
        double smaller = Math.min(a, b);
        return smaller == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(smaller - larger));
    }
}
