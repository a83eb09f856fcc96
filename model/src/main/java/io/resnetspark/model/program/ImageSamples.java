package io.resnetspark.model.program;

/**
 * How images of unsigned bytes become a network's input: what a {@link io.resnetspark.model.image.load.BatchLoader} leaves for a
 * device tells the rest.
 *
 * @param image shape of one
 * @param table what samples are for the network: 256 values for each channel
 * @param coloured whether colours may change
 */
@SuppressWarnings("ArrayRecordComponent") // taken apart, never compared
public record ImageSamples(ImageShape image, float[] table, boolean coloured) {}
