/**
 * What an evaluation counts, in pieces that merge: every accumulator here gives the same result, bit for bit, however
 * the examples were split over workers and in whatever order the parts were put together.
 */
@NullMarked
package io.resnetspark.model.metrics;

import org.jspecify.annotations.NullMarked;
