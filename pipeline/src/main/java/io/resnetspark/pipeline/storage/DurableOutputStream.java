package io.resnetspark.pipeline.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Forces its bytes to stable storage before it closes, so that a later rename cannot overtake them. */
final class DurableOutputStream extends BufferedOutputStream {

    /** Brings what was written to stable storage. */
    @FunctionalInterface
    interface Sync {
        void run() throws IOException;
    }

    private final Sync sync;
    private boolean closed;

    DurableOutputStream(OutputStream out, Sync sync) {
        super(out, 1 << 16);
        this.sync = sync;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (OutputStream underlying = out) {
            flush();
            sync.run();
        }
    }
}
