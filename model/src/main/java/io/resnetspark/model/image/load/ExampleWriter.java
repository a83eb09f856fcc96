package io.resnetspark.model.image.load;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.image.Image;
import io.resnetspark.model.image.augment.ImageTransform;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectedImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Locale;

/** Fills one batch: reads, decodes, transforms, mixes and labels its examples. Not thread-safe: one per thread. */
public final class ExampleWriter {

    private final BatchRecipe recipe;
    private final ImageDecoder decoder;
    private final ImageTransform augmented;
    private final ImageTransform flipped;
    private final float[] input;
    private final byte[] samples;
    private final ImageRecord record;
    private final float[] targets;
    private final ImageMixer mixer;
    private long[] ids = new long[0];
    private float[] weights = new float[0];

    ExampleWriter(BatchRecipe recipe) {
        this.recipe = recipe;
        this.decoder = new ImageDecoder(recipe.limits(), recipe.preprocessing().channels());
        this.augmented = new ImageTransform(recipe.preprocessing(), recipe.augmentation(), recipe.seed());
        this.flipped =
                new ImageTransform(recipe.preprocessing(), recipe.augmentation().flipsOnly(), recipe.seed());
        this.input = new float[augmented.length()];
        this.samples = new byte[augmented.length()];
        this.record = new ImageRecord(augmented.length());
        this.targets = new float[recipe.classes()];
        this.mixer = new ImageMixer(recipe);
    }

    /**
     * @param indices examples of the source, in order
     * @param features receives {@code [indices.length, inputSize, inputSize, channels]} from 0 on, unless it is empty
     * @param bytes receives an {@link ImageRecord} for each, unless it is empty; one of the two is
     * @param rows receives {@code [indices.length, classes]} from 0 on
     * @param labels receives {@code [indices.length]}
     */
    void write(
            ExampleSource source,
            int[] indices,
            long epoch,
            FloatBuffer features,
            ByteBuffer bytes,
            FloatBuffer rows,
            int[] labels) {
        if (ids.length < indices.length) {
            ids = new long[indices.length];
            weights = new float[indices.length];
        }
        boolean flipsOnly = epoch >= recipe.flipsOnlyFrom();
        ImageTransform transform = flipsOnly ? flipped : augmented;
        for (int i = 0; i < indices.length; i++) {
            int index = indices[i];
            try {
                StoredImage stored = source.read(index);
                ids[i] = stored.id();
                labels[i] = stored.label();
                weights[i] = source.weight(index);
                if (bytes.capacity() > 0) {
                    transform.applySamples(decoded(stored), epoch, stored.id(), samples, 0);
                    record.writeSamples(bytes, i, samples);
                } else {
                    transform.apply(decoded(stored), epoch, stored.id(), input, 0);
                    features.put(i * input.length, input);
                }
            } catch (RejectedImageException e) {
                throw new BadDataException(
                        "Cannot decode %s: %s (%s). Run `prepare` again to sort out damaged images"
                                .formatted(
                                        source.describe(index),
                                        e.getMessage(),
                                        e.reason().name().toLowerCase(Locale.ROOT)),
                        e);
            } catch (IOException e) {
                throw new BadDataException(
                        "Cannot read %s: %s. Check that the dataset is complete and reachable"
                                .formatted(source.describe(index), e.getMessage()),
                        e);
            } catch (RuntimeException e) {
                throw new IllegalStateException("Cannot prepare %s: %s".formatted(source.describe(index), e), e);
            }
            requireLabel(labels[i], source, index);
        }
        boolean mixes = recipe.augmentation().mixes() && !flipsOnly;
        if (mixes && bytes.capacity() == 0) {
            mixer.mix(features, rows, labels, weights, ids, indices.length, epoch);
            return;
        }
        for (int i = 0; i < indices.length; i++) {
            int partner = mixes ? ImageMixer.partner(i, indices.length) : i;
            ImageMixer.Mix mix = ImageMixer.Mix.NONE;
            if (mixes) {
                mix = mixer.mixTarget(rows, i, labels, weights, partner, ids[i], epoch);
            } else {
                writeTarget(rows, i, labels[i]);
            }
            if (bytes.capacity() > 0) {
                record.writeEdits(
                        bytes,
                        i,
                        new ImageRecord.Edits(
                                transform.colours(epoch, ids[i]), transform.erased(epoch, ids[i]), mix, partner));
            }
        }
    }

    private void writeTarget(FloatBuffer rows, int i, int label) {
        SoftTarget.write(
                targets, label, weights[i], label, 0, recipe.augmentation().labelSmoothing());
        rows.put(i * targets.length, targets);
    }

    private void requireLabel(int label, ExampleSource source, int index) {
        if (label != StoredImage.UNLABELLED && (label < 0 || label >= recipe.classes())) {
            throw new BadDataException("%s has label %d, but the network has %d classes. Check the number of classes"
                    .formatted(source.describe(index), label, recipe.classes()));
        }
    }

    private Image decoded(StoredImage stored) throws RejectedImageException {
        if (stored.content() instanceof StoredImage.Content.Raw raw) {
            return new Image(raw.width(), raw.height(), raw.channels(), stored.bytes())
                    .withChannels(recipe.preprocessing().channels());
        }
        return decoder.decode(stored.bytes());
    }
}
