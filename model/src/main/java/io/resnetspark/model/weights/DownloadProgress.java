package io.resnetspark.model.weights;

/** Told how far a download is, on the downloading thread. */
public interface DownloadProgress {

    /** Tells nobody. */
    DownloadProgress SILENT = new DownloadProgress() {
        @Override
        public void started(String fileName, long presentBytes, long totalBytes) {}

        @Override
        public void transferred(String fileName, long bytes, long totalBytes) {}
    };

    /**
     * The server has begun to send; again after each time it broke off.
     *
     * @param fileName the file's name in the cache
     * @param presentBytes bytes that an earlier attempt left and that are not sent again
     * @param totalBytes size of the file, or -1 if the server does not say
     */
    void started(String fileName, long presentBytes, long totalBytes);

    /**
     * Some bytes have arrived; told many times a second.
     *
     * @param fileName the file's name in the cache
     * @param bytes present so far, including those of an earlier attempt
     * @param totalBytes size of the file, or -1 if the server does not say
     */
    void transferred(String fileName, long bytes, long totalBytes);
}
