package io.resnetspark.pipeline.retrain.promotion;

import io.resnetspark.model.metrics.Interval;
import java.util.List;

/**
 * What one model scored on some images.
 *
 * @param model names it
 * @param examples number of images
 * @param top1 share recognised, 0..1
 * @param top1Ci95 Wilson interval
 * @param loss mean cross-entropy in nats
 * @param ece expected calibration error, 0..1
 * @param classes by class index
 */
public record ModelScores(
        String model,
        long examples,
        double top1,
        Interval top1Ci95,
        double loss,
        double ece,
        List<ClassScore> classes) {

    public ModelScores {
        classes = List.copyOf(classes);
    }

    /**
     * @param recall share of the class's images that were recognised; NaN without images
     * @param images of the class
     */
    public record ClassScore(String label, long images, double recall) {}
}
