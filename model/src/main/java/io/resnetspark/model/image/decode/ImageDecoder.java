package io.resnetspark.model.image.decode;

import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.resnetspark.model.image.Image;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * Encoded files to {@link Image}s: JPEG, PNG, GIF (first frame), BMP, WebP, TIFF and BigTIFF, as Pillow's
 * {@code exif_transpose(open(file)).convert("RGB")} sees them. {@code docs/formats.md} lists what is read of each.
 *
 * <p>JPEG is decoded by the libjpeg of the Java runtime and converted to RGB as libjpeg itself would. Of 496 photos, all
 * were Pillow's bit for bit on a runtime with the system's libjpeg-turbo (Debian's OpenJDK 17), all but one on a runtime
 * with its own libjpeg 6b (Temurin 25). How damaged JPEG data is patched up differs between the two. Two formats differ
 * from Pillow everywhere: 16-bit grey keeps its high byte (Pillow cuts off what is above 255), and the colour of lossy
 * WebP is not interpolated between its samples (one to two levels on average).
 *
 * <p>Colour profiles are ignored, alpha is dropped, EXIF orientation is applied. Sizes are checked in the header, before
 * memory is taken. A file that ends early is refused even where part of it could be shown; a format, coding or colour model
 * that is not read is refused under its own name.
 *
 * <p>Thread-safe, and works without a display and without temporary files. Readers other than the JDK's and TwelveMonkeys'
 * for WebP and TIFF are never used, whatever ImageIO plug-ins are on the class path; only JPEG data inside a TIFF goes to
 * the first JPEG reader there.
 */
public final class ImageDecoder {

    private static final ImageReaderSpi JPEG = jdkReader("jpeg");
    private static final ImageReaderSpi PNG = jdkReader("png");
    private static final ImageReaderSpi GIF = jdkReader("gif");
    private static final ImageReaderSpi BMP = jdkReader("bmp");
    private static final ImageReaderSpi TIFF = new BigTIFFImageReaderSpi();
    private static final ImageReaderSpi WEBP = new WebPImageReaderSpi();

    private final DecodeLimits limits;
    private final int channels;

    /** @param channels what decoded images have: 1 (grey) or 3 (RGB) */
    public ImageDecoder(DecodeLimits limits, int channels) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 1 or 3, not " + channels);
        }
        this.limits = limits;
        this.channels = channels;
    }

    private static ImageReaderSpi jdkReader(String format) {
        Iterator<ImageReaderSpi> found = IIORegistry.getDefaultInstance()
                .getServiceProviders(
                        ImageReaderSpi.class,
                        provider -> "java.desktop"
                                        .equals(provider.getClass().getModule().getName())
                                && Arrays.asList(((ImageReaderSpi) provider).getFormatNames())
                                        .contains(format),
                        false);
        if (!found.hasNext()) {
            throw new IllegalStateException("This Java runtime has no " + format.toUpperCase(Locale.ROOT)
                    + " reader; use one with the module java.desktop");
        }
        return found.next();
    }

    /**
     * Decodes one file.
     *
     * @return the image, upright, with this decoder's number of channels
     * @throws RejectedImageException if it is empty, not an image, too large, cut short or damaged
     */
    public Image decode(byte[] encoded) throws RejectedImageException {
        if (encoded.length == 0) {
            throw new RejectedImageException(RejectReason.EMPTY, "The file is empty");
        }
        limits.checkLength(encoded.length);
        ImageFormat format = ImageFormat.of(encoded);
        try {
            return decode(format, encoded).withChannels(channels);
        } catch (EOFException e) {
            throw new RejectedImageException(RejectReason.TRUNCATED, format + " data ends early", e);
        } catch (IOException | RuntimeException e) {
            // ImageIO's readers answer damaged files with almost any exception.
            throw new RejectedImageException(
                    RejectReason.UNREADABLE, "%s data cannot be decoded: %s".formatted(format, e), e);
        }
    }

    private Image decode(ImageFormat format, byte[] encoded) throws RejectedImageException, IOException {
        switch (format) {
            case JPEG:
                return decodeJpeg(encoded);
            case PNG:
                return decodeWhole(PNG, encoded, FileStructure.png(encoded));
            case GIF:
                return decodeGif(encoded);
            case BMP:
                BmpHeader bmp = BmpHeader.parse(encoded);
                return decodeWhole(BMP, bmp.plain(), bmp.size());
            case WEBP:
                return decodeWebp(encoded);
            case TIFF:
            case BIGTIFF:
                return decodeTiff(encoded);
        }
        throw new AssertionError(format);
    }

    private Image decodeJpeg(byte[] encoded) throws RejectedImageException, IOException {
        JpegSegments segments = JpegSegments.parse(encoded);
        segments.header().check(limits);
        Raster raster = read(JPEG, segments.stripped(), reader -> reader.readRaster(0, null));
        byte[] components = ((DataBufferByte) raster.getDataBuffer()).getData();
        Image image = JpegColour.convert(raster.getWidth(), raster.getHeight(), components, segments.colour());
        return ExifOrientation.apply(image, segments.header().orientation());
    }

    private Image decodeWhole(ImageReaderSpi provider, byte[] encoded, ImageHeader header)
            throws RejectedImageException, IOException {
        header.check(limits);
        Image image = RasterSamples.toImage(read(provider, encoded, reader -> reader.read(0)));
        return ExifOrientation.apply(image, header.orientation());
    }

    private Image decodeTiff(byte[] encoded) throws RejectedImageException, IOException {
        TiffDirectory directory = TiffDirectory.parse(encoded);
        ImageHeader header = directory.header();
        header.check(limits);
        TiffColour colour = TiffColour.of(directory);
        directory.checkPlaces();
        Image image = colour.toImage(read(TIFF, directory.plain(), reader -> reader.readRaster(0, null)));
        return ExifOrientation.apply(image, header.orientation());
    }

    /** The first frame on its logical screen; what it leaves free has the transparent colour, else the first one. */
    private Image decodeGif(byte[] encoded) throws RejectedImageException, IOException {
        FileStructure.Gif structure = FileStructure.gif(encoded);
        structure.frame().check(limits);
        structure.screen().check(limits);
        BufferedImage picture = read(GIF, encoded, reader -> reader.read(0));
        Image frame = RasterSamples.toImage(picture);
        int background = 0;
        if (picture.getColorModel() instanceof IndexColorModel palette) {
            background = palette.getRGB(Math.max(0, palette.getTransparentPixel()));
        }
        return onScreen(frame, structure.screen(), structure.left(), structure.top(), background);
    }

    /** The still picture, or the first frame of an animation on its canvas, which is black. */
    private Image decodeWebp(byte[] encoded) throws RejectedImageException, IOException {
        WebpPicture structure = WebpPicture.parse(encoded);
        structure.canvas().check(limits);
        Image frame = RasterSamples.toImage(read(WEBP, structure.plain(), reader -> reader.read(0)));
        Image image = onScreen(frame, structure.canvas(), structure.left(), structure.top(), 0);
        return ExifOrientation.apply(image, structure.canvas().orientation());
    }

    private static Image onScreen(Image frame, ImageHeader size, int left, int top, int background) {
        int width = (int) size.width();
        int height = (int) size.height();
        if (frame.width() == width && frame.height() == height && left == 0 && top == 0) {
            return frame;
        }
        byte[] screen = new byte[width * height * 3];
        for (int i = 0; i < screen.length; i += 3) {
            screen[i] = (byte) (background >> 16);
            screen[i + 1] = (byte) (background >> 8);
            screen[i + 2] = (byte) background;
        }
        byte[] pixels = frame.withChannels(3).pixels();
        for (int y = 0; y < frame.height(); y++) {
            int to = ((top + y) * width + left) * 3;
            System.arraycopy(pixels, y * frame.width() * 3, screen, to, frame.width() * 3);
        }
        return new Image(width, height, 3, screen);
    }

    private interface Reading<T> {
        T from(ImageReader reader) throws IOException;
    }

    private static <T> T read(ImageReaderSpi provider, byte[] encoded, Reading<T> reading)
            throws RejectedImageException, IOException {
        ImageReader reader = provider.createReaderInstance();
        try (ArrayImageInputStream stream = new ArrayImageInputStream(encoded)) {
            reader.setInput(stream, true, true);
            T result;
            try {
                result = reading.from(reader);
            } catch (IOException | RuntimeException e) {
                if (stream.ranPastEnd()) {
                    throw new RejectedImageException(RejectReason.TRUNCATED, "The file ends inside its pixels", e);
                }
                throw e;
            }
            if (stream.ranPastEnd()) {
                throw RejectedImageException.truncated("its pixels");
            }
            return result;
        } finally {
            reader.dispose();
        }
    }
}
