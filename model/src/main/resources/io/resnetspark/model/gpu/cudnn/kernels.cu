// The device's small kernels: everything but convolutions (cuDNN) and matrix products (cuBLAS).
//
// Rules that keep them easy to check, on a processor too:
// - A thread never talks to another: no shared memory, no synchronisation, no atomics. Results do not depend on timing.
// - Every kernel gets the number of threads first; a thread beyond it has nothing to do. Threads step through an array by
//   the number of threads, so that neighbours touch neighbouring memory.
// - Maps are channels-last. Where a kernel works by channel, the number of threads is a multiple of the channels, so that
//   each thread meets a single channel.
// - Sums over long arrays leave one partial sum per thread in double precision; reduceSums adds those up.
//
// Maps are of type "element": float, or with BFLOAT16 defined its upper half, rounded to nearest even. Parameters,
// gradients of parameters, statistics, features and logits are floats.

#ifdef BFLOAT16
struct element {
    unsigned short bits;
};

__device__ inline float load(element value) {
    return __uint_as_float((unsigned)value.bits << 16);
}

__device__ inline element rounded(float value) {
    unsigned bits = __float_as_uint(value);
    element result;
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        result.bits = (unsigned short)(bits >> 16 | 0x40u); // stays a NaN
    } else {
        result.bits = (unsigned short)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
    }
    return result;
}
#else
typedef float element;

__device__ inline float load(element value) {
    return value;
}

__device__ inline element rounded(float value) {
    return value;
}
#endif

__device__ inline unsigned thisThread() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

// Overwrites, or adds to what is there.
__device__ inline void put(element *target, float value, unsigned add) {
    *target = rounded(add ? load(*target) + value : value);
}

// max(0, value), except that NaN stays NaN: a training that diverged must not look sound.
__device__ inline float positive(float value) {
    return value < 0 ? 0.0f : value;
}

__device__ inline float inverseDeviation(float variance, float epsilon) {
    return 1.0f / sqrtf(variance + epsilon);
}

// ---- layouts -------------------------------------------------------------------------------------------------------

extern "C" __global__ void toElements(unsigned threads, const float *from, element *to, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        to[i] = rounded(from[i]);
    }
}

// [out, in, size, size] to [out, size, size, in]; pixels is size * size.
extern "C" __global__ void packWeight(
    unsigned threads, const float *weight, element *packed, unsigned channels, unsigned pixels, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned pixel = i / channels % pixels;
        unsigned output = i / channels / pixels;
        packed[i] = rounded(weight[(output * channels + channel) * pixels + pixel]);
    }
}

// The way back, for gradients.
extern "C" __global__ void unpackWeight(
    unsigned threads, const element *packed, float *weight, unsigned channels, unsigned pixels, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned pixel = i / channels % pixels;
        unsigned output = i / channels / pixels;
        weight[(output * channels + channel) * pixels + pixel] = load(packed[i]);
    }
}

// ---- sums ----------------------------------------------------------------------------------------------------------

// Adds up partial sums: several arrays of "before" values each to as many of "after" values, value j + k * after into j.
extern "C" __global__ void reduceSums(
    unsigned threads, const double *from, double *to, unsigned before, unsigned after) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    unsigned array = thread / after;
    double sum = 0;
    for (unsigned j = thread % after; j < before; j += after) {
        sum += from[(size_t)array * before + j];
    }
    to[thread] = sum;
}

extern "C" __global__ void sumsToFloats(unsigned threads, const double *sums, float *values) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    values[thread] = (float)sums[thread];
}

extern "C" __global__ void sumSquares(unsigned threads, const float *values, double *partial, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    double sum = 0;
    for (unsigned i = thread; i < count; i += threads) {
        sum += (double)values[i] * values[i];
    }
    partial[thread] = sum;
}

// By channel.
extern "C" __global__ void sumChannels(unsigned threads, const element *maps, double *partial, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    double sum = 0;
    for (unsigned i = thread; i < count; i += threads) {
        sum += load(maps[i]);
    }
    partial[thread] = sum;
}

// ---- bias, ReLU and sums of maps ------------------------------------------------------------------------------------

// By channel.
extern "C" __global__ void addBias(
    unsigned threads, element *maps, const float *bias, unsigned channels, unsigned count, unsigned relu) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    float own = bias[thread % channels];
    for (unsigned i = thread; i < count; i += threads) {
        float value = load(maps[i]) + own;
        maps[i] = rounded(relu ? positive(value) : value);
    }
}

extern "C" __global__ void relu(unsigned threads, const element *input, element *output, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        output[i] = rounded(positive(load(input[i])));
    }
}

// inputGradient may be outputGradient unless it is added to.
extern "C" __global__ void reluGradient(
    unsigned threads, const element *output, const element *outputGradient, element *inputGradient, unsigned count,
    unsigned add) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        put(inputGradient + i, load(output[i]) > 0 ? load(outputGradient[i]) : 0.0f, add);
    }
}

