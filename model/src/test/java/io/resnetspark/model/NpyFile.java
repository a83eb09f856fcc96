package io.resnetspark.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A NumPy array file of numbers in row-major order, read as floats. */
public record NpyFile(long[] shape, float[] values) {

    private static final Pattern HEADER =
            Pattern.compile("'descr': '([^']+)', 'fortran_order': False, 'shape': \\(([^)]*)\\)");

    public static NpyFile read(Path file) throws IOException {
        return parse(Files.readAllBytes(file));
    }

    public static NpyFile parse(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = bytes.get(6) == 1 ? Short.toUnsignedInt(bytes.getShort(8)) : bytes.getInt(8);
        int headerStart = bytes.get(6) == 1 ? 10 : 12;
        String header = new String(content, headerStart, headerLength, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException("Not a row-major .npy file: " + header);
        }
        long[] shape = Arrays.stream(matcher.group(2).split(","))
                .map(String::strip)
                .filter(size -> !size.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        bytes.position(headerStart + headerLength);
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (matcher.group(1)) {
                case "<f4" -> bytes.getFloat();
                case "<f8" -> (float) bytes.getDouble();
                case "<i8" -> bytes.getLong();
                case "<i4" -> bytes.getInt();
                case "|u1" -> Byte.toUnsignedInt(bytes.get());
                default -> throw new IllegalArgumentException("Unsupported type " + matcher.group(1));
            };
        }
        return new NpyFile(shape, values);
    }
}
