package io.resnetspark.pipeline.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;

/**
 * Where a training is kept, and how much of it.
 *
 * @param output directory of the run
 * @param checkpointEveryEpochs epochs between checkpoints, at least 1
 * @param keepCheckpoints newest checkpoints kept besides the best one, at least 1
 */
@RecordBuilder
public record RunConfig(String output, int checkpointEveryEpochs, int keepCheckpoints)
        implements RunConfigBuilder.With, Serializable {

    public RunConfig {
        AtLeast.check("checkpoint-every-epochs", checkpointEveryEpochs, 1);
        AtLeast.check("keep-checkpoints", keepCheckpoints, 1);
    }
}
