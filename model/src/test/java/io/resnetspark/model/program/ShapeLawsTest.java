package io.resnetspark.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeLawsTest {

    /** Counts the positions of the window one by one. */
    @Test
    void aWindowHasAnOutputForEachPositionInsideThePaddedInput() {
        for (int size = 1; size <= 7; size++) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int padding = 0; padding < size; padding++) {
                    for (int input = Math.max(1, size - 2 * padding); input <= 20; input++) {
                        int positions = 0;
                        for (int left = -padding; left + size <= input + padding; left += stride) {
                            positions++;
                        }
                        Window window = new Window(size, stride, padding);
                        assertThat(window.outputSize(input))
                                .as("%s over %d", window, input)
                                .isEqualTo(positions);
                    }
                }
            }
        }
    }

    @Test
    void oddWindowsWithHalfPaddingKeepTheSizeUpToTheStride() {
        for (int size = 1; size <= 7; size += 2) {
            for (int input = 1; input <= 50; input++) {
                assertThat(new Window(size, 1, size / 2).outputSize(input)).isEqualTo(input);
                assertThat(new Window(size, 2, size / 2).outputSize(input)).isEqualTo((input + 1) / 2);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "3, 0, 0", "3, 1, -1", "3, 1, 3"})
    void refusesImpossibleWindows(int size, int stride, int padding) {
        assertThatThrownBy(() -> new Window(size, stride, padding))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("size %d, stride %d, padding %d".formatted(size, stride, padding));
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 0, 2", "7, 2, 1, 4", "7, 2, 0, 0"})
    void refusesInputsSmallerThanTheWindow(int size, int stride, int padding, int input) {
        assertThatThrownBy(() -> new Window(size, stride, padding).outputSize(input))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("smaller than the %d-pixel window".formatted(size));
    }

    @Test
    void aShapeIsItsArray() {
        ImageShape shape = new ImageShape(2, 3, 5, 7);
        assertThat(shape.toArray()).containsExactly(2, 3, 5, 7);
        assertThat(ImageShape.of(shape.toArray())).isEqualTo(shape);
        assertThat(shape.length()).isEqualTo(2 * 3 * 5 * 7);
        assertThat(new ImageShape(1 << 15, 1 << 10, 1 << 10, 1).length()).isEqualTo(1L << 35);
    }

    @Test
    void aWindowChangesHeightWidthAndChannelsOnly() {
        ImageShape shape = new ImageShape(2, 9, 6, 7);
        assertThat(shape.through(new Window(3, 2, 1), 4)).isEqualTo(new ImageShape(2, 5, 3, 4));
    }

    @Test
    void refusesShapesWithoutElementsOrOfOtherRank() {
        assertThatThrownBy(() -> new ImageShape(0, 1, 1, 1)).hasMessageContaining("[0, 1, 1, 1]");
        assertThatThrownBy(() -> new ImageShape(1, 1, 1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageShape.of(new long[] {2, 3})).hasMessageContaining("rank 2");
        assertThatThrownBy(() -> ImageShape.of(new long[] {1L << 40, 1, 1, 1})).isInstanceOf(ArithmeticException.class);
    }
}
