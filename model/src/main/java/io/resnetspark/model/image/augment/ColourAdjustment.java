package io.resnetspark.model.image.augment;

import io.resnetspark.model.image.Image;
import java.util.ArrayList;
import java.util.List;

/**
 * Brightness, contrast, saturation and hue on 8-bit images in place, as torchvision's functions do on Pillow images
 * (libImaging/Blend.c and Convert.c), rounding included.
 */
public final class ColourAdjustment {

    private ColourAdjustment() {}

    /** What is changed; the order is that of {@code kernels.cu}. */
    public enum Kind {
        BRIGHTNESS,
        CONTRAST,
        SATURATION,
        HUE
    }

    /**
     * One change of an image's colours.
     *
     * @param factor 0 to take all of it away, 1 to leave it; of the hue, its turn in 1/256 of the circle
     */
    public record Change(Kind kind, float factor) {}

    /** Draws order and factors of an image's changes. */
    static List<Change> drawn(ColourJitter jitter, RandomStream random, int channels) {
        float brightness = factor(random, jitter.brightness());
        float contrast = factor(random, jitter.contrast());
        float saturation = factor(random, jitter.saturation());
        double hue = random.uniform(-jitter.hue(), jitter.hue());
        int[] order = {0, 1, 2, 3};
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.below(i + 1);
            int step = order[i];
            order[i] = order[other];
            order[other] = step;
        }
        List<Change> changes = new ArrayList<>();
        for (int step : order) {
            if (step == 0 && jitter.brightness() > 0) {
                changes.add(new Change(Kind.BRIGHTNESS, brightness));
            } else if (step == 1 && jitter.contrast() > 0) {
                changes.add(new Change(Kind.CONTRAST, contrast));
            } else if (step == 2 && jitter.saturation() > 0 && channels == 3) {
                changes.add(new Change(Kind.SATURATION, saturation));
            } else if (step == 3 && jitter.hue() > 0 && channels == 3) {
                changes.add(new Change(Kind.HUE, shift(hue)));
            }
        }
        return changes;
    }

    /** Changes {@code count} pixels. */
    static void apply(List<Change> changes, byte[] pixels, int count, int channels) {
        for (Change change : changes) {
            switch (change.kind()) {
                case BRIGHTNESS -> brightness(pixels, count, channels, change.factor());
                case CONTRAST -> contrast(pixels, count, channels, change.factor());
                case SATURATION -> saturation(pixels, count, change.factor());
                case HUE -> turnHue(pixels, count, (int) change.factor());
            }
        }
    }

    private static float factor(RandomStream random, double strength) {
        return (float) random.uniform(Math.max(0, 1 - strength), 1 + strength);
    }

    /** 0 is black, 1 the image. */
    static void brightness(byte[] pixels, int count, int channels, float factor) {
        blendWithGrey(pixels, count * channels, 0, factor);
    }

    /** 0 is the image's mean luma everywhere, 1 the image. */
    static void contrast(byte[] pixels, int count, int channels, float factor) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += channels == 1 ? pixels[i] & 0xFF : luma(pixels, 3 * i);
        }
        blendWithGrey(pixels, count * channels, (int) ((double) sum / count + 0.5), factor);
    }

    /** 0 is grey, 1 the image. RGB only. */
    static void saturation(byte[] pixels, int count, float factor) {
        for (int i = 0; i < 3 * count; i += 3) {
            int grey = luma(pixels, i);
            for (int c = 0; c < 3; c++) {
                pixels[i + c] = blend(grey, pixels[i + c] & 0xFF, factor);
            }
        }
    }

    /** Turns the hue by this part of the circle, in 1/256 steps. RGB only. */
    static void hue(byte[] pixels, int count, double turns) {
        turnHue(pixels, count, shift(turns));
    }

    private static int shift(double turns) {
        return (int) (turns * 255) & 0xFF;
    }

    private static void turnHue(byte[] pixels, int count, int shift) {
        for (int i = 0; i < 3 * count; i += 3) {
            turnHueAt(pixels, i, shift);
        }
    }

    private static int luma(byte[] pixels, int at) {
        return Image.luma(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
    }

    private static void blendWithGrey(byte[] pixels, int length, int grey, float factor) {
        byte[] table = new byte[256];
        for (int value = 0; value < 256; value++) {
            table[value] = blend(grey, value, factor);
        }
        for (int i = 0; i < length; i++) {
            pixels[i] = table[pixels[i] & 0xFF];
        }
    }

    private static byte blend(int from, int to, float factor) {
        return (byte) Math.max(0, Math.min(255, (int) (from + factor * (to - from))));
    }

    /** To 8-bit hue, saturation and value, and back with the hue shifted. */
    private static void turnHueAt(byte[] pixels, int at, int shift) {
        int red = pixels[at] & 0xFF;
        int green = pixels[at + 1] & 0xFF;
        int blue = pixels[at + 2] & 0xFF;
        int value = Math.max(red, Math.max(green, blue));
        int least = Math.min(red, Math.min(green, blue));
        int hue = 0;
        int saturation = 0;
        if (value != least) {
            float range = value - least;
            float redPart = (value - red) / range;
            float greenPart = (value - green) / range;
            float bluePart = (value - blue) / range;
            float sixths = red == value
                    ? bluePart - greenPart
                    : green == value ? (float) (2.0 + redPart - bluePart) : (float) (4.0 + greenPart - redPart);
            hue = (int) ((float) ((sixths / 6.0 + 1.0) % 1.0) * 255.0);
            saturation = (int) (range / value * 255.0);
        }
        if (saturation == 0) {
            pixels[at] = (byte) value;
            pixels[at + 1] = (byte) value;
            pixels[at + 2] = (byte) value;
            return;
        }
        double sector = ((hue + shift) & 0xFF) * 6.0 / 255.0;
        int whole = (int) sector;
        float part = (float) (sector - whole);
        float strength = (float) (saturation / 255.0);
        byte low = rounded(value * (1.0 - strength));
        byte falling = rounded(value * (1.0 - strength * part));
        byte rising = rounded(value * (1.0 - strength * (1.0 - part)));
        byte high = (byte) value;
        switch (whole % 6) {
            case 0 -> put(pixels, at, high, rising, low);
            case 1 -> put(pixels, at, falling, high, low);
            case 2 -> put(pixels, at, low, high, rising);
            case 3 -> put(pixels, at, low, falling, high);
            case 4 -> put(pixels, at, rising, low, high);
            default -> put(pixels, at, high, low, falling);
        }
    }

    private static void put(byte[] pixels, int at, byte red, byte green, byte blue) {
        pixels[at] = red;
        pixels[at + 1] = green;
        pixels[at + 2] = blue;
    }

    private static byte rounded(double value) {
        return (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
}
