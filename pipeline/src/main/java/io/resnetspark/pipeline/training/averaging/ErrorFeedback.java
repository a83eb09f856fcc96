package io.resnetspark.pipeline.training.averaging;

import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.pipeline.training.averaging.EncodedVector.Halves;
import io.resnetspark.pipeline.training.averaging.EncodedVector.Mixed;
import io.resnetspark.pipeline.training.averaging.EncodedVector.Singles;
import io.resnetspark.pipeline.training.averaging.SlicePlan.RunningStatistics;
import io.resnetspark.pipeline.training.averaging.SlicePlan.Slice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes how far a worker moved in 16 bits, and keeps what that lost for its next round, so that errors do not add up:
 * Seide, Fu, Droppo, Li and Yu 2014 (1-bit SGD), Karimireddy et al. 2019, arXiv:1901.09847.
 *
 * <p>Running statistics, and vectors that must not become negative, are sent as they are: little data, or data for which an
 * error is not just noise.
 */
public record ErrorFeedback(OptimizerConfig optimizer) implements Serializable {

    /** How precisely a round is sent. */
    enum Precision {
        /** In 16 bits; the error stays with the worker. */
        HALF,
        /** As it is, with the error of the rounds before: nothing is owed afterwards. */
        SETTLING
    }

    /**
     * @param start the vectors the round began with
     * @param now the worker's vectors after it; overwritten with what the encoding loses
     * @param owed what the rounds before lost; null if nothing
     */
    List<EncodedVector> encode(Slice slice, float[][] start, float[][] now, float[][] owed, Precision precision) {
        List<EncodedVector> encoded = new ArrayList<>();
        for (int v = 0; v < now.length; v++) {
            float[] moved = new float[slice.length()];
            for (int i = 0; i < moved.length; i++) {
                int at = slice.start() + i;
                double debt = owed == null ? 0 : owed[v][at];
                moved[i] = (float) ((double) now[v][at] - start[v][at] + debt);
            }
            EncodedVector sent = encode(slice, v, moved, precision);
            encoded.add(sent);
            float[] arriving = sent.decode();
            for (int i = 0; i < moved.length; i++) {
                now[v][slice.start() + i] = moved[i] - arriving[i];
            }
        }
        return encoded;
    }

    private EncodedVector encode(Slice slice, int vector, float[] moved, Precision precision) {
        if (precision == Precision.SETTLING || (vector > 0 && optimizer.neverNegative(vector - 1))) {
            return new Singles(moved);
        }
        return vector == 0 && !slice.statistics().isEmpty() ? Mixed.of(moved, ranges(slice)) : Halves.of(moved);
    }

    private static int[] ranges(Slice slice) {
        int[] ranges = new int[4 * slice.statistics().size()];
        int next = 0;
        for (RunningStatistics statistics : slice.statistics()) {
            for (int start : new int[] {statistics.mean(), statistics.variance()}) {
                ranges[next++] = start;
                ranges[next++] = start + statistics.channels();
            }
        }
        return ranges;
    }
}
