package io.resnetspark.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real images, weights and reference outputs, found through the environment variable {@code RESNET_TEST_DATA}. */
public final class TestData {

    private TestData() {}

    /** The file or folder; the calling test is skipped, saying so, where it is not at hand. */
    public static Path path(String relative) {
        String root = System.getenv("RESNET_TEST_DATA");
        assumeTrue(root != null && !root.isBlank(), "RESNET_TEST_DATA is not set: skipping what needs real data");
        Path path = Path.of(root).resolve(relative);
        assumeTrue(Files.exists(path), "RESNET_TEST_DATA has no " + relative);
        return path;
    }
}
