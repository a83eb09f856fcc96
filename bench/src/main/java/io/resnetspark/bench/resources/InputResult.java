package io.resnetspark.bench.resources;

/**
 * How long a trainer stood still for want of images.
 *
 * @param storage raw pixels, or JPEG files that are decoded at every reading
 * @param waitShare part of the training time, 0 to 1
 * @param prepareMillisPerImage what reading, decoding and augmenting cost the thread that does it
 */
public record InputResult(
        String network,
        int batchSize,
        String storage,
        long images,
        double imagesPerSecond,
        double waitShare,
        double prepareMillisPerImage) {}
