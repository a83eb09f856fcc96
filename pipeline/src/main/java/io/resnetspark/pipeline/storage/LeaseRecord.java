package io.resnetspark.pipeline.storage;

import java.time.Instant;

/**
 * The file of one lease.
 *
 * @param token its number; a later lease has a larger one
 * @param holder who holds it
 * @param renewedAt ISO-8601 instant of the last renewal
 * @param expiresAt ISO-8601 instant from which anybody may take over
 * @param released whether the holder gave it back
 */
record LeaseRecord(long token, LeaseHolder holder, String renewedAt, String expiresAt, boolean released) {

    boolean isFree(Instant now) {
        return released || !now.isBefore(Instant.parse(expiresAt)) || holder.hasEnded();
    }
}
