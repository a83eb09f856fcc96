package io.resnetspark.model.weights;

/** Told how far a download is, many times a second, on the downloading thread. */
@FunctionalInterface
public interface DownloadProgress {

    /** Tells nobody. */
    DownloadProgress SILENT = (fileName, bytes, totalBytes) -> {};

    /**
     * @param fileName the file's name in the cache
     * @param bytes present so far, including those of an earlier, interrupted download
     * @param totalBytes size of the file, or -1 if the server does not say
     */
    void transferred(String fileName, long bytes, long totalBytes);
}
