package io.resnetspark.model.gpu.device;

/**
 * {@code c = op(a) op(b)} of column-major float matrices, as BLAS has it; {@code op(a)} is {@code [m, k]}, {@code op(b)}
 * {@code [k, n]}.
 *
 * @param lda rows of {@code a} as it lies in memory
 * @param ldb rows of {@code b}
 * @param ldc rows of {@code c}
 */
public record MatrixProduct(
        Form formA, Form formB, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {

    /** Whether a matrix is used as it lies, or its transpose. */
    public enum Form {
        PLAIN,
        TRANSPOSED
    }
}
