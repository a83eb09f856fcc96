package io.resnetspark.pipeline.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The S3 API over {@code s3a}: an S3Proxy that keeps objects in memory, in a JVM of its own because what it needs does not
 * go with Spark. Requests are signed and their signatures checked.
 */
public final class S3Storage extends TestStorage {

    private static final String ACCESS_KEY = "test";
    private static final String SECRET_KEY = "test-secret";
    private static final String BUCKET = "bucket";
    private static final long START_LIMIT_NANOS = 60_000_000_000L;

    @Override
    protected Server start() throws Exception {
        String jars = System.getProperty("resnet.s3proxy.directory");
        if (jars == null) {
            throw new IllegalStateException(
                    "resnet.s3proxy.directory is not set: tests on S3 are integration tests, run with ./mvnw verify");
        }
        int port = freePort();
        Path directory = Files.createTempDirectory("s3proxy-");
        Path properties =
                Files.writeString(directory.resolve("s3proxy.properties"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=transient-nio2
                """.formatted(port, ACCESS_KEY, SECRET_KEY));
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.logFile=System.out", // it sends System.err to the log
                        "-cp",
                        jars + "/*",
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        properties.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        awaitAnswer(process, port, log);
        RunningS3 running = new RunningS3(process, port, directory);
        running.createBucket();
        return running;
    }

    private record RunningS3(Process process, int port, Path directory) implements Server {

        @Override
        public String root() {
            return "s3a://" + BUCKET;
        }

        @Override
        public void configure(Configuration client) {
            client.set("fs.s3a.endpoint", "http://127.0.0.1:" + port);
            client.set("fs.s3a.endpoint.region", "us-east-1");
            client.set("fs.s3a.path.style.access", "true");
            client.set("fs.s3a.access.key", ACCESS_KEY);
            client.set("fs.s3a.secret.key", SECRET_KEY);
            // Hadoop's own streams; the default ones are a library of Amazon's.
            client.set("fs.s3a.input.stream.type", "classic");
            // A server that answers with an error here will not get better.
            client.set("fs.s3a.attempts.maximum", "1");
            client.set("fs.s3a.retry.limit", "1");
        }

        /** Through the same library that {@code s3a} uses: it cannot create buckets itself. */
        private void createBucket() {
            try (S3Client s3 = S3Client.builder()
                    .endpointOverride(URI.create("http://127.0.0.1:" + port))
                    .region(Region.US_EAST_1)
                    .forcePathStyle(true)
                    .credentialsProvider(
                            StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                    .build()) {
                s3.createBucket(bucket -> bucket.bucket(BUCKET));
            }
        }

        @Override
        public void close() throws Exception {
            process.destroyForcibly().waitFor();
            FileUtil.fullyDelete(directory.toFile());
        }
    }

    private static void awaitAnswer(Process process, int port, Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT_NANOS;
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    process.destroyForcibly();
                    throw new IllegalStateException("S3Proxy did not start:\n" + Files.readString(log), notYet);
                }
                Thread.sleep(50);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
