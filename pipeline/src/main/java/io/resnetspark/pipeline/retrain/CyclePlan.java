package io.resnetspark.pipeline.retrain;

import java.util.List;

/**
 * What a cycle is about, fixed when it begins: a run that continues it works on the same batches.
 *
 * @param number from 1
 * @param id names the cycle and no other
 * @param startedAt ISO-8601 instant
 * @param batches new or changed ones
 * @param released dataset versions that were quarantined and are let in
 */
public record CyclePlan(int number, String id, String startedAt, List<IncomingBatch> batches, List<Integer> released) {

    public CyclePlan {
        batches = List.copyOf(batches);
        released = List.copyOf(released);
    }
}
