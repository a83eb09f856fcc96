package io.resnetspark.model.image.decode;

import io.resnetspark.model.image.Image;

/**
 * The EXIF orientation tag (0x0112): found in a TIFF-structured block and undone on the pixels.
 *
 * <p>Values (EXIF 2.32, section 4.6.4): 1 upright, 2 mirrored, 3 turned by 180°, 4 flipped, 5 transposed, 6 to be turned
 * 90° clockwise, 7 transversed, 8 to be turned 90° counter-clockwise. A missing, damaged or unknown value means upright,
 * as in Pillow's {@code exif_transpose}: an image is never refused for its EXIF block.
 */
public final class ExifOrientation {

    static final int ORIENTATION_TAG = 0x0112;
    private static final int ENTRY_BYTES = 12;

    private ExifOrientation() {}

    /** The orientation stated by the TIFF header that starts at this offset: 1..8, 1 when none can be read. */
    static int parse(byte[] file, int tiffStart) {
        Bytes order = new Bytes(file, true);
        boolean bigEndian = order.hasTag(tiffStart, "MM");
        if (!bigEndian && !order.hasTag(tiffStart, "II")) {
            return ImageHeader.UPRIGHT;
        }
        Bytes bytes = new Bytes(file, bigEndian);
        try {
            long directory = tiffStart + bytes.u32(tiffStart + 4);
            if (directory > file.length) {
                return ImageHeader.UPRIGHT;
            }
            int entries = bytes.u16((int) directory);
            for (int i = 0; i < entries; i++) {
                int entry = (int) directory + 2 + ENTRY_BYTES * i;
                if (bytes.u16(entry) == ORIENTATION_TAG) {
                    return orUpright(bytes.u16(entry + 8));
                }
            }
        } catch (RejectedImageException endOfBlock) {
            return ImageHeader.UPRIGHT;
        }
        return ImageHeader.UPRIGHT;
    }

    static int orUpright(int stated) {
        return stated >= 1 && stated <= 8 ? stated : ImageHeader.UPRIGHT;
    }

    /** The image as it is meant to be seen; the same instance when it already is upright. */
    static Image apply(Image image, int orientation) {
        if (orientation == ImageHeader.UPRIGHT) {
            return image;
        }
        boolean transposed = orientation >= 5;
        int width = transposed ? image.height() : image.width();
        int height = transposed ? image.width() : image.height();
        int channels = image.channels();
        byte[] from = image.pixels();
        byte[] to = new byte[from.length];
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        int target = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = transposed ? y : x;
                int row = transposed ? x : y;
                int sourceColumn = fromRight ? image.width() - 1 - column : column;
                int sourceRow = fromBottom ? image.height() - 1 - row : row;
                int source = (sourceRow * image.width() + sourceColumn) * channels;
                for (int c = 0; c < channels; c++) {
                    to[target++] = from[source + c];
                }
            }
        }
        return new Image(width, height, channels, to);
    }
}
