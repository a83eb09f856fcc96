package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * One file from the web into a cache: resumed where an earlier attempt broke off, checked against the first digits of
 * its SHA-256, moved to its name when complete.
 */
final class Download {

    private static final int ATTEMPTS = 3;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final URI uri;
    private final Path target;
    private final Path partial;
    private final String sha256Prefix;
    private final DownloadProgress progress;
    private final Duration stallTimeout;

    /**
     * @param target the complete file; until then its bytes are in a neighbour with {@code .part} added to the name
     * @param sha256Prefix first hexadecimal digits of the hash, lower case
     */
    Download(URI uri, Path target, String sha256Prefix, DownloadProgress progress) {
        this(uri, target, sha256Prefix, progress, STALL_TIMEOUT);
    }

    /** @param stallTimeout how long the server may send nothing */
    Download(URI uri, Path target, String sha256Prefix, DownloadProgress progress, Duration stallTimeout) {
        this.uri = uri;
        this.target = target;
        this.partial = target.resolveSibling(target.getFileName() + ".part");
        this.sha256Prefix = sha256Prefix;
        this.progress = progress;
        this.stallTimeout = stallTimeout;
    }

    /** The complete file, see {@link PretrainedWeights#resolve}. */
    Path complete() {
        try {
            if (!isCached()) {
                Files.createDirectories(target.toAbsolutePath().getParent());
                downloadAlone();
            }
            return target;
        } catch (IOException e) {
            throw new ConfigurationException(
                    "Cannot write %s (%s); choose another cache directory".formatted(target, e), e);
        }
    }

    private boolean isCached() throws IOException {
        if (!Files.exists(target)) {
            return false;
        }
        String hash = sha256(target);
        if (!hash.startsWith(sha256Prefix)) {
            throw new BadDataException(
                    "%s is not the published file: its SHA-256 begins with %s, not %s; delete it, or place the file from %s there"
                            .formatted(target, hash.substring(0, sha256Prefix.length()), sha256Prefix, uri));
        }
        return true;
    }

    /** Keeps other threads and processes from writing the same partial file. */
    private void downloadAlone() throws IOException {
        synchronized (Download.class) { // file locks belong to the JVM, not to a thread
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = out.lock()) {
                try {
                    if (lock.isValid() && !isCached()) {
                        download(out);
                        out.force(true);
                        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
                    }
                } finally {
                    if (out.size() == 0) { // nothing to resume, or another process was faster
                        Files.deleteIfExists(partial);
                    }
                }
            }
        }
    }

    private void download(FileChannel out) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        TransferException last = new TransferException("it never began");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            boolean resumed = out.size() > 0;
            try {
                transfer(client, out);
            } catch (TransferException e) {
                last = e;
                continue;
            }
            String hash = sha256(partial);
            if (hash.startsWith(sha256Prefix)) {
                return;
            }
            out.truncate(0);
            if (!resumed) {
                throw new BadDataException(
                        "What %s sent is not the published file: its SHA-256 begins with %s, not %s. It was discarded; run again, or %s"
                                .formatted(uri, hash.substring(0, sha256Prefix.length()), sha256Prefix, howToPlace()));
            }
            last = new TransferException("what an earlier attempt left did not fit");
        }
        throw new BadDataException(
                "The download of %s broke off, %d bytes are here (%s). Run again to go on from there, or %s"
                        .formatted(uri, out.size(), last.getMessage(), howToPlace()),
                last);
    }

    /** One request for what is still missing, appended to {@code out}. */
    private void transfer(HttpClient client, FileChannel out) throws IOException, TransferException {
        long offset = out.size();
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(stallTimeout);
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        HttpResponse<InputStream> response = send(client, request.build());
        try (InputStream body = response.body()) {
            switch (response.statusCode()) {
                case OK -> out.truncate(0); // the whole file, whatever was asked for
                case PARTIAL_CONTENT -> checkRange(response, out);
                case RANGE_NOT_SATISFIABLE -> {
                    return; // nothing is missing, or what is here is another file: the hash will tell
                }
                default ->
                    throw new BadDataException(
                            "%s answered with HTTP status %d; %s".formatted(uri, response.statusCode(), howToPlace()));
            }
            append(body, out, response.headers().firstValueAsLong("Content-Length"));
        }
    }

    private HttpResponse<InputStream> send(HttpClient client, HttpRequest request) throws TransferException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new BadDataException("Cannot reach %s. Behind a closed network, %s".formatted(uri, howToPlace()), e);
        } catch (IOException e) {
            throw new TransferException(e.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadDataException("The download of %s was interrupted".formatted(uri), e);
        }
    }

    private static void checkRange(HttpResponse<?> response, FileChannel out) throws IOException, TransferException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes " + out.size() + "-")) {
            out.truncate(0);
            throw new TransferException("the server sent another range than asked for: '" + range + "'");
        }
    }

    private void append(InputStream body, FileChannel out, OptionalLong contentLength)
            throws IOException, TransferException {
        out.position(out.size());
        long total = contentLength.isPresent() ? out.size() + contentLength.getAsLong() : -1;
        String name = String.valueOf(target.getFileName());
        progress.started(name, out.position(), total);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (StallWatchdog watchdog = new StallWatchdog(body, stallTimeout)) {
            int length;
            while ((length = read(body, chunk, watchdog)) >= 0) {
                watchdog.reset();
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, length);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                progress.transferred(name, out.position(), total);
            }
        }
    }

    /** Keeps the network's failures, which are worth another attempt, apart from the disk's. */
    private int read(InputStream body, byte[] chunk, StallWatchdog watchdog) throws TransferException {
        try {
            int length = body.read(chunk);
            if (length < 0 && watchdog.hasFired()) {
                throw new IOException("closed");
            }
            return length;
        } catch (IOException e) {
            String reason = watchdog.hasFired() ? "nothing came for " + stallTimeout.toSeconds() + " s" : e.toString();
            throw new TransferException(reason, e);
        }
    }

    private String howToPlace() {
        return "download that address elsewhere and place the file at " + target.toAbsolutePath();
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK_BYTES];
            int length;
            while ((length = in.read(chunk)) >= 0) {
                digest.update(chunk, 0, length);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The server or the network broke off. */
    private static final class TransferException extends Exception {

        private static final long serialVersionUID = 1L;

        TransferException(String message) {
            super(message);
        }

        TransferException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
