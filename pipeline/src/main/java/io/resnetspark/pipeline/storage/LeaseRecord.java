package io.resnetspark.pipeline.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    static LeaseRecord parse(byte[] bytes) {
        try {
            return JSON.readValue(bytes, LeaseRecord.class);
        } catch (IOException e) {
            throw new UncheckedIOException("The file of a lease is damaged: " + e.getMessage(), e);
        }
    }

    byte[] format() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (IOException e) {
            throw new UncheckedIOException("A lease is plain data", e);
        }
    }

    boolean isFree(Instant now) {
        return released || !now.isBefore(Instant.parse(expiresAt)) || holder.hasEnded();
    }
}
