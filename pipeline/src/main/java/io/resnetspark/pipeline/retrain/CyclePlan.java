package io.resnetspark.pipeline.retrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

    /** With batches as they are now, and those of before that are gone. */
    public CyclePlan with(List<IncomingBatch> now) {
        Map<String, IncomingBatch> all = new TreeMap<>();
        batches.forEach(batch -> all.put(batch.name(), batch));
        now.forEach(batch -> all.put(batch.name(), batch));
        return new CyclePlan(number, id, startedAt, new ArrayList<>(all.values()), released);
    }
}
