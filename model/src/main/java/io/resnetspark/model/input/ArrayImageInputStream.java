package io.resnetspark.model.input;

import javax.imageio.stream.ImageInputStreamImpl;

/**
 * An in-memory ImageIO stream, without ImageIO's caches, that remembers whether a reader asked for more than there is:
 * some readers fill a missing end with grey and say nothing.
 */
final class ArrayImageInputStream extends ImageInputStreamImpl {

    private final byte[] array;
    private boolean ranPastEnd;

    ArrayImageInputStream(byte[] array) {
        this.array = array;
    }

    boolean ranPastEnd() {
        return ranPastEnd;
    }

    @Override
    public int read() {
        bitOffset = 0;
        if (streamPos >= array.length) {
            ranPastEnd = true;
            return -1;
        }
        return array[(int) streamPos++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= array.length) {
            ranPastEnd = true;
            return -1;
        }
        int count = (int) Math.min(length, array.length - streamPos);
        System.arraycopy(array, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return array.length;
    }
}
