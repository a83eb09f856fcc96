package io.resnetspark.model.image.decode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The first directory of a TIFF (TIFF 6.0, section 2) or BigTIFF file, checked: every value lies inside the file and every
 * strip and tile begins there.
 */
public final class TiffDirectory {

    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS_PER_SAMPLE = 258;
    static final int COMPRESSION = 259;
    static final int PHOTOMETRIC = 262;
    static final int FILL_ORDER = 266;
    static final int STRIP_OFFSETS = 273;
    static final int SAMPLES_PER_PIXEL = 277;
    static final int PLANAR = 284;
    static final int PREDICTOR = 317;
    static final int COLOUR_MAP = 320;
    static final int TILE_WIDTH = 322;
    static final int TILE_HEIGHT = 323;
    static final int TILE_OFFSETS = 324;
    static final int INK_SET = 332;
    static final int EXTRA_SAMPLES = 338;
    static final int SAMPLE_FORMAT = 339;
    static final int YCBCR_COEFFICIENTS = 529;
    static final int YCBCR_SUBSAMPLING = 530;
    static final int REFERENCE_BLACK_WHITE = 532;

    /** What decides the samples. Colour profiles, thumbnails and private data do not, and could be damaged. */
    private static final Set<Integer> KEPT = Set.of(
            WIDTH,
            HEIGHT,
            BITS_PER_SAMPLE,
            COMPRESSION,
            PHOTOMETRIC,
            FILL_ORDER,
            STRIP_OFFSETS,
            SAMPLES_PER_PIXEL,
            PLANAR,
            PREDICTOR,
            COLOUR_MAP,
            TILE_WIDTH,
            TILE_HEIGHT,
            TILE_OFFSETS,
            INK_SET,
            EXTRA_SAMPLES,
            SAMPLE_FORMAT,
            YCBCR_COEFFICIENTS,
            YCBCR_SUBSAMPLING,
            REFERENCE_BLACK_WHITE,
            278, // rows per strip
            279, // bytes of each strip
            292, // options of CCITT group 3
            293, // options of CCITT group 4
            325, // bytes of each tile
            347, // JPEG tables
            531); // position of YCbCr samples

    /** Bytes of each field type: 0 for those that do not exist. */
    private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int RATIONAL = 5;
    private static final int LONG8 = 16;

    /** Of JPEG tables and the like nothing is that long; an image has at most a strip a row. */
    private static final int MAX_VALUES = 1 << 24;

    private static final int MAX_TILE_OVERHANG = 1 << 16;

    private record Field(int type, int count, int at) {}

    private final Bytes bytes;
    private final boolean big;
    private final Map<Integer, Field> fields = new TreeMap<>();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private int keptEntries;
    private int orientation = ImageHeader.UPRIGHT;

    private TiffDirectory(byte[] file) {
        this.bytes = new Bytes(file, file[0] == 'M');
        this.big = bytes.hasTag(2, "+\0") || bytes.hasTag(2, "\0+");
    }

    static TiffDirectory parse(byte[] file) throws RejectedImageException {
        TiffDirectory directory = new TiffDirectory(file);
        directory.readEntries();
        return directory;
    }

    private void readEntries() throws RejectedImageException {
        int at = offset(big ? 8 : 4);
        long count = big ? bytes.u64(at) : bytes.u16(at);
        int entryBytes = big ? 20 : 12;
        at += big ? 8 : 2;
        if (count > (bytes.size() - at) / entryBytes) {
            throw RejectedImageException.truncated("its TIFF directory");
        }
        for (int i = 0; i < count; i++, at += entryBytes) {
            int tag = bytes.u16(at);
            if (tag == ExifOrientation.ORIENTATION_TAG) {
                orientation = ExifOrientation.orUpright(bytes.u16(at + (big ? 12 : 8)));
            } else if ((KEPT.contains(tag) || isOldJpeg(tag)) && !fields.containsKey(tag)) {
                fields.put(tag, field(tag, at));
                kept.write(bytes.array(), at, entryBytes);
                keptEntries++;
            }
        }
    }

    private Field field(int tag, int at) throws RejectedImageException {
        int type = bytes.u16(at + 2);
        long count = big ? bytes.u64(at + 4) : bytes.u32(at + 4);
        int typeBytes = type < TYPE_BYTES.length ? TYPE_BYTES[type] : 0;
        if (typeBytes == 0 || count < 1 || count > MAX_VALUES) {
            throw RejectedImageException.unreadable("TIFF tag %d has %d values of type %d".formatted(tag, count, type));
        }
        int inline = at + (big ? 12 : 8);
        int value = count * typeBytes <= (big ? 8 : 4) ? inline : offset(inline);
        if (value + count * typeBytes > bytes.size()) {
            throw RejectedImageException.truncated("the values of TIFF tag " + tag);
        }
        return new Field(type, (int) count, value);
    }

