package io.resnetspark.pipeline.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.io.IOUtils;

/**
 * Forces its bytes to stable storage before it closes, so that a later rename cannot overtake them.
 *
 * <p>Once something failed, every further use fails with an exception of its own. HDFS would throw the very same one
 * each time, which try-with-resources, here or around a stream that wraps this one, cannot add to itself.
 */
final class DurableOutputStream extends BufferedOutputStream {

    /** Something done to a file. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    private final Step sync;
    private IOException failure;
    private boolean closed;

    /**
     * Writes to a file.
     *
     * @param sync brings what was written to stable storage
     */
    DurableOutputStream(OutputStream out, Step sync) {
        super(out, 1 << 16);
        this.sync = sync;
    }

    @Override
    public synchronized void write(int value) throws IOException {
        noticingFailure(() -> super.write(value));
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        noticingFailure(() -> super.write(bytes, offset, length));
    }

    @Override
    public synchronized void flush() throws IOException {
        noticingFailure(super::flush);
    }

    private void noticingFailure(Step step) throws IOException {
        if (failure != null) {
            throw new IOException("not written after a failure: " + failure.getMessage(), failure);
        }
        try {
            step.run();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** After a failure it only lets go of the file. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (failure == null) {
                flush();
                noticingFailure(sync);
            }
        } finally {
            if (failure != null) {
                IOUtils.closeStream(out);
            } else {
                out.close();
            }
        }
    }
}
