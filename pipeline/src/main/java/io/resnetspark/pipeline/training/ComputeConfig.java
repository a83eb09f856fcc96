package io.resnetspark.pipeline.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;

/**
 * What workers compute with.
 *
 * @param precision what is computed in
 * @param threadsPerWorker compute threads of each worker; 0 shares the cores of an executor among its tasks
 */
@RecordBuilder
public record ComputeConfig(Precision precision, int threadsPerWorker)
        implements ComputeConfigBuilder.With, Serializable {

    public ComputeConfig {
        AtLeast.check("threads-per-worker", threadsPerWorker, 0);
    }
}
