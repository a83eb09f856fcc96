package io.resnetspark.pipeline.storage;

import io.resnetspark.model.error.BadDataException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * The SHA-256 of every file of a directory, in the format of {@code sha256sum}: {@code sha256sum -c SHA256SUMS} checks
 * it by hand.
 *
 * @param sha256 lower-case hexadecimal digests by file name
 */
record Checksums(Map<String, String> sha256) {

    static final String FILE_NAME = "SHA256SUMS";

    Checksums {
        sha256 = Collections.unmodifiableSortedMap(new TreeMap<>(sha256));
    }

    static Checksums parse(byte[] list, Path directory) {
        Map<String, String> digests = new TreeMap<>();
        for (String line : new String(list, StandardCharsets.UTF_8).split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            if (line.length() < 67 || !line.startsWith("  ", 64)) {
                throw new BadDataException("%s/%s is damaged at the line \"%s\"; use another copy of this directory"
                        .formatted(directory, FILE_NAME, line));
            }
            digests.put(line.substring(66), line.substring(0, 64));
        }
        return new Checksums(digests);
    }

    byte[] format() {
        StringBuilder lines = new StringBuilder();
        sha256.forEach(
                (name, digest) -> lines.append(digest).append("  ").append(name).append('\n'));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
