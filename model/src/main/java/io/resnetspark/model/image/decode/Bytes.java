package io.resnetspark.model.image.decode;

import java.nio.charset.StandardCharsets;

/** Unsigned integers and tags at a position of a byte array; reading past the end means a truncated file. */
public record Bytes(byte[] array, boolean bigEndian) {

    int size() {
        return array.length;
    }

    int u8(int at) throws RejectedImageException {
        if (at < 0 || at >= array.length) {
            throw RejectedImageException.truncated("its header");
        }
        return array[at] & 0xFF;
    }

    int u16(int at) throws RejectedImageException {
        int first = u8(at);
        int second = u8(at + 1);
        return bigEndian ? first << 8 | second : second << 8 | first;
    }

    int u24(int at) throws RejectedImageException {
        int first = u8(at);
        int rest = u16(at + 1);
        return bigEndian ? first << 16 | rest : rest << 8 | first;
    }

    long u32(int at) throws RejectedImageException {
        long first = u16(at);
        long second = u16(at + 2);
        return bigEndian ? first << 16 | second : second << 16 | first;
    }

    /** Signed above 2^63: no file is that long. */
    long u64(int at) throws RejectedImageException {
        long first = u32(at);
        long second = u32(at + 4);
        return bigEndian ? first << 32 | second : second << 32 | first;
    }

    /** Whether these ASCII characters stand here; false past the end. */
    boolean hasTag(int at, String tag) {
        byte[] wanted = tag.getBytes(StandardCharsets.ISO_8859_1);
        if (at < 0 || at > array.length - wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (array[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the file begins so, one byte per character; {@code ?} stands for any byte. */
    boolean beginsWith(String signature) {
        if (array.length < signature.length()) {
            return false;
        }
        for (int i = 0; i < signature.length(); i++) {
            if (signature.charAt(i) != '?' && signature.charAt(i) != (array[i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }
}
