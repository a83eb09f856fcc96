package io.resnetspark.model.image.decode;

import java.util.Optional;

/** The file formats that are read, told apart by their first bytes and never by a file's name. */
public enum ImageFormat {
    JPEG("\u00FF\u00D8\u00FF"),
    PNG("\u0089PNG\r\n\u001A\n"),
    GIF("GIF8"),
    BMP("BM"),
    WEBP("RIFF????WEBP"),
    TIFF("II*\0", "MM\0*"),
    BIGTIFF("II+\0", "MM\0+");

    /** One byte per character; {@code ?} stands for any byte. */
    private final String[] signatures;

    ImageFormat(String... signatures) {
        this.signatures = signatures;
    }

    /** The format of these bytes. */
    static ImageFormat of(byte[] encoded) throws RejectedImageException {
        Bytes bytes = new Bytes(encoded, true);
        for (ImageFormat format : values()) {
            for (String signature : format.signatures) {
                if (bytes.beginsWith(signature)) {
                    return format;
                }
            }
        }
        Optional<String> foreign = ForeignImageFormat.nameOf(encoded);
        if (foreign.isPresent()) {
            throw RejectedImageException.unsupported(foreign.get());
        }
        throw new RejectedImageException(
                RejectReason.NOT_AN_IMAGE, "Not a JPEG, PNG, GIF, BMP, WebP or TIFF file by its first bytes");
    }
}