extern "C" __global__ void residualAdd(
    unsigned threads, const element *one, const element *other, element *output, unsigned count, unsigned relu) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        float value = load(one[i]) + load(other[i]);
        output[i] = rounded(relu ? positive(value) : value);
    }
}

extern "C" __global__ void passGradient(
    unsigned threads, const element *outputGradient, element *inputGradient, unsigned count, unsigned add) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        put(inputGradient + i, load(outputGradient[i]), add);
    }
}

// ---- batch norm -----------------------------------------------------------------------------------------------------

// By channel: sums of the distances from the channel's first value, then of their squares. Distances from a value of the
// channel, not the values, so that a mean far from 0 does not swallow the variance.
extern "C" __global__ void normMoments(
    unsigned threads, const element *input, double *partial, unsigned channels, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    float pivot = load(input[thread % channels]);
    double sum = 0;
    double squares = 0;
    unsigned i = thread;
    while (i < count) {
        float shortSum = 0; // few enough values for single precision, which every device is fast at
        float shortSquares = 0;
        for (unsigned k = 0; k < 16 && i < count; k++, i += threads) {
            float distance = load(input[i]) - pivot;
            shortSum += distance;
            shortSquares += distance * distance;
        }
        sum += shortSum;
        squares += shortSquares;
    }
    partial[thread] = sum;
    partial[(size_t)threads + thread] = squares;
}

// A thread per channel.
extern "C" __global__ void normStatistics(
    unsigned threads, const double *sums, const element *input, float *mean, float *variance, unsigned rows) {
    unsigned channel = thisThread();
    if (channel >= threads) return;
    double distance = sums[channel] / rows;
    double squares = sums[threads + channel] / rows;
    mean[channel] = (float)(load(input[channel]) + distance);
    variance[channel] = positive((float)(squares - distance * distance));
}

// A thread per channel. Running statistics as PyTorch keeps them, with the unbiased variance.
extern "C" __global__ void blendStatistics(
    unsigned threads, const float *mean, const float *variance, float *runningMean, float *runningVariance, unsigned rows,
    float momentum) {
    unsigned channel = thisThread();
    if (channel >= threads) return;
    float unbiased = rows > 1 ? (float)rows / (float)(rows - 1) : 1.0f;
    runningMean[channel] = (1 - momentum) * runningMean[channel] + momentum * mean[channel];
    runningVariance[channel] = (1 - momentum) * runningVariance[channel] + momentum * unbiased * variance[channel];
}

// By channel; addend may be null.
extern "C" __global__ void batchNorm(
    unsigned threads, const element *input, const float *scale, const float *shift, const float *mean,
    const float *variance, const element *addend, element *output, unsigned channels, unsigned count, float epsilon,
    unsigned relu) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    unsigned channel = thread % channels;
    float centre = mean[channel];
    float factor = scale[channel] * inverseDeviation(variance[channel], epsilon);
    float offset = shift[channel];
    for (unsigned i = thread; i < count; i += threads) {
        float value = (load(input[i]) - centre) * factor + offset;
        if (addend) {
            value += load(addend[i]);
        }
        output[i] = rounded(relu ? positive(value) : value);
    }
}

// By channel: sums of the gradients that the ReLU lets pass, then of their products with the centred input.
// With output given, the ReLU's mask is output > 0 and the masked gradient replaces outputGradient; without, but with
// relu, the mask is computed from the input again.
extern "C" __global__ void normGradientSums(
    unsigned threads, const element *input, const element *output, element *outputGradient, const float *scale,
    const float *shift, const float *mean, const float *variance, double *partial, unsigned channels, unsigned count,
    float epsilon, unsigned relu) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    unsigned channel = thread % channels;
    float centre = mean[channel];
    float factor = scale[channel] * inverseDeviation(variance[channel], epsilon);
    float offset = shift[channel];
    double sum = 0;
    double products = 0;
    unsigned i = thread;
    while (i < count) {
        float shortSum = 0;
        float shortProducts = 0;
        for (unsigned k = 0; k < 16 && i < count; k++, i += threads) {
            float gradient = load(outputGradient[i]);
            float centred = load(input[i]) - centre;
            if (output) {
                gradient = load(output[i]) > 0 ? gradient : 0.0f;
                outputGradient[i] = rounded(gradient);
            } else if (relu && !(centred * factor + offset > 0)) {
                gradient = 0;
            }
            shortSum += gradient;
            shortProducts += gradient * centred;
        }
        sum += shortSum;
        products += shortProducts;
    }
    partial[thread] = sum;
    partial[(size_t)threads + thread] = products;
}

