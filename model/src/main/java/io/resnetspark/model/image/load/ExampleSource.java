package io.resnetspark.model.image.load;

import java.io.IOException;

/** Labelled images that can be read in any order. Several threads of a loader read at the same time. */
public interface ExampleSource {

    int size();

    /**
     * Reads one example.
     *
     * @param index 0 to {@code size() - 1}
     */
    StoredImage read(int index) throws IOException;

    /** How much an example counts in training: its loss and gradient are multiplied by it; positive. */
    default float weight(int index) {
        return 1;
    }

    /** What to call an example in an error message, such as its path. */
    default String describe(int index) {
        return "example " + index;
    }
}
