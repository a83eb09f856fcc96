package io.resnetspark.model.metrics;

import java.io.Serializable;

/** Counts of examples, top-1 and top-5 hits, and the sum of the losses. */
public final class Accuracy implements Serializable {

    private static final long serialVersionUID = 1L;

    private long top1Hits;
    private long top5Hits;
    private final ExactSum loss = new ExactSum();

    public void add(ScoredExample example) {
        if (example.rank() < 1) {
            top1Hits++;
        }
        if (example.rank() < 5) {
            top5Hits++;
        }
        loss.add(example.loss());
    }

    public void merge(Accuracy other) {
        top1Hits += other.top1Hits;
        top5Hits += other.top5Hits;
        loss.merge(other.loss);
    }

    public long examples() {
        return loss.count();
    }

    public long top1Hits() {
        return top1Hits;
    }

    /** Share of examples whose true class has the largest logit; NaN without examples. */
    public double top1() {
        return (double) top1Hits / examples();
    }

    /** Share of examples whose true class is among the five largest logits; 1 with five classes or fewer. */
    public double top5() {
        return (double) top5Hits / examples();
    }

    public Interval top1Interval() {
        return Interval.wilson(top1Hits, examples());
    }

    /** Mean cross-entropy in nats; NaN without examples. */
    public double loss() {
        return loss.mean();
    }
}
