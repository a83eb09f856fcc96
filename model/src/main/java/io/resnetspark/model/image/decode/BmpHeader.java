package io.resnetspark.model.image.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The headers of a BMP file, from OS/2's to Windows' {@code BITMAPV5HEADER}.
 *
 * @param size width and height
 * @param plain the file, or a copy of it whose header says the same in words that the runtime's reader knows
 */
public record BmpHeader(ImageHeader size, byte[] plain) {

    private static final int OFFSET_FIELD = 10;
    private static final int HEADER = 14;
    private static final int COMPRESSION_FIELD = 30;
    private static final int MASKS = 54;
    private static final int OS2_HEADER_BYTES = 12;
    private static final int WINDOWS_HEADER_BYTES = 40;
    private static final int OS2_V2_HEADER_BYTES = 64;

    private static final int RGB = 0;
    private static final int BIT_FIELDS = 3;
    private static final int JPEG = 4;
    private static final int PNG = 5;
    private static final int ALPHA_BIT_FIELDS = 6;

    static BmpHeader parse(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, false);
        long headerBytes = bytes.u32(HEADER);
        if (headerBytes == OS2_HEADER_BYTES) {
            return new BmpHeader(new ImageHeader(bytes.u16(18), bytes.u16(20), ImageHeader.UPRIGHT), file);
        }
        // A negative height means rows from the top.
        int height = (int) bytes.u32(22);
        ImageHeader size = new ImageHeader(bytes.u32(18), Math.abs((long) height), ImageHeader.UPRIGHT);
        int bits = bytes.u16(28);
        long compression = bytes.u32(COMPRESSION_FIELD);
        if (compression == JPEG || compression == PNG) {
            throw RejectedImageException.unsupported(
                    "A %s inside a BMP".formatted(compression == JPEG ? "JPEG" : "PNG"));
        }
        if (bits == 2) {
            throw RejectedImageException.unsupported("A 2-bit BMP");
        }
        if (headerBytes == OS2_V2_HEADER_BYTES) {
            if (compression >= BIT_FIELDS) {
                throw RejectedImageException.unsupported("An OS/2 BMP compressed by Huffman codes or 24-bit runs");
            }
            return new BmpHeader(size, withWindowsHeader(bytes));
        }
        if (compression == BIT_FIELDS || compression == ALPHA_BIT_FIELDS) {
            checkMasks(bytes);
        }
        boolean standardMasks = compression == BIT_FIELDS && (bits == 24 || bits == 32) && standardMasks(bytes, bits);
        if (!standardMasks && compression != ALPHA_BIT_FIELDS && bytes.u32(OFFSET_FIELD) != 0) {
            return new BmpHeader(size, file);
        }
        ByteBuffer plain = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (standardMasks) {
            plain.putInt(COMPRESSION_FIELD, RGB);
        } else if (compression == ALPHA_BIT_FIELDS) {
            plain.putInt(COMPRESSION_FIELD, BIT_FIELDS);
        }
        if (bytes.u32(OFFSET_FIELD) == 0) {
            plain.putInt(OFFSET_FIELD, (int) endOfHeaders(bytes, headerBytes, bits, compression));
        }
        return new BmpHeader(size, plain.array());
    }

    private static void checkMasks(Bytes bytes) throws RejectedImageException {
        for (int band = 0; band < 3; band++) {
            long mask = bytes.u32(MASKS + 4 * band);
            long filled = mask | mask - 1; // zeros below the lowest bit become ones
            if (mask != 0 && (filled & filled + 1) != 0) {
                throw RejectedImageException.unsupported("A BMP of bit masks with gaps");
            }
        }
    }

    /** Whether the masks are those of plain RGB: blue, green, red bytes; all zero means the same (as in Pillow). */
    private static boolean standardMasks(Bytes bytes, int bits) throws RejectedImageException {
        long red = bytes.u32(MASKS);
        long green = bytes.u32(MASKS + 4);
        long blue = bytes.u32(MASKS + 8);
        return red == 0xFF0000 && green == 0xFF00 && blue == 0xFF || bits == 32 && (red | green | blue) == 0;
    }

    /** Where the pixels begin when the header does not say. */
    private static long endOfHeaders(Bytes bytes, long headerBytes, int bits, long compression)
            throws RejectedImageException {
        long colours = bytes.u32(46);
        long palette = bits > 8 ? 0 : 4 * (colours == 0 ? 1L << bits : colours);
        long masks = compression >= BIT_FIELDS && headerBytes == WINDOWS_HEADER_BYTES ? 12 : 0;
        return HEADER + headerBytes + masks + palette;
    }

    /** The first 40 bytes of OS/2's long header are those of Windows'. */
    private static byte[] withWindowsHeader(Bytes bytes) throws RejectedImageException {
        int dropped = OS2_V2_HEADER_BYTES - WINDOWS_HEADER_BYTES;
        int kept = HEADER + WINDOWS_HEADER_BYTES;
        if (bytes.size() < kept + dropped) {
            throw RejectedImageException.truncated("its header");
        }
        return ByteBuffer.allocate(bytes.size() - dropped)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes.array(), 0, kept)
                .put(bytes.array(), kept + dropped, bytes.size() - kept - dropped)
                .putInt(OFFSET_FIELD, (int) bytes.u32(OFFSET_FIELD) - dropped)
                .putInt(HEADER, WINDOWS_HEADER_BYTES)
                .array();
    }
}
