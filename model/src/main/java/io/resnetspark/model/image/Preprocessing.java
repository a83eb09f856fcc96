package io.resnetspark.model.image;

import java.io.Serializable;
import java.util.List;

/**
 * How a decoded image becomes a network's input when nothing is random (evaluation, prediction). It travels with the
 * weights.
 *
 * @param channels 1 (grey) or 3 (RGB)
 * @param resizeShorterSide shorter side in pixels after an antialiased resize, or 0 to leave the size alone
 * @param inputSize height and width in pixels of the centre crop, at least 1
 * @param mean per-channel mean in units of 0..1, one value per channel
 * @param std per-channel standard deviation in units of 0..1, positive, one value per channel
 * @param filter of the resize; bilinear where none is given, as in models saved before there was a choice
 */
public record Preprocessing(
        int channels, int resizeShorterSide, int inputSize, List<Float> mean, List<Float> std, ResampleFilter filter)
        implements Serializable {

    /** torchvision's statistics of ImageNet, RGB order (torchvision/transforms/_presets.py). */
    public static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);

    public static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

    public Preprocessing {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 1 or 3, not " + channels);
        }
        if (resizeShorterSide < 0 || inputSize < 1) {
            throw new IllegalArgumentException("sizes must be positive: resizeShorterSide %d, inputSize %d"
                    .formatted(resizeShorterSide, inputSize));
        }
        filter = filter == null ? ResampleFilter.BILINEAR : filter;
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != channels || std.size() != channels) {
            throw new IllegalArgumentException(
                    "mean %s and std %s must have one value per channel (%d)".formatted(mean, std, channels));
        }
        if (std.stream().anyMatch(value -> !(value > 0))) {
            throw new IllegalArgumentException("std must be positive: " + std);
        }
    }

    /** With a bilinear resize. */
    public Preprocessing(int channels, int resizeShorterSide, int inputSize, List<Float> mean, List<Float> std) {
        this(channels, resizeShorterSide, inputSize, mean, std, ResampleFilter.BILINEAR);
    }

    /**
     * The shorter side that goes with a crop of {@code inputSize} pixels: torchvision's proportion of 256 to 224 for
     * photographs; small images are used whole.
     */
    public static int shorterSideFor(int inputSize) {
        return inputSize <= 64 ? inputSize : inputSize * 256 / 224;
    }

    /** torchvision's evaluation transform: shorter side 256, centre crop 224, ImageNet statistics. */
    public static Preprocessing imageNet() {
        return new Preprocessing(3, 256, 224, IMAGENET_MEAN, IMAGENET_STD);
    }
}
