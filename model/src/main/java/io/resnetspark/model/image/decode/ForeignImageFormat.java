package io.resnetspark.model.image.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of the formats that lie among images and are not read, so that a file is set aside under its own. */
public final class ForeignImageFormat {

    /** First bytes, one per character ({@code ?} stands for any), and what begins with them. */
    private static final List<Map.Entry<String, String>> SIGNATURES = List.of(
            Map.entry("\0\0\0\fjP  ", "A JPEG 2000 image"),
            Map.entry("\u00FFO\u00FFQ", "A JPEG 2000 codestream"),
            Map.entry("\0\0\0\fJXL ", "A JPEG XL image"),
            Map.entry("\u00FF\n", "A JPEG XL codestream"),
            Map.entry("II\u00BC\1", "A JPEG XR image"),
            Map.entry("8BPS", "A Photoshop document (PSD)"),
            Map.entry("%PDF", "A PDF document"),
            Map.entry("%!PS", "A PostScript file (EPS)"),
            Map.entry("\u00C5\u00D0\u00D3\u00C6", "A PostScript file (EPS)"),
            Map.entry("icns", "A macOS icon (ICNS)"),
            Map.entry("DDS ", "A DirectDraw surface (DDS)"),
            Map.entry("v/1\1", "An OpenEXR image"),
            Map.entry("#?RADIANCE", "A Radiance image (HDR)"),
            Map.entry("#?RGBE", "A Radiance image (HDR)"),
            Map.entry("qoif", "A QOI image"),
            Map.entry("FLIF", "A FLIF image"),
            Map.entry("BPG\u00FB", "A BPG image"),
            Map.entry("gimp xcf", "A GIMP document (XCF)"),
            Map.entry("SIMPLE  =", "A FITS image"),
            Map.entry("\u0089HDF\r\n\u001A\n", "An HDF5 file"),
            Map.entry("\u0093NUMPY", "A NumPy array"),
            Map.entry("\u008AMNG\r\n\u001A\n", "An MNG animation"),
            Map.entry("\u008BJNG\r\n\u001A\n", "A JNG image"),
            Map.entry("FUJIFILMCCD-RAW", "A raw photo (Fujifilm RAF)"),
            Map.entry("IIRO", "A raw photo (Olympus ORF)"),
            Map.entry("IIU\0", "A raw photo (Panasonic RW2)"),
            Map.entry("\0MRM", "A raw photo (Minolta MRW)"),
            Map.entry("FOVb", "A raw photo (Sigma X3F)"),
            Map.entry("Y\u00A6j\u0095", "A Sun raster image"),
            Map.entry("\u00D7\u00CD\u00C6\u009A", "A Windows metafile (WMF)"),
            Map.entry("/* XPM */", "An XPM image"),
            Map.entry("\n?\1", "A PCX image"),
            Map.entry("\1\u00DA\0", "An SGI image"),
            Map.entry("\1\u00DA\1", "An SGI image"),
            Map.entry("RIFF????AVI ", "An AVI video"),
            Map.entry("\u001AE\u00DF\u00A3", "A Matroska or WebM video"),
            Map.entry("\0\0\1\u00BA", "An MPEG video"));

    /** Brands of ISO base media files (ISO/IEC 14496-12), the more specific first. */
    private static final List<Map.Entry<String, String>> BRANDS = List.of(
            Map.entry("avis", "An AVIF image sequence"),
            Map.entry("avif", "An AVIF image"),
            Map.entry("hevc", "A HEIC image sequence"),
            Map.entry("hevx", "A HEIC image sequence"),
            Map.entry("heic", "A HEIC image"),
            Map.entry("heix", "A HEIC image"),
            Map.entry("heim", "A HEIC image"),
            Map.entry("heis", "A HEIC image"),
            Map.entry("jxl ", "A JPEG XL image"),
            Map.entry("jp2 ", "A JPEG 2000 image"),
            Map.entry("msf1", "A HEIF image sequence"),
            Map.entry("mif1", "A HEIF image"),
            Map.entry("crx ", "A raw photo (Canon CR3)"));

