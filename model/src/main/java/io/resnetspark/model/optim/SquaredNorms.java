package io.resnetspark.model.optim;

import io.resnetspark.model.ParameterLayout;
import java.util.List;

/** Squared L2 norms of parameters and of their gradients, computed where those lie, by who needs them. */
public interface SquaredNorms {

    /** Of each parameter. */
    double[] parameters(List<ParameterLayout.Segment> segments);

    /**
     * Of each parameter's gradient, every value multiplied by {@code scale} first.
     *
     * @param scale positive
     */
    double[] gradients(List<ParameterLayout.Segment> segments, float scale);
}
