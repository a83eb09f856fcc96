package io.resnetspark.pipeline.inference;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A network opened in one task, with its input pipeline and buffers. Not thread-safe. */
public final class BatchClassifier implements AutoCloseable {

    private final Classifier classifier;
    private final String description;
    private final Views views;
    private final TestTimeAugmentation augmentation;
    private final int batchSize;
    private final float[] inputs;

    /** @param batchSize images per call of the network, at least 1 */
    public BatchClassifier(ClassifierSource source, TestTimeAugmentation augmentation, int batchSize) {
        this.classifier = source.open();
        this.description = source.description();
        this.views = new Views(source.preprocessing());
        this.augmentation = augmentation;
        this.batchSize = batchSize;
        this.inputs = new float[Math.multiplyExact(batchSize, views.length())];
    }

    public int batchSize() {
        return batchSize;
    }

    /**
     * What the network says about one image.
     *
     * @param logits one per class; with several views, the logarithm of their mean probabilities
     * @param embedding what the head reads; with several views, their mean
     */
    @SuppressWarnings("ArrayRecordComponent") // taken apart, never compared
    public record NetworkOutput(float[] logits, float[] embedding) {}

    /**
     * Classifies images of any size.
     *
     * @param images at most {@link #batchSize}
     * @throws BadDataException if the network's output is not finite
     */
    public List<NetworkOutput> classify(List<Image> images) {
        List<NetworkOutput> outputs = augmentation == TestTimeAugmentation.NONE ? single(images) : averaged(images);
        for (NetworkOutput output : outputs) {
            for (float logit : output.logits()) {
                if (!Float.isFinite(logit)) {
                    throw new BadDataException(
                            "%s outputs %s; its weights are damaged, or trained with another normalisation"
                                    .formatted(description, logit));
                }
            }
        }
        return outputs;
    }

    private List<NetworkOutput> single(List<Image> images) {
        for (int i = 0; i < images.size(); i++) {
            views.writeCentre(images.get(i), inputs, i * views.length());
        }
        return classifyInputs(images.size());
    }

    private List<NetworkOutput> averaged(List<Image> images) {
        List<Image> resized = images.stream().map(views::resized).toList();
        List<ViewMean> means = images.stream()
                .map(image -> new ViewMean(classifier.classes(), classifier.embeddingLength()))
                .toList();
        for (int crop = 0; crop < augmentation.crops(); crop++) {
            for (int i = 0; i < resized.size(); i++) {
                views.writeCrop(resized.get(i), crop, inputs, i * views.length());
            }
            addView(means);
            if (augmentation.mirrored()) {
                views.mirror(inputs, images.size());
                addView(means);
            }
        }
        return means.stream().map(ViewMean::output).toList();
    }

    private void addView(List<ViewMean> means) {
        List<NetworkOutput> outputs = classifyInputs(means.size());
        for (int i = 0; i < outputs.size(); i++) {
            means.get(i).add(outputs.get(i));
        }
    }

    private List<NetworkOutput> classifyInputs(int count) {
        Classifier.Outputs flat = classifier.classify(inputs, count);
        List<NetworkOutput> outputs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            outputs.add(new NetworkOutput(
                    row(flat.logits(), i, classifier.classes()),
                    row(flat.embeddings(), i, classifier.embeddingLength())));
        }
        return outputs;
    }

    private static float[] row(float[] flat, int index, int length) {
        return Arrays.copyOfRange(flat, index * length, (index + 1) * length);
    }

    @Override
    public void close() {
        classifier.close();
    }
}
