package io.resnetspark.pipeline.retrain;

/**
 * The frozen test split: that of one version of the dataset, whatever is added later.
 *
 * @param datasetId identity of the dataset
 * @param version of the dataset
 * @param images number of test images
 * @param fingerprint hash over the images with their labels, whatever their order
 */
public record TestSet(String datasetId, int version, long images, String fingerprint) {}
