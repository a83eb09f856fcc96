package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.TrainingPrecision;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;

/** The libraries' kinds of arithmetic, by their numbers. */
final class Arithmetic {

    private Arithmetic() {}

    /** What cuDNN is asked for; its default for floats multiplies with TF32. */
    static int ofConvolutions(TrainingPrecision precision) {
        return switch (precision) {
            case FP32 -> cudnn.CUDNN_FMA_MATH;
            case TF32 -> cudnn.CUDNN_DEFAULT_MATH;
            case BF16 -> cudnn.CUDNN_TENSOR_OP_MATH;
        };
    }

    /** Whether convolutions may be computed so. What converts floats to half precision never may. */
    static boolean allows(TrainingPrecision precision, int mathType) {
        return mathType == cudnn.CUDNN_FMA_MATH
                || (precision != TrainingPrecision.FP32
                        && (mathType == cudnn.CUDNN_DEFAULT_MATH || mathType == cudnn.CUDNN_TENSOR_OP_MATH));
    }

    /** What cuBLAS is asked for, whose default for floats is single precision, by tensor cores where they have it. */
    static int ofProducts(TrainingPrecision precision) {
        return precision == TrainingPrecision.FP32 ? cublas.CUBLAS_PEDANTIC_MATH : cublas.CUBLAS_TF32_TENSOR_OP_MATH;
    }
}
