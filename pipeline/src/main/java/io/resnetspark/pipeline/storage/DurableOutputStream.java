package io.resnetspark.pipeline.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.io.IOUtils;

/** Forces its bytes to stable storage before it closes, so that a later rename cannot overtake them. */
final class DurableOutputStream extends BufferedOutputStream {

    /** Brings what was written to stable storage. */
    @FunctionalInterface
    interface Sync {
        void run() throws IOException;
    }

    private final Sync sync;
    private boolean failed;
    private boolean closed;

    DurableOutputStream(OutputStream out, Sync sync) {
        super(out, 1 << 16);
        this.sync = sync;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            super.write(bytes, offset, length);
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    /**
     * After a failure it only lets go of the file: HDFS would throw the same exception once more, which
     * try-with-resources cannot add to itself.
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!failed) {
                flush();
                sync.run();
            }
        } catch (IOException e) {
            failed = true;
            throw e;
        } finally {
            if (failed) {
                IOUtils.closeStream(out);
            } else {
                out.close();
            }
        }
    }
}