    private int offset(int at) throws RejectedImageException {
        long offset = big ? bytes.u64(at) : bytes.u32(at);
        if (offset < 0 || offset >= bytes.size()) {
            throw RejectedImageException.truncated("its TIFF directory");
        }
        return (int) offset;
    }

    /** The tags of JPEG as in TIFF 6.0, section 22. */
    private static boolean isOldJpeg(int tag) {
        return tag >= 512 && tag <= 521;
    }

    boolean has(int tag) {
        return fields.containsKey(tag);
    }

    /** The only or first value. */
    long value(int tag, long absent) throws RejectedImageException {
        return has(tag) ? values(tag)[0] : absent;
    }

    /** Unsigned values; none if the tag is absent. */
    long[] values(int tag) throws RejectedImageException {
        Field field = fields.get(tag);
        if (field == null) {
            return new long[0];
        }
        long[] values = new long[field.count()];
        for (int i = 0; i < values.length; i++) {
            int at = field.at() + i * TYPE_BYTES[field.type()];
            values[i] = switch (field.type()) {
                case BYTE -> bytes.u8(at);
                case SHORT -> bytes.u16(at);
                case LONG -> bytes.u32(at);
                case LONG8 -> bytes.u64(at);
                default ->
                    throw RejectedImageException.unreadable(
                            "TIFF tag %d has values of type %d".formatted(tag, field.type()));
            };
        }
        return values;
    }

    /** Whether fractions are not stated, or stated to be these. */
    boolean isAbsentOr(int tag, double... wanted) throws RejectedImageException {
        Field field = fields.get(tag);
        if (field == null) {
            return true;
        }
        if (field.type() != RATIONAL || field.count() != wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            double stated = (double) bytes.u32(field.at() + 8 * i) / bytes.u32(field.at() + 8 * i + 4);
            if (!(Math.abs(stated - wanted[i]) < 1e-3)) {
                return false;
            }
        }
        return true;
    }

    ImageHeader header() throws RejectedImageException {
        return new ImageHeader(value(WIDTH, 0), value(HEIGHT, 0), orientation);
    }

    /**
     * Strips and tiles begin inside the file, a row of a tile takes no more memory than one of the image, and uncompressed
     * pixels (other than YCbCr, which may be subsampled) have room: before memory is taken for them.
     */
    void checkPlaces() throws RejectedImageException {
        int tag = has(TILE_OFFSETS) ? TILE_OFFSETS : STRIP_OFFSETS;
        long[] places = values(tag);
        if (places.length == 0) {
            throw RejectedImageException.unreadable("A TIFF without strips or tiles");
        }
        for (long place : places) {
            if (place < 0 || place >= bytes.size()) {
                throw RejectedImageException.truncated("its pixels");
            }
        }
        long bitsPerPixel = value(SAMPLES_PER_PIXEL, 1) * value(BITS_PER_SAMPLE, 1);
        boolean uncompressed = value(COMPRESSION, 1) == 1 && value(PHOTOMETRIC, 0) != 6;
        if (uncompressed && value(WIDTH, 0) * value(HEIGHT, 0) * bitsPerPixel / 8 > bytes.size()) {
            throw RejectedImageException.truncated("its pixels");
        }
        if (value(TILE_WIDTH, 1) > value(WIDTH, 0) + MAX_TILE_OVERHANG) {
            throw RejectedImageException.unreadable("A TIFF tile of %d columns".formatted(value(TILE_WIDTH, 1)));
        }
    }

    /** The file with this directory alone, reduced to what decides the samples, at its end. */
    byte[] plain() {
        int countBytes = big ? 8 : 2;
        int start = bytes.size() + (bytes.size() & 1);
        ByteBuffer plain = ByteBuffer.allocate(start + countBytes + kept.size() + 8)
                .order(bytes.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        plain.put(bytes.array()).position(start);
        if (big) {
            plain.putLong(8, start).putLong(keptEntries);
        } else {
            plain.putInt(4, start).putShort((short) keptEntries);
        }
        return plain.put(kept.toByteArray()).array();
    }
}