// A thread per channel.
extern "C" __global__ void normParameterGradients(
    unsigned threads, const double *sums, const float *variance, float *scaleGradient, float *shiftGradient,
    float epsilon) {
    unsigned channel = thisThread();
    if (channel >= threads) return;
    shiftGradient[channel] = (float)sums[channel];
    scaleGradient[channel] = (float)(sums[threads + channel] * inverseDeviation(variance[channel], epsilon));
}

// By channel. With the batch's statistics, scaleGradient and shiftGradient say how they move with the input; with given
// ones both are null. relu as in normGradientSums without output.
extern "C" __global__ void normInputGradient(
    unsigned threads, const element *input, const element *outputGradient, const float *scale, const float *shift,
    const float *mean, const float *variance, const float *scaleGradient, const float *shiftGradient,
    element *inputGradient, unsigned channels, unsigned count, float epsilon, unsigned relu, unsigned add) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    unsigned channel = thread % channels;
    float rows = (float)(count / channels);
    float centre = mean[channel];
    float inverse = inverseDeviation(variance[channel], epsilon);
    float factor = scale[channel] * inverse;
    float offset = shift[channel];
    float meanGradient = shiftGradient ? shiftGradient[channel] / rows : 0.0f;
    float slope = scaleGradient ? scaleGradient[channel] / rows * inverse : 0.0f;
    for (unsigned i = thread; i < count; i += threads) {
        float centred = load(input[i]) - centre;
        float gradient = load(outputGradient[i]);
        if (relu && !(centred * factor + offset > 0)) {
            gradient = 0;
        }
        put(inputGradient + i, factor * (gradient - meanGradient - centred * slope), add);
    }
}

// ---- pooling and shortcuts -------------------------------------------------------------------------------------------

// argmax[i] is the place of output i's maximum within its window, row by row; the first of equals wins.
extern "C" __global__ void maxPool(
    unsigned threads, const element *input, element *output, unsigned char *argmax, unsigned height, unsigned width,
    unsigned channels, unsigned outputHeight, unsigned outputWidth, unsigned size, unsigned stride, unsigned padding,
    unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned x = i / channels % outputWidth;
        unsigned y = i / channels / outputWidth % outputHeight;
        unsigned image = i / channels / outputWidth / outputHeight;
        float best = 0;
        int place = -1;
        for (unsigned dy = 0; dy < size; dy++) {
            for (unsigned dx = 0; dx < size; dx++) {
                unsigned row = y * stride + dy - padding; // wraps to something huge above the image
                unsigned column = x * stride + dx - padding;
                if (row < height && column < width) {
                    float value = load(input[((image * height + row) * width + column) * channels + channel]);
                    if (place < 0 || value > best || value != value) {
                        best = value;
                        place = (int)(dy * size + dx);
                    }
                }
            }
        }
        output[i] = rounded(best);
        argmax[i] = (unsigned char)place;
    }
}

// Every input pixel asks the windows it lies in whether it won.
extern "C" __global__ void maxPoolGradient(
    unsigned threads, const element *outputGradient, const unsigned char *argmax, element *inputGradient,
    unsigned height, unsigned width, unsigned channels, unsigned outputHeight, unsigned outputWidth, unsigned size,
    unsigned stride, unsigned padding, unsigned count, unsigned add) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned column = i / channels % width + padding; // in the padded image
        unsigned row = i / channels / width % height + padding;
        unsigned image = i / channels / width / height;
        unsigned firstY = row < size ? 0 : (row - size) / stride + 1;
        unsigned firstX = column < size ? 0 : (column - size) / stride + 1;
        float sum = 0;
        for (unsigned y = firstY; y < outputHeight && y * stride <= row; y++) {
            for (unsigned x = firstX; x < outputWidth && x * stride <= column; x++) {
                unsigned place = (row - y * stride) * size + (column - x * stride);
                unsigned window = ((image * outputHeight + y) * outputWidth + x) * channels + channel;
                if (argmax[window] == place) {
                    sum += load(outputGradient[window]);
                }
            }
        }
        put(inputGradient + i, sum, add);
    }
}

// [N, pixels, channels] to floats [N, channels]; count is N * channels.
extern "C" __global__ void globalAverage(
    unsigned threads, const element *input, float *output, unsigned pixels, unsigned channels, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned image = i / channels;
        float sum = 0;
        for (unsigned pixel = 0; pixel < pixels; pixel++) {
            sum += load(input[(image * pixels + pixel) * channels + channel]);
        }
        output[i] = sum / (float)pixels;
    }
}

extern "C" __global__ void globalAverageGradient(
    unsigned threads, const float *outputGradient, element *inputGradient, unsigned pixels, unsigned channels,
    unsigned count, unsigned add) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned image = i / channels / pixels;
        put(inputGradient + i, outputGradient[image * channels + channel] / (float)pixels, add);
    }
}

