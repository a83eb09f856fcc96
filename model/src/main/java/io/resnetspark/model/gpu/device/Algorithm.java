package io.resnetspark.model.gpu.device;

import io.resnetspark.model.program.Element;

/**
 * One of a library's ways to compute a convolution.
 *
 * @param number the library's
 * @param mathType the library's number of its kind of arithmetic
 * @param repeatable whether results do not depend on timing
 * @param workspaceBytes scratch memory it needs
 * @param result type of what it writes
 */
public record Algorithm(int number, int mathType, boolean repeatable, long workspaceBytes, Element result) {

    /** Whether it is the same way, for a batch of another size perhaps. */
    boolean isLike(Algorithm other) {
        return number == other.number && mathType == other.mathType && result == other.result;
    }
}
