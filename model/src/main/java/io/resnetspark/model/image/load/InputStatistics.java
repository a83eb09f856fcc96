package io.resnetspark.model.image.load;

/**
 * What one pass over batches cost.
 *
 * @param batches handed out
 * @param examples handed out
 * @param waitNanos time the consumer stood still because no batch was ready
 * @param prepareNanos time all threads together spent on reading, decoding, augmenting and writing, of batches already
 *     finished
 */
public record InputStatistics(long batches, long examples, long waitNanos, long prepareNanos) {}
