package io.resnetspark.model.program;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Buffers of a memory plan, which are used again once nobody reads what they hold. */
final class BufferPool {

    private final List<Long> lengths = new ArrayList<>();
    private final Set<Integer> free = new HashSet<>();

    /** Takes the smallest free buffer that is long enough, else the longest one, made longer, else a new one. */
    int take(long length) {
        int best = -1;
        for (int candidate : free) {
            if (best < 0 || better(lengths.get(candidate), lengths.get(best), length)) {
                best = candidate;
            }
        }
        if (best < 0) {
            lengths.add(length);
            return lengths.size() - 1;
        }
        free.remove(best);
        lengths.set(best, Math.max(length, lengths.get(best)));
        return best;
    }

    private static boolean better(long candidate, long best, long needed) {
        return candidate >= needed ? best < needed || candidate < best : best < needed && candidate > best;
    }

    /** Lets a buffer be taken again. */
    void release(int buffer) {
        free.add(buffer);
    }

    /** How long each buffer has become, by its number. */
    List<Long> lengths() {
        return List.copyOf(lengths);
    }
}
