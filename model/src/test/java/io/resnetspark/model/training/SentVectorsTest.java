package io.resnetspark.model.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SentVectorsTest {

    /** Any bits, not-a-numbers among them, and lengths around those of the chunks they are sent in. */
    @Test
    void arriveBitForBit() throws IOException, ClassNotFoundException {
        int[] lengths = {0, 1, 16_383, 16_384, 16_385, 40_000};
        SplittableRandom random = new SplittableRandom(3);
        float[][] vectors = new float[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            vectors[i] = new float[lengths[i]];
            for (int j = 0; j < lengths[i]; j++) {
                vectors[i][j] = Float.intBitsToFloat(random.nextInt());
            }
        }
        float[][] arrived = sent(new SentVectors(vectors)).vectors();
        assertThat(arrived).hasNumberOfRows(lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            assertThat(bits(arrived[i])).containsExactly(bits(vectors[i]));
        }
    }

    @Test
    void statesArriveAsTheyWere() throws IOException, ClassNotFoundException {
        TrainingState state = new TrainingState(new float[] {1, 2}, new float[][] {{3, 4}, {5, 6}});
        assertThat(sent(state)).isEqualTo(state);
        TrainingState plain = new TrainingState(new float[] {1, 2}, new float[0][]);
        assertThat(sent(plain)).isEqualTo(plain);
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    @SuppressWarnings("unchecked")
    private static <T> T sent(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }
}
