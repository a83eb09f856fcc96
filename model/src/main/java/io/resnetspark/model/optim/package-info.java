/**
 * Optimisers and learning-rate schedules as data. An optimiser passes once over the flat parameter vector; schedules depend
 * on the progress of the whole training, never on a worker's own counter.
 */
package io.resnetspark.model.optim;
