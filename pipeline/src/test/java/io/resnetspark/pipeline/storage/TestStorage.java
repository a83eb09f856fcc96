package io.resnetspark.pipeline.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A file system other than the local disk, for tests: a static field with {@code @RegisterExtension}. It is started by
 * the first test class that has one, shared by all later ones, and ended with the test JVM.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TestStorage STORAGE = new S3Storage();
 *
 * AtomicStore store = AtomicStore.at(STORAGE.newDirectory(), STORAGE.configuration());
 * }</pre>
 */
public abstract class TestStorage implements BeforeAllCallback {

    /** By kind. Not in a store of JUnit's, which may end with a class: Hadoop keeps its clients as long as the JVM lives. */
    private static final Map<Class<?>, Server> RUNNING = new ConcurrentHashMap<>();

    private static final AtomicInteger DIRECTORIES = new AtomicInteger();

    private Server server;

    /** A running server. */
    protected interface Server extends AutoCloseable {

        @Override
        void close() throws Exception;

        /** URI of a directory for tests, without a slash at the end. */
        String root();

        /** Sets what a client has to know. */
        void configure(Configuration configuration);
    }

    /** Starts the server. */
    protected abstract Server start() throws Exception;

    @Override
    public final void beforeAll(ExtensionContext context) {
        server = RUNNING.computeIfAbsent(getClass(), type -> launch());
    }

    private Server launch() {
        try {
            Server started = start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started)));
            return started;
        } catch (Exception e) {
            throw new IllegalStateException("Cannot start " + getClass().getSimpleName(), e);
        }
    }

    private static void end(Server server) {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot end " + server.root(), e);
        }
    }

    /** The running server. */
    protected final Server server() {
        if (server == null) {
            throw new IllegalStateException("Only within tests of a class that registers this extension");
        }
        return server;
    }

    /** URI of a directory that no other test uses and that does not exist yet. */
    public final String newDirectory() {
        return "%s/test-%d".formatted(server().root(), DIRECTORIES.incrementAndGet());
    }

    /** A new configuration that reaches this storage. */
    public final Configuration configuration() {
        Configuration configuration = new Configuration();
        configure(configuration);
        return configuration;
    }

    /** Lets {@code configuration} reach this storage, for example that of a Spark context. */
    public final void configure(Configuration configuration) {
        server().configure(configuration);
    }

    /** Hadoop's view of this storage. */
    public final FileSystem fileSystem() {
        try {
            return new Path(server().root()).getFileSystem(configuration());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
