package io.resnetspark.model.input;

import java.nio.charset.StandardCharsets;

/** The file formats that are read, told apart by their first bytes and never by a file's name. */
enum ImageFormat {
    JPEG("\u00FF\u00D8\u00FF"),
    PNG("\u0089PNG\r\n\u001A\n"),
    GIF("GIF8"),
    BMP("BM"),
    WEBP("RIFF????WEBP"),
    TIFF_LITTLE_ENDIAN("II*\0"),
    TIFF_BIG_ENDIAN("MM\0*");

    /** One byte per character; {@code ?} stands for any byte. */
    private final byte[] signature;

    ImageFormat(String signature) {
        this.signature = signature.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The format of these bytes. */
    static ImageFormat of(byte[] encoded) throws RejectedImageException {
        for (ImageFormat format : values()) {
            if (format.matches(encoded)) {
                return format;
            }
        }
        throw new RejectedImageException(
                RejectReason.NOT_AN_IMAGE, "Not a JPEG, PNG, GIF, BMP, WebP or TIFF file by its first bytes");
    }

    private boolean matches(byte[] encoded) {
        if (encoded.length < signature.length) {
            return false;
        }
        for (int i = 0; i < signature.length; i++) {
            if (signature[i] != '?' && signature[i] != encoded[i]) {
                return false;
            }
        }
        return true;
    }
}
