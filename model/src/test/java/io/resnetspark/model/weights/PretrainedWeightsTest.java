package io.resnetspark.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class PretrainedWeightsTest {

    /** How the server treats one request. */
    @FunctionalInterface
    private interface Answer {
        void send(HttpExchange exchange) throws IOException, InterruptedException;
    }

    @TempDir
    Path cache;

    private final byte[] content = new byte[300_000];
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> ranges = new ArrayList<>();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private Path target;

    @BeforeEach
    void startServer() throws IOException {
        new Random(1).nextBytes(content);
        target = cache.resolve("deeper").resolve("weights.pth");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            synchronized (ranges) {
                ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
            }
            try (exchange) {
                answers.poll().send(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stopServer() {
        testIsOver.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void wholeFileArrivesOnceAndIsThenTakenFromTheCache() throws Exception {
        answers.add(this::whole);
        Told told = new Told();

        Path file = download(told);

        assertThat(file).isEqualTo(target).hasBinaryContent(content);
        assertThat(told.starts).containsExactly(0L);
        assertThat(told.bytes).isSorted().last().isEqualTo((long) content.length);
        assertThat(download(DownloadProgress.SILENT)).isEqualTo(target);
        assertThat(ranges).containsExactly("null");
        assertOnlyTheTargetIsLeft();
    }

    @Test
    void truncatedBodyIsResumedWhereItBrokeOff() throws Exception {
        answers.add(this::firstHalfThenCut);
        answers.add(this::rest);
        Told told = new Told();

        assertThat(download(told)).hasBinaryContent(content);
        assertThat(told.starts).hasSize(2).startsWith(0L);
        assertThat(told.starts.get(1)).isPositive().isLessThan(content.length);
        assertThat(told.bytes).isSorted().last().isEqualTo((long) content.length);
        assertThat(ranges).hasSize(2);
        assertThat(ranges.get(1)).startsWith("bytes=").isNotEqualTo("bytes=0-");
        assertOnlyTheTargetIsLeft();
    }

    @Test
    void downloadThatKeepsBreakingOffIsResumedByTheNextRun() throws Exception {
        for (int i = 0; i < 3; i++) {
            answers.add(exchange -> cut(exchange, 1000));
        }

        assertThatThrownBy(() -> download(DownloadProgress.SILENT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("Run again")
                .hasMessageContaining(target.toString());
        assertThat(target).doesNotExist();

        answers.add(this::rest);
        assertThat(download(DownloadProgress.SILENT)).hasBinaryContent(content);
        assertThat(ranges.get(3)).startsWith("bytes=").isNotEqualTo("bytes=0-");
    }

    @Test
    void serverWithoutRangesSendsTheWholeFileAgain() throws Exception {
        leavePart(Arrays.copyOf(content, 1000));
        answers.add(this::whole);

        assertThat(download(DownloadProgress.SILENT)).hasBinaryContent(content);
    }

    @Test
    void completePartOnlyNeedsItsNewName() throws Exception {
        leavePart(content);
        answers.add(exchange -> exchange.sendResponseHeaders(416, -1));

        assertThat(download(DownloadProgress.SILENT)).hasBinaryContent(content);
    }

    @Test
    void partOfAnotherFileIsReplaced() throws Exception {
        leavePart(new byte[1000]);
        answers.add(this::rest);
        answers.add(this::whole);

        assertThat(download(DownloadProgress.SILENT)).hasBinaryContent(content);
        assertThat(ranges).containsExactly("bytes=1000-", "null");
    }

    @Test
    void wrongHashIsRefusedAndDiscarded() {
        answers.add(exchange -> send(exchange, 200, new byte[1000]));

        assertThatThrownBy(() -> download(DownloadProgress.SILENT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("SHA-256")
                .hasMessageContaining(sha256(content).substring(0, 8));
        assertThat(target).doesNotExist();
        assertThat(ranges).hasSize(1);
    }

    @Test
    void fileInTheCacheWithAnotherHashIsRefused() throws IOException {
        Files.createDirectories(target.getParent());
        Files.write(target, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> download(DownloadProgress.SILENT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(target.toString())
                .hasMessageContaining("delete it");
        assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
    }

    @Test
    void serverThatStopsSendingIsGivenUpAndResumed() throws Exception {
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 100_000);
            exchange.getResponseBody().flush();
            testIsOver.await();
        });
        answers.add(this::rest);

        Path file = new Download(uri(), target, prefix(), DownloadProgress.SILENT, Duration.ofMillis(500)).complete();

        assertThat(file).hasBinaryContent(content);
    }

    @Test
    void missingFileNamesTheStatusAndTheAddress() {
        answers.add(exchange -> exchange.sendResponseHeaders(404, -1));

        assertThatThrownBy(() -> download(DownloadProgress.SILENT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("404")
                .hasMessageContaining(uri().toString());
        assertThat(target.getParent()).isEmptyDirectory();
    }

    @Test
    void closedNetworkSaysHowToPlaceTheFile() throws IOException {
        URI nowhere;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere = URI.create("http://localhost:" + socket.getLocalPort());
        }

        assertThatThrownBy(() ->
                        PretrainedWeights.resolve("torchvision:resnet18", cache, nowhere, DownloadProgress.SILENT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(nowhere + "/resnet18-f37072fd.pth")
                .hasMessageContaining("place the file at " + cache.resolve("resnet18-f37072fd.pth"));
    }

    @Test
    void unknownHostSaysHowToPlaceTheFile() {
        assertThatThrownBy(() -> PretrainedWeights.RESNET50.resolve(
                        cache, URI.create("http://host.invalid/models"), DownloadProgress.SILENT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("place the file at");
    }

    @ParameterizedTest
    @EnumSource
    void everyReferenceFindsItsWeights(PretrainedWeights weights) {
        assertThat(PretrainedWeights.isReference(weights.reference())).isTrue();
        assertThat(PretrainedWeights.named(weights.reference())).isSameAs(weights);
        assertThat(weights.fileName()).isEqualTo(weights.architecture() + "-" + weights.sha256Prefix() + ".pth");
        assertThat(weights.sha256Prefix()).matches("[0-9a-f]{8}");
    }

    @Test
    void unknownReferenceListsTheKnownOnes() {
        assertThatThrownBy(() -> PretrainedWeights.named("torchvision:resnet19"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("torchvision:resnet18, torchvision:resnet34");
    }

    /** Keeps what a download told about itself. */
    private final class Told implements DownloadProgress {

        private final List<Long> starts = new ArrayList<>();
        private final List<Long> bytes = new ArrayList<>();

        @Override
        public void started(String fileName, long presentBytes, long totalBytes) {
            check(fileName, totalBytes);
            starts.add(presentBytes);
        }

        @Override
        public void transferred(String fileName, long presentBytes, long totalBytes) {
            check(fileName, totalBytes);
            bytes.add(presentBytes);
        }

        private void check(String fileName, long totalBytes) {
            assertThat(fileName).isEqualTo("weights.pth");
            assertThat(totalBytes).isEqualTo(content.length);
        }
    }

    private Path download(DownloadProgress progress) {
        return new Download(uri(), target, prefix(), progress).complete();
    }

    private URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/models/weights.pth");
    }

    private String prefix() {
        return sha256(content).substring(0, 8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void leavePart(byte[] bytes) throws IOException {
        Files.createDirectories(target.getParent());
        Files.write(target.resolveSibling("weights.pth.part"), bytes);
    }

    private void assertOnlyTheTargetIsLeft() throws IOException {
        try (var files = Files.list(target.getParent())) {
            assertThat(files).containsExactly(target);
        }
    }

    private void whole(HttpExchange exchange) throws IOException {
        send(exchange, 200, content);
    }

    private void rest(HttpExchange exchange) throws IOException {
        int begin = rangeBegin(exchange);
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes %d-%d/%d".formatted(begin, content.length - 1, content.length));
        send(exchange, 206, Arrays.copyOfRange(content, begin, content.length));
    }

    private void firstHalfThenCut(HttpExchange exchange) throws IOException {
        cut(exchange, content.length / 2);
    }

    /** Promises all that is missing and closes the connection after {@code bytes}. */
    private void cut(HttpExchange exchange, int bytes) throws IOException {
        int begin = rangeBegin(exchange);
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes %d-%d/%d".formatted(begin, content.length - 1, content.length));
        exchange.sendResponseHeaders(begin == 0 ? 200 : 206, content.length - begin);
        exchange.getResponseBody().write(content, begin, bytes);
        exchange.getResponseBody().flush();
        throw new IOException("cut");
    }

    private static int rangeBegin(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
