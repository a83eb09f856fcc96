package io.resnetspark.model.gpu.device;

/**
 * The functions of {@code kernels.cu}, each with the types of its arguments after the number of threads: {@code p} an
 * address, {@code u} an unsigned number, {@code f} a float.
 */
public enum DeviceKernel {
    TO_ELEMENTS("toElements", "ppu"),
    ADJUST_COLOURS("adjustColours", "puu"),
    SAMPLES_TO_ELEMENTS("samplesToElements", "pppuuuu"),
    PACK_WEIGHTS("packWeights", "ppp"),
    UNPACK_GRADIENTS("unpackGradients", "ppp"),
    REDUCE_SUMS("reduceSums", "ppuu"),
    SUMS_TO_FLOATS("sumsToFloats", "pp"),
    SUM_SQUARES("sumSquares", "ppp"),
    SUM_GROUPS("sumGroups", "pppu"),
    SUM_CHANNELS("sumChannels", "ppu"),
    ADD_BIAS("addBias", "ppuuu"),
    RELU("relu", "ppu"),
    RELU_GRADIENT("reluGradient", "pppuu"),
    RESIDUAL_ADD("residualAdd", "pppuu"),
    PASS_GRADIENT("passGradient", "ppuu"),
    NORM_STATISTICS("normStatistics", "pppppppuuf"),
    BATCH_NORM("batchNorm", "pppppppuufu"),
    NORM_PARAMETER_GRADIENTS("normParameterGradients", "pppppppppppuufu"),
    NORM_INPUT_GRADIENT("normInputGradient", "pppppppppuufuu"),
    MAX_POOL("maxPool", "pppuuuuuuuuu"),
    MAX_POOL_GRADIENT("maxPoolGradient", "pppuuuuuuuuuu"),
    GLOBAL_AVERAGE("globalAverage", "ppuuu"),
    GLOBAL_AVERAGE_GRADIENT("globalAverageGradient", "ppuuuu"),
    PAD_SHORTCUT("padShortcut", "ppuuuuuuuuu"),
    PAD_SHORTCUT_GRADIENT("padShortcutGradient", "ppuuuuuuuuuu"),
    SOFTMAX("softmax", "ppu"),
    SOFTMAX_CROSS_ENTROPY("softmaxCrossEntropy", "ppppu"),
    MOMENTUM_UPDATE("momentumUpdate", "ppppfffffff"),
    ADAM_UPDATE("adamUpdate", "pppppfffffff");

    private final String function;
    private final String arguments;

    DeviceKernel(String function, String arguments) {
        this.function = function;
        this.arguments = arguments;
    }

    /** Its name in the source. */
    public String function() {
        return function;
    }

    public String arguments() {
        return arguments;
    }

    /**
     * Arguments as eight bytes each, of which the device reads as many as the type has from the start (little-endian): first
     * the number of threads, then {@code values}.
     *
     * @param values a {@link Long} for each address, an {@link Integer} for each number, a {@link Float} for each float
     */
    public long[] encode(int threads, Object... values) {
        if (values.length != arguments.length()) {
            throw new IllegalArgumentException(
                    "%s takes %d arguments, not %d".formatted(function, arguments.length(), values.length));
        }
        long[] encoded = new long[1 + values.length];
        encoded[0] = threads;
        for (int i = 0; i < values.length; i++) {
            encoded[1 + i] = encode(arguments.charAt(i), values[i], i);
        }
        return encoded;
    }

    private long encode(char type, Object value, int position) {
        if (type == 'p' && value instanceof Long address) {
            return address;
        }
        if (type == 'u' && value instanceof Integer number && number >= 0) {
            return number;
        }
        if (type == 'f' && value instanceof Float number) {
            return Float.floatToRawIntBits(number) & 0xffffffffL;
        }
        throw new IllegalArgumentException("Argument %d of %s must be of type %s, not %s %s"
                .formatted(position, function, type, value.getClass().getSimpleName(), value));
    }
}
