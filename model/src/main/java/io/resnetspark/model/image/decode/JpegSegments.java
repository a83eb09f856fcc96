package io.resnetspark.model.image.decode;

import java.io.ByteArrayOutputStream;

/**
 * The marker segments of a JPEG file up to its first scan: size, colour model and orientation, without decoding.
 *
 * @param header size and EXIF orientation
 * @param colour what the components mean, decided as libjpeg does
 * @param stripped the file without the application segments that do not affect its samples. ICC profiles, XMP and
 *     thumbnails cost time, and a damaged one would make ImageIO refuse a sound image.
 */
public record JpegSegments(ImageHeader header, Colour colour, byte[] stripped) {

    /** What the decoded components of a JPEG mean. */
    enum Colour {
        GREY,
        YCBCR,
        RGB,
        CMYK,
        YCCK
    }

    private static final int MARKER_TEM = 0x01;
    private static final int MARKER_SOF0 = 0xC0;
    private static final int MARKER_SOF3 = 0xC3;
    private static final int MARKER_DHT = 0xC4;
    private static final int MARKER_JPG = 0xC8;
    private static final int MARKER_SOF9 = 0xC9;
    private static final int MARKER_SOF10 = 0xCA;
    private static final int MARKER_SOF11 = 0xCB;
    private static final int MARKER_DAC = 0xCC;
    private static final int MARKER_SOF15 = 0xCF;
    private static final int MARKER_RST0 = 0xD0;
    private static final int MARKER_SOI = 0xD8;
    private static final int MARKER_EOI = 0xD9;
    private static final int MARKER_SOS = 0xDA;
    private static final int MARKER_APP0 = 0xE0;
    private static final int MARKER_APP1 = 0xE1;
    private static final int MARKER_APP14 = 0xEE;
    private static final int MARKER_APP15 = 0xEF;
    private static final int MARKER_SOF55 = 0xF7;
    private static final int MARKER_COM = 0xFE;

    private static final int NO_ADOBE_SEGMENT = -1;

    static JpegSegments parse(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, true);
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        kept.write(file, 0, 2);
        int orientation = ImageHeader.UPRIGHT;
        boolean exifSeen = false;
        boolean jfif = false;
        int adobeTransform = NO_ADOBE_SEGMENT;
        int frame = -1;
        int process = MARKER_SOF0;
        int at = 2;
        while (true) {
            at = nextMarker(bytes, at);
            int marker = bytes.u8(at - 1);
            if (marker == MARKER_EOI) {
                throw RejectedImageException.truncated("the JPEG segments: no scan before the end marker");
            }
            if (marker == MARKER_TEM || (marker >= MARKER_RST0 && marker <= MARKER_SOI)) {
                continue; // stands alone, without a length
            }
            int length = bytes.u16(at);
            if (length < 2) {
                throw RejectedImageException.unreadable("A JPEG segment states a length of " + length);
            }
            int end = at + length;
            if (end > file.length) {
                throw RejectedImageException.truncated("a JPEG segment");
            }
            if (marker == MARKER_SOS) {
                kept.write(file, at - 2, file.length - at + 2);
                break;
            }
            int data = at + 2;
            if (marker == MARKER_APP1 && !exifSeen && bytes.hasTag(data, "Exif\0")) {
                exifSeen = true;
                orientation = ExifOrientation.parse(file, data + 6);
            } else if (marker == MARKER_APP0 && length >= 16 && bytes.hasTag(data, "JFIF\0")) {
                jfif = true;
            } else if (marker == MARKER_APP14 && length >= 14 && bytes.hasTag(data, "Adobe")) {
                adobeTransform = bytes.u8(data + 11);
            } else if (isFrame(marker)) {
                frame = data;
                process = marker;
            }
            if (!isDispensable(marker)) {
                kept.write(file, at - 2, length + 2);
            }
            at = end;
        }
        if (frame < 0) {
            throw RejectedImageException.unreadable("A JPEG scan without a frame header");
        }
        checkProcess(process, bytes.u8(frame));
        ImageHeader header = new ImageHeader(bytes.u16(frame + 3), bytes.u16(frame + 1), orientation);
        return new JpegSegments(header, colour(bytes, frame, jfif, adobeTransform), kept.toByteArray());
    }

    /** The position after the next marker. Stray bytes between segments are skipped, as libjpeg does. */
    private static int nextMarker(Bytes bytes, int from) throws RejectedImageException {
        int at = from;
        while (true) {
            while (bytes.u8(at) != 0xFF) {
                at++;
            }
            while (bytes.u8(at) == 0xFF) {
                at++;
            }
            if (bytes.u8(at) != 0) {
                return at + 1;
            }
        }
    }

    private static boolean isFrame(int marker) {
        return marker == MARKER_SOF55
                || (marker >= MARKER_SOF0
                        && marker <= MARKER_SOF15
                        && marker != MARKER_DHT
                        && marker != MARKER_JPG
                        && marker != MARKER_DAC);
    }

    /**
     * The coding processes of ITU-T T.81, table B.1, and T.87. What an image runtime has of the rarer ones depends on how
     * its libjpeg was built, so none of them is read anywhere.
     */
    private static void checkProcess(int process, int bits) throws RejectedImageException {
        if (process == MARKER_SOF55) {
            throw RejectedImageException.unsupported("A JPEG-LS image");
        }
        if (process == MARKER_SOF3 || process == MARKER_SOF11) {
            throw RejectedImageException.unsupported("A lossless JPEG");
        }
        if (process == MARKER_SOF9 || process == MARKER_SOF10) {
            throw RejectedImageException.unsupported("An arithmetic-coded JPEG");
        }
        if (process > MARKER_SOF3) {
            throw RejectedImageException.unsupported("A hierarchical JPEG");
        }
        if (bits > 8) {
            throw RejectedImageException.unsupported("A %d-bit JPEG".formatted(bits));
        }
    }

    /** Application data other than JFIF and Adobe, and comments. */
    private static boolean isDispensable(int marker) {
        return marker == MARKER_COM || (marker >= MARKER_APP1 && marker <= MARKER_APP15 && marker != MARKER_APP14);
    }

    /** libjpeg's {@code default_decompress_parms} (jdapimin.c). */
    private static Colour colour(Bytes bytes, int frame, boolean jfif, int adobeTransform)
            throws RejectedImageException {
        int components = bytes.u8(frame + 5);
        switch (components) {
            case 1:
                return Colour.GREY;
            case 3:
                if (jfif) {
                    return Colour.YCBCR;
                }
                if (adobeTransform != NO_ADOBE_SEGMENT) {
                    return adobeTransform == 0 ? Colour.RGB : Colour.YCBCR;
                }
                boolean namedRgb =
                        bytes.u8(frame + 6) == 'R' && bytes.u8(frame + 9) == 'G' && bytes.u8(frame + 12) == 'B';
                return namedRgb ? Colour.RGB : Colour.YCBCR;
            case 4:
                return adobeTransform == NO_ADOBE_SEGMENT || adobeTransform == 0 ? Colour.CMYK : Colour.YCCK;
            default:
                throw RejectedImageException.unreadable("A JPEG with %d components".formatted(components));
        }
    }
}
