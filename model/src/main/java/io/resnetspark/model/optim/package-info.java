/**
 * Optimisers and learning-rate schedules as data. A rule decides the numbers of a step; they are applied in one pass over the
 * flat parameter vector, in the memory of Java or of a device. Schedules depend on the progress of the whole training, never
 * on a worker's own counter.
 */
package io.resnetspark.model.optim;
