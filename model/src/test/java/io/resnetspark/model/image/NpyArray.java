package io.resnetspark.model.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A little-endian float32 NumPy array in C order (NEP 1, versions 1.0), values only. */
public final class NpyArray {

    private NpyArray() {}

    public static float[] read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = bytes.getShort(8);
        String description = new String(bytes.array(), 10, header, StandardCharsets.ISO_8859_1);
        if (!description.contains("'<f4'") || !description.contains("'fortran_order': False")) {
            throw new IOException(file + " is not a float32 array in C order: " + description);
        }
        FloatBuffer values = bytes.position(10 + header)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] array = new float[values.remaining()];
        values.get(array);
        return array;
    }
}
