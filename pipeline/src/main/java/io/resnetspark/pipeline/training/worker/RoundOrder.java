package io.resnetspark.pipeline.training.worker;

import java.io.Serializable;

/**
 * What every worker does in one averaging round.
 *
 * @param round number of the round, from 0
 * @param epoch from 0
 * @param firstStep first step of the epoch to train
 * @param steps number of steps
 * @param globalStep steps of the whole training done before
 */
public record RoundOrder(int round, int epoch, int firstStep, int steps, long globalStep) implements Serializable {}
