package io.resnetspark.model.program;

/**
 * What a batch norm saw of a minibatch.
 *
 * @param runningMean which one: where its running mean lies
 * @param samples values of each channel
 * @param mean of each channel
 * @param variance of each channel, the mean squared distance from the mean
 */
@SuppressWarnings("ArrayRecordComponent") // compared with nothing
public record BatchStatistics(ParameterSlice runningMean, long samples, float[] mean, float[] variance) {}