// Every stride-th pixel; "before" zero channels come first.
extern "C" __global__ void padShortcut(
    unsigned threads, const element *input, element *output, unsigned height, unsigned width, unsigned channels,
    unsigned outputHeight, unsigned outputWidth, unsigned outputChannels, unsigned before, unsigned stride,
    unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % outputChannels - before; // huge below
        unsigned x = i / outputChannels % outputWidth * stride;
        unsigned y = i / outputChannels / outputWidth % outputHeight * stride;
        unsigned image = i / outputChannels / outputWidth / outputHeight;
        output[i] = channel < channels ? input[((image * height + y) * width + x) * channels + channel] : rounded(0.0f);
    }
}

extern "C" __global__ void padShortcutGradient(
    unsigned threads, const element *outputGradient, element *inputGradient, unsigned height, unsigned width,
    unsigned channels, unsigned outputHeight, unsigned outputWidth, unsigned outputChannels, unsigned before,
    unsigned stride, unsigned count, unsigned add) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = thread; i < count; i += threads) {
        unsigned channel = i % channels;
        unsigned x = i / channels % width;
        unsigned y = i / channels / width % height;
        unsigned image = i / channels / width / height;
        float gradient = 0;
        if (x % stride == 0 && y % stride == 0) {
            unsigned pixel = (image * outputHeight + y / stride) * outputWidth + x / stride;
            gradient = load(outputGradient[pixel * outputChannels + before + channel]);
        }
        put(inputGradient + i, gradient, add);
    }
}

// ---- loss ------------------------------------------------------------------------------------------------------------

// A thread per row.
extern "C" __global__ void softmax(unsigned threads, const float *logits, float *probabilities, unsigned classes) {
    unsigned row = thisThread();
    if (row >= threads) return;
    const float *own = logits + (size_t)row * classes;
    float *result = probabilities + (size_t)row * classes;
    float largest = own[0];
    for (unsigned c = 1; c < classes; c++) {
        largest = fmaxf(largest, own[c]);
    }
    double total = 0;
    for (unsigned c = 0; c < classes; c++) {
        total += expf(own[c] - largest);
    }
    for (unsigned c = 0; c < classes; c++) {
        result[c] = (float)(expf(own[c] - largest) / total);
    }
}

// A thread per row. results: each row's cross-entropy, then for each row 1 if its largest logit is at the label's largest
// value, else 0. The gradient is that of the sum over the rows.
extern "C" __global__ void softmaxCrossEntropy(
    unsigned threads, const float *logits, const float *labels, float *gradient, double *results, unsigned classes) {
    unsigned row = thisThread();
    if (row >= threads) return;
    const float *own = logits + (size_t)row * classes;
    const float *target = labels + (size_t)row * classes;
    unsigned best = 0;
    unsigned wanted = 0;
    for (unsigned c = 1; c < classes; c++) {
        best = own[c] > own[best] ? c : best;
        wanted = target[c] > target[wanted] ? c : wanted;
    }
    float largest = own[best];
    double total = 0;
    double targets = 0;
    for (unsigned c = 0; c < classes; c++) {
        total += expf(own[c] - largest);
        targets += target[c];
    }
    double logarithm = largest + log(total);
    double loss = 0;
    for (unsigned c = 0; c < classes; c++) {
        if (target[c] != 0) {
            loss += target[c] * (logarithm - own[c]);
        }
        gradient[(size_t)row * classes + c] = (float)(expf(own[c] - largest) / total * targets - target[c]);
    }
    results[row] = loss;
    results[(size_t)threads + row] = best == wanted ? 1 : 0;
}

// ---- optimisers ------------------------------------------------------------------------------------------------------

extern "C" __global__ void momentumUpdate(
    unsigned threads, float *parameters, const float *gradients, float *velocity, unsigned start, unsigned end,
    float gradientScale, float decay, float momentum, float inner, float blend, float keep, float outer) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = start + thread; i < end; i += threads) {
        float p = parameters[i];
        float d = gradients[i] * gradientScale + decay * p;
        float v = momentum * velocity[i] + inner * d;
        velocity[i] = v;
        parameters[i] = p - outer * (blend * d + keep * v);
    }
}

extern "C" __global__ void adamUpdate(
    unsigned threads, float *parameters, const float *gradients, float *mean, float *square, unsigned start, unsigned end,
    float gradientScale, float beta1, float beta2, float epsilon, float rate, float correction, float keep) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    for (unsigned i = start + thread; i < end; i += threads) {
        float d = gradients[i] * gradientScale;
        float m = beta1 * mean[i] + (1 - beta1) * d;
        float s = beta2 * square[i] + (1 - beta2) * d * d;
        mean[i] = m;
        square[i] = s;
        parameters[i] = keep * parameters[i] - rate * m / (sqrtf(s * correction) + epsilon);
    }
}
