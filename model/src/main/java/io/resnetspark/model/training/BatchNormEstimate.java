package io.resnetspark.model.training;

import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.layer.NormalisesByBatch;
import io.resnetspark.model.layer.ParameterSpec.Kind;
import io.resnetspark.model.program.BatchStatistics;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/**
 * Mean and variance of everything that each batch norm saw over many minibatches: what its running statistics only estimate,
 * with a bias to the newest minibatches and to weights that have changed since. Ioffe and Szegedy 2015, arXiv:1502.03167,
 * algorithm 2; He et al. 2015, arXiv:1512.03385, appendix A. Estimates of several workers add up.
 */
public final class BatchNormEstimate implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Map<String, Moments> byVertex = new LinkedHashMap<>();

    /**
     * Adds the minibatch that the network's newest forward pass in training mode saw. Batch norms that are frozen keep their
     * statistics.
     */
    public void add(ComputationGraph network) {
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.hasLayer()
                    && vertex.getLayer() instanceof NormalisesByBatch layer
                    && !(layer instanceof Freezable freezable && freezable.frozen())) {
                add(vertex.getVertexName(), layer.batchSamples(), layer.batchMean(), layer.batchVariance());
            }
        }
    }

    /** Adds what a vertex saw of a minibatch. */
    void add(String vertex, BatchStatistics statistics) {
        add(vertex, statistics.samples(), statistics.mean(), statistics.variance());
    }

    private void add(String vertex, long samples, float[] mean, float[] variance) {
        byVertex.computeIfAbsent(vertex, name -> new Moments(mean.length)).add(samples, mean, variance);
    }

    /** Adds what another worker saw. */
    public void add(BatchNormEstimate other) {
        other.byVertex.forEach(
                (vertex, moments) -> byVertex.computeIfAbsent(vertex, name -> new Moments(moments.mean.length))
                        .add(moments));
    }

    /** The parameters with these statistics in place of the running ones; variances are unbiased, as PyTorch keeps them. */
    public float[] replaceIn(float[] parameters, ParameterLayout layout) {
        float[] replaced = parameters.clone();
        for (ParameterLayout.Segment segment : layout.segments()) {
            Moments moments = byVertex.get(segment.vertex());
            if (moments == null || segment.kind().trainable()) {
                continue;
            }
            for (int channel = 0; channel < segment.length(); channel++) {
                replaced[segment.offset() + channel] = (float)
                        (segment.kind() == Kind.RUNNING_MEAN ? moments.mean[channel] : moments.variance(channel));
            }
        }
        return replaced;
    }

    /** Count, mean and sum of squared distances; merged as in Chan, Golub and LeVeque 1979. */
    private static final class Moments implements Serializable {

        private static final long serialVersionUID = 1L;

        private final double[] mean;
        private final double[] squares;
        private long count;

        Moments(int channels) {
            mean = new double[channels];
            squares = new double[channels];
        }

        void add(long samples, float[] batchMean, float[] batchVariance) {
            for (int c = 0; c < mean.length; c++) {
                merge(c, samples, batchMean[c], (double) batchVariance[c] * samples);
            }
            count += samples;
        }

        void add(Moments other) {
            for (int c = 0; c < mean.length; c++) {
                merge(c, other.count, other.mean[c], other.squares[c]);
            }
            count += other.count;
        }

        private void merge(int channel, long otherCount, double otherMean, double otherSquares) {
            double total = count + otherCount;
            double distance = otherMean - mean[channel];
            mean[channel] += distance * otherCount / total;
            squares[channel] += otherSquares + distance * distance * count * otherCount / total;
        }

        double variance(int channel) {
            return squares[channel] / Math.max(1, count - 1);
        }
    }
}
