import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Lays one day of a simulated month out as a batch: images of CIFAR-10's {@code data_batch_1.bin} as PNG files in class
 * folders. The first day is larger and has folders train and test; the others share the rest evenly. Run as
 * {@code java CifarDays.java data_batch_1.bin INCOMING DAY FLAW} with the flaw none, corrupted, shuffled or empty.
 */
public final class CifarDays {

    private static final int RECORD = 1 + 3 * 32 * 32;
    private static final int FIRST_TRAIN = 1500;
    private static final int FIRST_TEST = 1000;
    private static final int DAYS = 30;
    private static final List<String> LABELS = List.of(
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private CifarDays() {}

    public static void main(String[] arguments) throws IOException {
        byte[] records = Files.readAllBytes(Path.of(arguments[0]));
        int day = Integer.parseInt(arguments[2]);
        String flaw = arguments[3];
        Path batch = Path.of(arguments[1]).resolve("day-%02d".formatted(day));
        ImageIO.setUseCache(false);
        int images = records.length / RECORD;
        if (day == 1) {
            write(records, 0, FIRST_TRAIN, batch.resolve("train"), "none", 1);
            write(records, FIRST_TRAIN, FIRST_TRAIN + FIRST_TEST, batch.resolve("test"), "none", 1);
        } else if (!flaw.equals("empty")) {
            int rest = images - FIRST_TRAIN - FIRST_TEST;
            int from = FIRST_TRAIN + FIRST_TEST + (int) ((long) rest * (day - 2) / (DAYS - 1));
            int to = FIRST_TRAIN + FIRST_TEST + (int) ((long) rest * (day - 1) / (DAYS - 1));
            write(records, from, to, batch, flaw, day);
        }
    }

    private static void write(byte[] records, int from, int to, Path folder, String flaw, int day) throws IOException {
        List<Integer> labels = new ArrayList<>();
        for (int i = from; i < to; i++) {
            labels.add((int) records[i * RECORD]);
        }
        if (flaw.equals("shuffled")) {
            Collections.shuffle(labels, new Random(day));
        }
        for (int i = from; i < to; i++) {
            Path file = folder.resolve(LABELS.get(labels.get(i - from))).resolve("%05d.png".formatted(i));
            Files.createDirectories(file.getParent());
            byte[] png = png(records, i * RECORD + 1);
            // Every second file is cut off, as by a transfer that broke.
            boolean broken = flaw.equals("corrupted") && i % 2 == 0;
            Files.write(file, broken ? Arrays.copyOf(png, png.length / 3) : png);
        }
    }

    private static byte[] png(byte[] records, int offset) throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 1024; pixel++) {
            int red = records[offset + pixel] & 0xff;
            int green = records[offset + 1024 + pixel] & 0xff;
            int blue = records[offset + 2048 + pixel] & 0xff;
            image.setRGB(pixel % 32, pixel / 32, red << 16 | green << 8 | blue);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
