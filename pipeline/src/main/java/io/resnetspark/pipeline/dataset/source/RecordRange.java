package io.resnetspark.pipeline.dataset.source;

import io.resnetspark.pipeline.dataset.Split;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive records of equal length in a file: what one task reads of a container.
 *
 * @param file fully qualified
 * @param split the split the file belongs to
 * @param first number of the first record
 * @param count number of records
 */
record RecordRange(String file, Split split, long first, int count) implements Serializable {

    /** Cuts a file's records into ranges of a few MiB. */
    static List<RecordRange> cut(String file, Split split, long records, int recordBytes) {
        int perRange = Math.max(1, (4 << 20) / recordBytes);
        List<RecordRange> ranges = new ArrayList<>();
        for (long first = 0; first < records; first += perRange) {
            ranges.add(new RecordRange(file, split, first, (int) Math.min(perRange, records - first)));
        }
        return ranges;
    }

    String origin(int index) {
        return file + "#" + (first + index);
    }

    /** The next {@code length} bytes. */
    static byte[] readFully(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("%d bytes expected, %d left".formatted(length, bytes.length));
        }
        return bytes;
    }
}
