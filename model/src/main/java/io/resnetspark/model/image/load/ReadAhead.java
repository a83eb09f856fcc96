package io.resnetspark.model.image.load;

import java.io.Serializable;

/**
 * How far, and with how many threads, batches are prepared before they are asked for. The result of a run does not depend
 * on either.
 *
 * @param threads each prepares whole batches, at least 1
 * @param batches prepared and waiting at most, besides the one in use; at least 1. Each takes
 *     {@code 4 * batchSize * inputSize² * channels} bytes outside the heap.
 */
public record ReadAhead(int threads, int batches) implements Serializable {

    public ReadAhead {
        if (threads < 1 || batches < 1) {
            throw new IllegalArgumentException(
                    "Read-ahead needs at least 1 thread and 1 batch, not %d and %d".formatted(threads, batches));
        }
    }

    /** One thread, two batches. */
    public static ReadAhead standard() {
        return new ReadAhead(1, 2);
    }
}