    private static final int FTYP_BRANDS = 8;
    private static final int TEXT_LOOKED_AT = 4096;
    private static final Pattern NETPBM = Pattern.compile("P(?:[1-6fF]\\s+[0-9#-]|7\\s+[#A-Z])");
    private static final String TGA_FOOTER = "TRUEVISION-XFILE.\0";

    private ForeignImageFormat() {}

    /** The name with its article, for the start of a sentence. */
    static Optional<String> nameOf(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, true);
        if (bytes.hasTag(4, "ftyp")) {
            return Optional.of(isoBaseMedia(bytes));
        }
        for (Map.Entry<String, String> signature : SIGNATURES) {
            if (bytes.beginsWith(signature.getKey())) {
                return Optional.of(signature.getValue());
            }
        }
        return other(bytes);
    }

    private static String isoBaseMedia(Bytes bytes) throws RejectedImageException {
        long end = Math.min(Math.min(bytes.u32(0), bytes.size()), TEXT_LOOKED_AT);
        List<Integer> places = new ArrayList<>(List.of(FTYP_BRANDS));
        for (int at = FTYP_BRANDS + 8; at + 4 <= end; at += 4) {
            places.add(at);
        }
        for (Map.Entry<String, String> brand : BRANDS) {
            if (places.stream().anyMatch(at -> bytes.hasTag(at, brand.getKey()))) {
                return brand.getValue();
            }
        }
        return "A video (MP4 or QuickTime)";
    }

    private static Optional<String> other(Bytes bytes) throws RejectedImageException {
        byte[] file = bytes.array();
        String start = new String(file, 0, Math.min(file.length, TEXT_LOOKED_AT), StandardCharsets.ISO_8859_1);
        String lower = start.toLowerCase(Locale.ROOT);
        if (lower.contains("<svg") && !lower.contains("<html")) {
            return Optional.of("An SVG drawing");
        }
        if (NETPBM.matcher(start).lookingAt()) {
            return Optional.of("A Netpbm image (PBM, PGM, PPM or PAM)");
        }
        if (bytes.hasTag(128, "DICM")) {
            return Optional.of("A DICOM image");
        }
        if (bytes.hasTag(40, " EMF")) {
            return Optional.of("A Windows metafile (EMF)");
        }
        if (bytes.hasTag(file.length - TGA_FOOTER.length(), TGA_FOOTER)) {
            return Optional.of("A Truevision image (TGA)");
        }
        if (file.length >= 22
                && (bytes.beginsWith("\0\0\1\0") || bytes.beginsWith("\0\0\2\0"))
                && isIconDirectory(file)) {
            return Optional.of("A Windows icon or cursor (ICO, CUR)");
        }
        return isTga(file) ? Optional.of("A Truevision image (TGA)") : Optional.empty();
    }

    /** The first entry of an icon's directory lies behind the directory and inside the file. */
    private static boolean isIconDirectory(byte[] file) throws RejectedImageException {
        Bytes bytes = new Bytes(file, false);
        int count = bytes.u16(4);
        long offset = bytes.u32(18);
        return count > 0 && bytes.u8(9) == 0 && offset >= 6 + 16L * count && offset + bytes.u32(14) <= file.length;
    }

    /** Old Truevision files have no signature: every field of the header must make sense together. */
    private static boolean isTga(byte[] file) throws RejectedImageException {
        if (file.length < 18) {
            return false;
        }
        Bytes bytes = new Bytes(file, false);
        int colourMap = bytes.u8(1);
        int type = bytes.u8(2) & ~8;
        int depth = bytes.u8(16);
        boolean kind = (bytes.u8(2) & ~0xB) == 0
                && (colourMap == 1 && type == 1 && depth == 8
                        || colourMap == 0 && type == 2 && (depth == 16 || depth == 24 || depth == 32)
                        || colourMap == 0 && type == 3 && depth == 8);
        return kind
                && bytes.u16(12) > 0
                && bytes.u16(14) > 0
                && (bytes.u8(17) & 0xC0) == 0
                && (colourMap == 1 || bytes.u32(3) == 0 && bytes.u8(7) == 0);
    }
}
