package io.resnetspark.model.image.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first picture of a WebP file (RFC 9649), taken out of its container: colour profile, alpha plane and animation are
 * left behind, so that none of them changes a colour or can be damaged.
 *
 * @param canvas size of the whole image and its EXIF orientation
 * @param left offset of the picture on the canvas, 0 unless it is animated
 * @param top offset of the picture on the canvas, 0 unless it is animated
 * @param frame size of the picture
 * @param plain a WebP file with nothing but the picture
 */
public record WebpPicture(ImageHeader canvas, int left, int top, ImageHeader frame, byte[] plain) {

    private static final int FILE_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int FRAME_HEADER_BYTES = 16;

    /** Lossless data is read so many bytes ahead of what is decoded; without them a whole file would look cut short. */
    private static final int READ_AHEAD_BYTES = Long.BYTES;

    static WebpPicture parse(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, false);
        long end = CHUNK_HEADER_BYTES + bytes.u32(4);
        if (end > file.length) {
            throw RejectedImageException.truncated("the WebP container");
        }
        boolean extended = bytes.hasTag(FILE_HEADER_BYTES, "VP8X");
        int orientation = ImageHeader.UPRIGHT;
        int animationFrame = -1;
        int picture = -1;
        long at = FILE_HEADER_BYTES;
        while (at + CHUNK_HEADER_BYTES <= end && (picture < 0 || extended)) {
            int chunk = (int) at;
            int data = chunk + CHUNK_HEADER_BYTES;
            long length = bytes.u32(chunk + 4);
            if (data + length > end) {
                throw RejectedImageException.truncated("a WebP chunk");
            }
            if (bytes.hasTag(chunk, "EXIF")) {
                orientation = ExifOrientation.parse(file, bytes.hasTag(data, "Exif\0\0") ? data + 6 : data);
            } else if (picture < 0 && (bytes.hasTag(chunk, "VP8 ") || bytes.hasTag(chunk, "VP8L"))) {
                picture = chunk;
            }
            if (picture < 0 && bytes.hasTag(chunk, "ANMF")) {
                animationFrame = data;
                at = (long) data + FRAME_HEADER_BYTES; // the frame's own chunks are next
            } else {
                at = data + length + (length & 1);
            }
        }
        if (picture < 0) {
            throw RejectedImageException.unreadable("A WebP without a VP8 or VP8L chunk");
        }
        ImageHeader frame = size(bytes, picture, orientation);
        int left = animationFrame < 0 ? 0 : 2 * bytes.u24(animationFrame);
        int top = animationFrame < 0 ? 0 : 2 * bytes.u24(animationFrame + 3);
        ImageHeader canvas = !extended
                ? frame
                : new ImageHeader(
                        bytes.u24(FILE_HEADER_BYTES + 12) + 1, bytes.u24(FILE_HEADER_BYTES + 15) + 1, orientation);
        boolean fits = left + frame.width() <= canvas.width() && top + frame.height() <= canvas.height();
        if (!fits || animationFrame < 0 && !frame.equals(canvas)) {
            throw RejectedImageException.unreadable("A WebP picture of another size than its canvas");
        }
        return new WebpPicture(canvas, left, top, frame, plain(bytes, picture));
    }

    /** Sizes have 14 bits each: from byte 6 in VP8 (RFC 6386, section 9.1), packed after the signature in VP8L. */
    private static ImageHeader size(Bytes bytes, int chunk, int orientation) throws RejectedImageException {
        int data = chunk + CHUNK_HEADER_BYTES;
        if (bytes.hasTag(chunk, "VP8 ")) {
            return new ImageHeader(bytes.u16(data + 6) & 0x3FFF, bytes.u16(data + 8) & 0x3FFF, orientation);
        }
        long packed = bytes.u32(data + 1);
        return new ImageHeader((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1, orientation);
    }

    private static byte[] plain(Bytes bytes, int chunk) throws RejectedImageException {
        int length = CHUNK_HEADER_BYTES + (int) bytes.u32(chunk + 4);
        int readAhead = bytes.hasTag(chunk, "VP8L") ? READ_AHEAD_BYTES : 0;
        return ByteBuffer.allocate(FILE_HEADER_BYTES + length + readAhead)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes.array(), 0, FILE_HEADER_BYTES)
                .put(bytes.array(), chunk, length)
                .putInt(4, FILE_HEADER_BYTES - CHUNK_HEADER_BYTES + length)
                .array();
    }
}
