package io.resnetspark.pipeline.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Mean and standard deviation over all pixels of all images together, in units of 0..1. Computed from exact integer sums,
 * so it does not depend on the order images are added up in.
 *
 * @param pixels number of pixels, each of which has every channel
 * @param mean per channel
 * @param std per channel, of the population (divided by the number of pixels)
 */
public record PixelStatistics(long pixels, List<Double> mean, List<Double> std) implements Serializable {

    public PixelStatistics {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /**
     * @param sums per channel, sum of samples 0..255
     * @param squareSums per channel, sum of squared samples
     */
    public static PixelStatistics of(long pixels, List<Long> sums, List<Long> squareSums) {
        List<Double> mean = sums.stream().map(sum -> sum / (255.0 * pixels)).toList();
        List<Double> std = new ArrayList<>();
        for (int channel = 0; channel < mean.size(); channel++) {
            double meanSquare = squareSums.get(channel) / (255.0 * 255.0 * pixels);
            std.add(Math.sqrt(Math.max(0, meanSquare - mean.get(channel) * mean.get(channel))));
        }
        return new PixelStatistics(pixels, mean, std);
    }
}
