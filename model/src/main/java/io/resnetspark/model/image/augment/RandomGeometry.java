package io.resnetspark.model.image.augment;

import io.resnetspark.model.image.Box;

/** The random rectangles of training: where to crop and what to erase. */
public final class RandomGeometry {

    private static final int ATTEMPTS = 10;

    private RandomGeometry() {}

    /** A window of {@code size} pixels somewhere on an image with black around it; centred where it is the larger. */
    static Box paddedCrop(RandomStream random, int width, int height, int size, int padding) {
        return new Box(
                paddedOffset(random, width, size, padding), paddedOffset(random, height, size, padding), size, size);
    }

    private static int paddedOffset(RandomStream random, int side, int size, int padding) {
        int room = side + 2 * padding - size;
        return room < 0 ? -((size - side) / 2) : random.below(room + 1) - padding;
    }

    /** torchvision, transforms.py, {@code RandomResizedCrop.get_params}. */
    static Box resizedCrop(RandomStream random, int width, int height, Crop.RandomResized limits) {
        double area = (double) width * height;
        for (int i = 0; i < ATTEMPTS; i++) {
            double wanted = area * random.uniform(limits.minArea(), limits.maxArea());
            double aspect = logUniform(random, limits.minAspect(), limits.maxAspect());
            int w = (int) Math.rint(Math.sqrt(wanted * aspect));
            int h = (int) Math.rint(Math.sqrt(wanted / aspect));
            if (w > 0 && w <= width && h > 0 && h <= height) {
                return new Box(random.below(width - w + 1), random.below(height - h + 1), w, h);
            }
        }
        double aspect = (double) width / height;
        int w = width;
        int h = height;
        if (aspect < limits.minAspect()) {
            h = Math.max(1, Math.min(height, (int) Math.rint(width / limits.minAspect())));
        } else if (aspect > limits.maxAspect()) {
            w = Math.max(1, Math.min(width, (int) Math.rint(height * limits.maxAspect())));
        }
        return new Box((width - w) / 2, (height - h) / 2, w, h);
    }

    /** torchvision, transforms.py, {@code RandomErasing}: an empty box where nothing is erased. */
    static Box erased(RandomStream random, int size, RandomErasing limits) {
        Box nothing = new Box(0, 0, 0, 0);
        if (limits.probability() == 0 || !random.withProbability(limits.probability())) {
            return nothing;
        }
        double area = (double) size * size;
        for (int i = 0; i < ATTEMPTS; i++) {
            double wanted = area * random.uniform(limits.minArea(), limits.maxArea());
            double aspect = logUniform(random, limits.minAspect(), limits.maxAspect());
            int h = (int) Math.rint(Math.sqrt(wanted * aspect));
            int w = (int) Math.rint(Math.sqrt(wanted / aspect));
            if (w < size && h < size) {
                return new Box(random.below(size - w + 1), random.below(size - h + 1), w, h);
            }
        }
        return nothing;
    }

    /** cutmix: a box of about {@code (1 - own)} of the area around a uniform centre, cut at the borders. */
    public static Box pasted(RandomStream random, int size, double own) {
        int centreX = random.below(size);
        int centreY = random.below(size);
        int half = (int) (0.5 * Math.sqrt(1 - own) * size);
        return new Box(centreX - half, centreY - half, 2 * half, 2 * half).intersection(new Box(0, 0, size, size));
    }

    private static double logUniform(RandomStream random, double low, double high) {
        return Math.exp(random.uniform(Math.log(low), Math.log(high)));
    }
}
