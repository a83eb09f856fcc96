/**
 * What an evaluation counts, in pieces that merge: every accumulator here gives the same result, bit for bit, however
 * the examples were split over workers and in whatever order the parts were put together.
 */
package io.resnetspark.model.metrics;
