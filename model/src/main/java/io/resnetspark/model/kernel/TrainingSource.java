package io.resnetspark.model.kernel;

import io.resnetspark.model.program.ImageShape;

/** A network that can be had as straight-line code for training; the code differs once layers are frozen. */
public interface TrainingSource {

    /** Length of the flat parameter vector. */
    int parameters();

    /**
     * The code as the network is now.
     *
     * @param image shape of one image; features are images of one pixel
     * @throws IllegalArgumentException if the network takes no such images
     */
    TrainingNetwork code(ImageShape image);
}
