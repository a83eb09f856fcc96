package io.resnetspark.model.image.decode;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * An in-memory ImageIO stream, without ImageIO's caches, that ends with an exception where a reader asks for more than there
 * is: given -1, some readers fill a missing end with grey and say nothing, and others ask for it for ever.
 */
public final class ArrayImageInputStream extends ImageInputStreamImpl {

    private final byte[] array;
    private boolean ranPastEnd;

    ArrayImageInputStream(byte[] array) {
        this.array = array;
    }

    boolean ranPastEnd() {
        return ranPastEnd;
    }

    @Override
    public int read() throws IOException {
        bitOffset = 0;
        if (streamPos >= array.length) {
            throw pastEnd();
        }
        return array[(int) streamPos++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= array.length) {
            throw pastEnd();
        }
        int count = (int) Math.min(length, array.length - streamPos);
        System.arraycopy(array, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    /** No {@link java.io.EOFException}, which readers catch. */
    private IOException pastEnd() {
        ranPastEnd = true;
        return new IOException("Nothing after byte " + array.length);
    }

    @Override
    public long length() {
        return array.length;
    }
}
