package io.resnetspark.model.image.decode;

/**
 * Size and orientation of PNG and GIF files from their structure alone, so that a bomb is refused before
 * memory is taken and a file that was cut short is told from one that is damaged.
 */
public final class FileStructure {

    private static final int PNG_SIGNATURE_BYTES = 8;
    private static final int PNG_CHUNK_OVERHEAD = 12;
    private static final int PNG_HEADER_BYTES = 13;
    private static final int GIF_FRAME_DESCRIPTOR = 0x2C;
    private static final int GIF_EXTENSION = 0x21;

    private FileStructure() {}

    /** Walks the chunks to {@code IEND}; text chunks are stepped over, so compressed text cannot expand. */
    static ImageHeader png(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, true);
        if (file.length < PNG_SIGNATURE_BYTES + PNG_CHUNK_OVERHEAD + PNG_HEADER_BYTES) {
            throw RejectedImageException.truncated("the PNG header");
        }
        if (!bytes.hasTag(12, "IHDR")) {
            throw RejectedImageException.unreadable("A PNG that does not begin with its header chunk");
        }
        int orientation = ImageHeader.UPRIGHT;
        long at = PNG_SIGNATURE_BYTES;
        while (true) {
            if (at + PNG_CHUNK_OVERHEAD > file.length) {
                throw RejectedImageException.truncated("the PNG chunks: no end chunk");
            }
            int chunk = (int) at;
            long length = bytes.u32(chunk);
            if (at + PNG_CHUNK_OVERHEAD + length > file.length) {
                throw RejectedImageException.truncated("a PNG chunk");
            }
            if (bytes.hasTag(chunk + 4, "IEND")) {
                return new ImageHeader(bytes.u32(16), bytes.u32(20), orientation);
            }
            if (bytes.hasTag(chunk + 4, "eXIf")) {
                orientation = ExifOrientation.parse(file, chunk + 8);
            }
            at += PNG_CHUNK_OVERHEAD + length;
        }
    }

    /**
     * The logical screen of a GIF and the place of its first frame on it.
     *
     * @param screen size of the whole image; it grows with a frame that does not fit, as in Pillow
     * @param left first frame's offset in pixels
     * @param top first frame's offset in pixels
     * @param frame size of the first frame
     */
    record Gif(ImageHeader screen, int left, int top, ImageHeader frame) {}

    static Gif gif(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, false);
        int at = 13 + gifPaletteBytes(bytes.u8(10));
        while (bytes.u8(at) == GIF_EXTENSION) {
            at += 2;
            while (bytes.u8(at) != 0) {
                at += 1 + bytes.u8(at);
            }
            at++;
        }
        if (bytes.u8(at) != GIF_FRAME_DESCRIPTOR) {
            throw RejectedImageException.unreadable("A GIF without a frame");
        }
        int left = bytes.u16(at + 1);
        int top = bytes.u16(at + 3);
        ImageHeader frame = new ImageHeader(bytes.u16(at + 5), bytes.u16(at + 7), ImageHeader.UPRIGHT);
        long width = Math.max(bytes.u16(6), left + frame.width());
        long height = Math.max(bytes.u16(8), top + frame.height());
        return new Gif(new ImageHeader(width, height, ImageHeader.UPRIGHT), left, top, frame);
    }

    private static int gifPaletteBytes(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }
}
