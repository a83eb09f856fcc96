package io.resnetspark.model.image;

/**
 * Resizing and cropping as torchvision does them on Pillow images: with antialiasing, bit for bit Pillow's {@code resize};
 * bilinear unless a filter is named. Every method returns the image it was given where nothing changes.
 */
public final class Resizer {

    private Resizer() {}

    /** The whole image at exactly this size, whatever its aspect ratio. */
    public static Image resize(Image image, int width, int height) {
        return resize(image, width, height, ResampleFilter.BILINEAR);
    }

    private static Image resize(Image image, int width, int height, ResampleFilter filter) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("Cannot resize to %d x %d pixels".formatted(width, height));
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), image.channels())];
        new Resampler(filter)
                .resample(
                        image.pixels(),
                        image.width(),
                        image.channels(),
                        Box.of(image),
                        width,
                        height,
                        new Box(0, 0, width, height),
                        out);
        return new Image(width, height, image.channels(), out);
    }

    /**
     * The image scaled, keeping its aspect ratio, so that its shorter side has this many pixels and the longer one
     * {@code floor(pixels * longer / shorter)} (torchvision, functional.py, {@code _compute_resized_output_size}).
     */
    public static Image shorterSide(Image image, int pixels) {
        return shorterSide(image, pixels, ResampleFilter.BILINEAR);
    }

    /** As {@link #shorterSide(Image, int)} with a filter of choice. */
    public static Image shorterSide(Image image, int pixels, ResampleFilter filter) {
        return resize(
                image,
                scaledSide(image.width(), image.height(), pixels),
                scaledSide(image.height(), image.width(), pixels),
                filter);
    }

    /**
     * A square from the middle. Offsets are {@code round((side - size) / 2)} with halves to the even neighbour; an image
     * that is too small is first padded with black on both sides (torchvision, {@code center_crop}).
     */
    public static Image centreCrop(Image image, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("Cannot crop to %d pixels".formatted(size));
        }
        if (image.width() == size && image.height() == size) {
            return image;
        }
        Box window = centreWindow(image.width(), image.height(), size);
        Box seen = window.intersection(Box.of(image));
        int channels = image.channels();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(size, size), channels)];
        for (int y = seen.y(); y < seen.bottom(); y++) {
            int from = (y * image.width() + seen.x()) * channels;
            int to = ((y - window.y()) * size + seen.x() - window.x()) * channels;
            System.arraycopy(image.pixels(), from, out, to, seen.width() * channels);
        }
        return new Image(size, size, channels, out);
    }

    /** What one side becomes when the shorter of the two becomes {@code pixels} long. */
    public static int scaledSide(int side, int otherSide, int pixels) {
        if (pixels < 1) {
            throw new IllegalArgumentException("Cannot resize to %d pixels".formatted(pixels));
        }
        return side <= otherSide ? pixels : Math.toIntExact((long) pixels * side / otherSide);
    }

    public static Box centreWindow(int width, int height, int size) {
        return new Box(centreOffset(width, size), centreOffset(height, size), size, size);
    }

    private static int centreOffset(int side, int size) {
        return side < size ? -((size - side) / 2) : (int) Math.rint((side - size) / 2.0);
    }
}
