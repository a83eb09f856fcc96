package io.resnetspark.bench.spark;

import picocli.CommandLine.Option;

/** {@code --small-images} and {@code --batch-size} of benchmarks that train on drawn images. */
public final class TrainingSizeOption {

    @Option(
            names = "--small-images",
            paramLabel = "N",
            defaultValue = "12800",
            description = "Images of 32 x 32 pixels that are drawn. Default: ${DEFAULT-VALUE}.")
    private int smallImages;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Default: 128 for images of 32 x 32 pixels, 16 for larger ones.")
    private Integer batchSize;

    /** How many images of 32 x 32 pixels are drawn. */
    public int smallImages() {
        return smallImages;
    }

    /** Images of a minibatch, for inputs of so many pixels in height and width. */
    public int batchSize(int inputSize) {
        if (batchSize != null) {
            return batchSize;
        }
        return inputSize == 32 ? 128 : 16;
    }
}
