package io.resnetspark.bench.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The build of ND4J's natives that contains oneDNN. The one that DL4J comes with does not: there, helpers that load still
 * compute without it.
 */
final class OneDnnNatives {

    /** Directory where the benchmarks' build puts the jar. */
    static final String DIRECTORY_PROPERTY = "resnet.bench.peers";

    private static final String CLASSIFIER = "-onednn-avx";

    private OneDnnNatives() {}

    /**
     * The jar to put first on the class path.
     *
     * @throws IllegalStateException if the benchmarks were built without their peers
     */
    static Path jar() {
        Path directory = Path.of(System.getProperty(DIRECTORY_PROPERTY, "bench/target/peers"));
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = files.filter(file -> file.toString().contains(CLASSIFIER)
                            && file.toString().endsWith(".jar"))
                    .toList();
            if (found.size() != 1) {
                throw new IllegalStateException(
                        "%s should hold one jar of ND4J's natives with oneDNN, not %s; build with ./mvnw -Ppeers -DskipTests"
                                        .formatted(directory, found)
                                + " -pl model,bench clean package");
            }
            return found.get(0);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + directory, e);
        }
    }

    /** By which JavaCPP tells these natives from the others on the class path, such as {@code -onednn-avx512}. */
    static String extension() {
        String name = jar().getFileName().toString();
        return name.substring(name.indexOf(CLASSIFIER), name.length() - ".jar".length());
    }
}
