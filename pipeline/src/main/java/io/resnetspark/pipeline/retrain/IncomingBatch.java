package io.resnetspark.pipeline.retrain;

/**
 * A folder of new images as it was found.
 *
 * @param name of the folder: names the batch
 * @param path fully qualified
 * @param files number of files in it, at any depth
 * @param bytes their total size
 * @param newest the latest modification of any of them, milliseconds since 1970
 */
public record IncomingBatch(String name, String path, long files, long bytes, long newest) {

    /** Changes when files are added, removed or replaced. */
    public String signature() {
        return "%d files, %d bytes, newest %d".formatted(files, bytes, newest);
    }
}
