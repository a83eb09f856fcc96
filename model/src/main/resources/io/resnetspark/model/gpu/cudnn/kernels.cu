// The device's small kernels: everything but convolutions (cuDNN) and matrix products (cuBLAS).
//
// Rules that keep them easy to check, on a processor too:
// - Every kernel gets the number of threads first; a thread beyond it has nothing to do. Threads step through an array by
//   the number of threads, so that neighbours touch neighbouring memory.
// - Threads talk to each other in sumByChannel only, block by block in phases: between two phases a block's threads wait for
//   each other, and nothing but shared memory lives from one to the next. A processor runs a phase for all threads, then the
//   next one. Whatever the timing, sums are added up in the same order.
// - Maps are channels-last and begin at multiples of 256 bytes; where that divides their channels, threads move 16 bytes at
//   once, or 4 elements. Where a kernel works by channel, the number of threads is a multiple of the channels (or vectors of them), so
//   that each thread meets the same ones all the time.
// - Other sums over long arrays leave one partial sum per thread in double precision; reduceSums adds those up.
//
// Maps are of type "element": float, or with BFLOAT16 defined its upper half, rounded to nearest even. Parameters,
// gradients of parameters, statistics, features and logits are floats.

#ifndef PHASE // a processor's is different
#define PHASE(number) if ((number) == 0 || (__syncthreads(), true))
#endif

const unsigned BLOCK = 256; // threads of each block

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

// Elements that are moved at once.
template <unsigned V> struct alignas(V * sizeof(element)) Vector {
    element values[V];
};

const unsigned WIDE = 16 / sizeof(element);

// Where sums of each are kept besides: more would take the registers of half the threads.
const unsigned SUMMED = 4;

template <unsigned V> __device__ inline Vector<V> vectorAt(const element *maps, size_t vector) {
    return reinterpret_cast<const Vector<V> *>(maps)[vector];
}

template <unsigned V> __device__ inline void setVector(element *maps, size_t vector, const Vector<V> &values) {
    reinterpret_cast<Vector<V> *>(maps)[vector] = values;
}

// Overwrites, or adds to what is there.
__device__ inline void put(element *target, float value, unsigned add) {
    *target = rounded(add ? load(*target) + value : value);
}

template <unsigned V> __device__ inline void putVector(element *maps, size_t vector, const float *values, unsigned add) {
    Vector<V> result;
    if (add) {
        result = vectorAt<V>(maps, vector);
    }
    for (unsigned v = 0; v < V; v++) {
        result.values[v] = rounded(add ? load(result.values[v]) + values[v] : values[v]);
    }
    setVector<V>(maps, vector, result);
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

// What is done to an image, behind its samples: class ImageRecord of the host.
struct Edits {
    int changes[4]; // of colours, one after another: one of Change, 0 for none
    float factors[4];
    int erased[4]; // x, y, width, height of the part that becomes the mean colour
    int pasted[4]; // of the part that shows the partner instead
    unsigned partner;
    float blend;   // share of the image itself in the rest
};

enum Change { BRIGHTNESS = 1, CONTRAST, SATURATION, HUE };

// Pillow's rounding, which a sum and a product at once would not keep.
__device__ inline unsigned char blended(int from, int to, float factor) {
    int value = (int)__fadd_rn((float)from, __fmul_rn(factor, (float)(to - from)));
    return (unsigned char)(value < 0 ? 0 : value > 255 ? 255 : value);
}

__device__ inline int luma(const unsigned char *pixel) {
    return (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16;
}

__device__ inline unsigned char nearest(double value) {
    double whole = floor(value + 0.5);
    return (unsigned char)(whole < 0 ? 0 : whole > 255 ? 255 : whole);
}

__device__ inline void turnHue(unsigned char *pixel, int shift) {
    int red = pixel[0], green = pixel[1], blue = pixel[2];
    int value = red > green ? red : green;
    value = value > blue ? value : blue;
    int least = red < green ? red : green;
    least = least < blue ? least : blue;
    int hue = 0;
    int saturation = 0;
    if (value != least) {
        float range = (float)(value - least);
        float redPart = (value - red) / range;
        float greenPart = (value - green) / range;
        float bluePart = (value - blue) / range;
        float sixths = red == value ? bluePart - greenPart
            : green == value        ? (float)(2.0 + redPart - bluePart)
                                    : (float)(4.0 + greenPart - redPart);
        hue = (int)((float)fmod(sixths / 6.0 + 1.0, 1.0) * 255.0);
        saturation = (int)(range / value * 255.0);
    }
    double sector = ((hue + shift) & 255) * 6.0 / 255.0;
    int whole = (int)sector;
    float part = (float)(sector - whole);
    float strength = (float)(saturation / 255.0);
    unsigned char high = (unsigned char)value;
    unsigned char low = nearest(__dmul_rn(value, 1.0 - strength));
    unsigned char falling = nearest(__dmul_rn(value, __dadd_rn(1.0, -(double)__fmul_rn(strength, part))));
    unsigned char rising = nearest(__dmul_rn(value, __dadd_rn(1.0, -__dmul_rn(strength, 1.0 - part))));
    if (saturation == 0) {
        low = falling = rising = high;
    }
    int sextant = whole % 6;
    pixel[0] = sextant == 0 || sextant == 5 ? high : sextant == 1 ? falling : sextant == 4 ? rising : low;
    pixel[1] = sextant == 1 || sextant == 2 ? high : sextant == 3 ? falling : sextant == 0 ? rising : low;
    pixel[2] = sextant == 3 || sextant == 4 ? high : sextant == 5 ? falling : sextant == 2 ? rising : low;
}

__device__ inline void changeColours(unsigned char *pixel, unsigned channels, int change, float factor, int grey) {
    if (change == HUE) {
        turnHue(pixel, (int)factor);
        return;
    }
    int from = change == SATURATION ? luma(pixel) : grey;
    for (unsigned c = 0; c < channels; c++) {
        pixel[c] = blended(from, pixel[c], factor);
    }
}

// Changes colours in place, as class ColourAdjustment of the host does, rounding included. A block for each image.
extern "C" __global__ void adjustColours(unsigned threads, unsigned char *images, unsigned channels, unsigned values) {
    __shared__ unsigned lumas[BLOCK];
    if (thisThread() >= threads) return; // whole blocks
    unsigned edits = (values + 3) / 4 * 4;
    unsigned char *image = images + blockIdx.x * (edits + sizeof(Edits));
    const Edits *own = reinterpret_cast<const Edits *>(image + edits);
    unsigned pixels = values / channels;
    for (unsigned i = 0; i < 4; i++) {
        int change = own->changes[i];
        PHASE(2 * i) {
            unsigned sum = 0;
            for (unsigned p = threadIdx.x; change == CONTRAST && p < pixels; p += BLOCK) {
                sum += channels == 1 ? image[p] : luma(image + 3 * p);
            }
            lumas[threadIdx.x] = sum;
        }
        PHASE(2 * i + 1) {
            unsigned sum = 0;
            for (unsigned t = 0; change == CONTRAST && t < BLOCK; t++) {
                sum += lumas[t];
            }
            int grey = (int)((double)sum / pixels + 0.5);
            for (unsigned p = threadIdx.x; change != 0 && p < pixels; p += BLOCK) {
                changeColours(image + p * channels, channels, change, own->factors[i], grey);
            }
        }
    }
}

__device__ inline bool within(const int *box, int x, int y) {
    return x >= box[0] && x < box[0] + box[2] && y >= box[1] && y < box[1] + box[3];
}

// The rest of the edits, and what samples are for the network: table[channel * 256 + sample].
extern "C" __global__ void samplesToElements(
    unsigned threads, const unsigned char *images, const float *table, element *to, unsigned width, unsigned channels,
    unsigned values, unsigned count) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    unsigned edits = (values + 3) / 4 * 4;
    size_t bytes = edits + sizeof(Edits);
    for (unsigned i = thread; i < count; i += threads) {
        unsigned place = i % values;
        const float *channel = table + place % channels * 256;
        int x = place / channels % width;
        int y = place / channels / width;
        const unsigned char *image = images + i / values * bytes;
        const Edits *own = reinterpret_cast<const Edits *>(image + edits);
        float value = within(own->erased, x, y) ? 0.0f : channel[image[place]];
        bool pasted = within(own->pasted, x, y);
        if (pasted || own->blend != 1.0f) {
            const unsigned char *partner = images + own->partner * bytes;
            const Edits *others = reinterpret_cast<const Edits *>(partner + edits);
            float other = within(others->erased, x, y) ? 0.0f : channel[partner[place]];
            value = pasted ? other : own->blend * value + (1.0f - own->blend) * other;
        }
        to[i] = rounded(value);
    }
}

// A part of a convolution's weight: values start to end of the packed one. Each block has one.
struct WeightPart {
    unsigned offset;       // of the weight in the flat vector
    unsigned packedOffset; // of the packed weight
    unsigned channels;     // inputs
    unsigned pixels;       // size * size
    unsigned start;
    unsigned end;
    unsigned floats;       // whether the packed gradient is floats, not elements
};

// Where a packed weight's value is in the weight: [out, size, size, in] against [out, in, size, size].
__device__ inline unsigned unpacked(const WeightPart &part, unsigned i) {
    unsigned channel = i % part.channels;
    unsigned pixel = i / part.channels % part.pixels;
    unsigned output = i / part.channels / part.pixels;
    return part.offset + (output * part.channels + channel) * part.pixels + pixel;
}

extern "C" __global__ void packWeights(
    unsigned threads, const WeightPart *parts, const float *parameters, element *packed) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    WeightPart part = parts[thread / BLOCK];
    for (unsigned i = part.start + thread % BLOCK; i < part.end; i += BLOCK) {
        packed[part.packedOffset + i] = rounded(parameters[unpacked(part, i)]);
    }
}

// The way back, for gradients. Those that are not floats lie in the first half of the room for them.
extern "C" __global__ void unpackGradients(
    unsigned threads, const WeightPart *parts, const float *packed, float *gradients) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    WeightPart part = parts[thread / BLOCK];
    const float *floats = packed + part.packedOffset;
    const element *elements = reinterpret_cast<const element *>(floats);
    for (unsigned i = part.start + thread % BLOCK; i < part.end; i += BLOCK) {
        gradients[unpacked(part, i)] = part.floats ? floats[i] : load(elements[i]);
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

// A part of a vector: values start to end. Each block has one.
struct VectorPart {
    unsigned start;
    unsigned end;
};

extern "C" __global__ void sumSquares(
    unsigned threads, const VectorPart *parts, const float *values, double *partial) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    VectorPart part = parts[thread / BLOCK];
    double sum = 0;
    for (unsigned i = part.start + thread % BLOCK; i < part.end; i += BLOCK) {
        sum += (double)values[i] * values[i];
    }
    partial[thread] = sum;
}

// Adds up the partial sums from firsts[thread] up to firsts[thread + 1], "each" of them a group.
extern "C" __global__ void sumGroups(
    unsigned threads, const unsigned *firsts, const double *partial, double *sums, unsigned each) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    double sum = 0;
    for (unsigned i = firsts[thread] * each; i < firsts[thread + 1] * each; i++) {
        sum += partial[i];
    }
    sums[thread] = sum;
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

template <unsigned V>
__device__ inline void reluOf(unsigned threads, const element *input, element *output, unsigned count) {
    for (unsigned i = thisThread(); i < count / V; i += threads) {
        Vector<V> values = vectorAt<V>(input, i);
        for (unsigned v = 0; v < V; v++) {
            values.values[v] = rounded(positive(load(values.values[v])));
        }
        setVector<V>(output, i, values);
    }
}

extern "C" __global__ void relu(unsigned threads, const element *input, element *output, unsigned count) {
    if (thisThread() >= threads) return;
    if (count % WIDE == 0) {
        reluOf<WIDE>(threads, input, output, count);
    } else {
        reluOf<1>(threads, input, output, count);
    }
}

template <unsigned V>
__device__ inline void reluGradientOf(
    unsigned threads, const element *output, const element *outputGradient, element *inputGradient, unsigned count,
    unsigned add) {
    for (unsigned i = thisThread(); i < count / V; i += threads) {
        Vector<V> written = vectorAt<V>(output, i);
        Vector<V> gradients = vectorAt<V>(outputGradient, i);
        float values[V];
        for (unsigned v = 0; v < V; v++) {
            values[v] = load(written.values[v]) > 0 ? load(gradients.values[v]) : 0.0f;
        }
        putVector<V>(inputGradient, i, values, add);
    }
}

// inputGradient may be outputGradient unless it is added to.
extern "C" __global__ void reluGradient(
    unsigned threads, const element *output, const element *outputGradient, element *inputGradient, unsigned count,
    unsigned add) {
    if (thisThread() >= threads) return;
    if (count % WIDE == 0) {
        reluGradientOf<WIDE>(threads, output, outputGradient, inputGradient, count, add);
    } else {
        reluGradientOf<1>(threads, output, outputGradient, inputGradient, count, add);
    }
}

template <unsigned V>
__device__ inline void residualAddOf(
    unsigned threads, const element *one, const element *other, element *output, unsigned count, unsigned relu) {
    for (unsigned i = thisThread(); i < count / V; i += threads) {
        Vector<V> a = vectorAt<V>(one, i);
        Vector<V> b = vectorAt<V>(other, i);
        for (unsigned v = 0; v < V; v++) {
            float value = load(a.values[v]) + load(b.values[v]);
            a.values[v] = rounded(relu ? positive(value) : value);
        }
        setVector<V>(output, i, a);
    }
}

extern "C" __global__ void residualAdd(
    unsigned threads, const element *one, const element *other, element *output, unsigned count, unsigned relu) {
    if (thisThread() >= threads) return;
    if (count % WIDE == 0) {
        residualAddOf<WIDE>(threads, one, other, output, count, relu);
    } else {
        residualAddOf<1>(threads, one, other, output, count, relu);
    }
}

template <unsigned V>
__device__ inline void passGradientOf(
    unsigned threads, const element *outputGradient, element *inputGradient, unsigned count, unsigned add) {
    for (unsigned i = thisThread(); i < count / V; i += threads) {
        Vector<V> gradients = vectorAt<V>(outputGradient, i);
        float values[V];
        for (unsigned v = 0; v < V; v++) {
            values[v] = load(gradients.values[v]);
        }
        putVector<V>(inputGradient, i, values, add);
    }
}

extern "C" __global__ void passGradient(
    unsigned threads, const element *outputGradient, element *inputGradient, unsigned count, unsigned add) {
    if (thisThread() >= threads) return;
    if (count % WIDE == 0) {
        passGradientOf<WIDE>(threads, outputGradient, inputGradient, count, add);
    } else {
        passGradientOf<1>(threads, outputGradient, inputGradient, count, add);
    }
}

// ---- sums by channel -------------------------------------------------------------------------------------------------

// Which part of [rows, channels] a block's threads go through: "columns" vectors of V channels beside each other, in every
// stride-th row.
template <unsigned V> struct Tile {
    unsigned columns;      // vectors of a row that a block looks at
    unsigned height;       // rows that it looks at at once
    unsigned columnBlocks; // blocks beside each other
    unsigned rowBlocks;    // blocks that share the same columns
    unsigned vector;       // of this thread, counted in its row
    unsigned row;          // its first one
    bool active;           // whether there is anything for it

    __device__ inline Tile(unsigned threads, unsigned channels) {
        unsigned vectors = channels / V;
        columns = vectors < 32 ? vectors : 32;
        height = BLOCK / columns;
        columnBlocks = (vectors + columns - 1) / columns;
        rowBlocks = threads / BLOCK / columnBlocks;
        vector = blockIdx.x % columnBlocks * columns + threadIdx.x % columns;
        row = blockIdx.x / columnBlocks * height + threadIdx.x / columns;
        active = threadIdx.x / columns < height && vector < vectors;
    }
};

// Two sums over all rows for each channel: terms(row, vector, one, other) gives those of V channels in a row, finish(channel,
// one, other) gets the sums. Every block adds up its rows and leaves partial sums; the last to be done, whichever it is, adds
// those up. tickets[i] counts the blocks that are done with columns i; it is 0 before and after.
template <unsigned V, typename Terms, typename Finish>
__device__ inline void sumByChannel(
    unsigned threads, unsigned channels, unsigned rows, double *partial, unsigned *tickets, Terms terms, Finish finish) {
    __shared__ double ones[BLOCK * V];
    __shared__ double others[BLOCK * V];
    __shared__ unsigned last;
    Tile<V> tile(threads, channels);
    unsigned width = tile.columns * V;
    unsigned columnBlock = blockIdx.x % tile.columnBlocks;
    unsigned rowBlock = blockIdx.x / tile.columnBlocks;
    unsigned firstChannel = columnBlock * width;
    unsigned pieces = width < BLOCK ? BLOCK / width : 1;
    PHASE(0) {
        double one[V];
        double other[V];
        for (unsigned v = 0; v < V; v++) {
            one[v] = 0;
            other[v] = 0;
        }
        unsigned row = tile.active ? tile.row : rows;
        while (row < rows) {
            float shortOne[V];
            float shortOther[V];
            for (unsigned v = 0; v < V; v++) {
                shortOne[v] = 0;
                shortOther[v] = 0;
            }
            for (unsigned k = 0; k < 16 && row < rows; k++, row += tile.height * tile.rowBlocks) {
                terms(row, tile.vector, shortOne, shortOther);
            }
            for (unsigned v = 0; v < V; v++) {
                one[v] += shortOne[v];
                other[v] += shortOther[v];
            }
        }
        for (unsigned v = 0; v < V; v++) {
            ones[threadIdx.x * V + v] = one[v];
            others[threadIdx.x * V + v] = other[v];
        }
    }
    PHASE(1) {
        for (unsigned i = threadIdx.x; i < width && firstChannel + i < channels; i += BLOCK) {
            double one = 0;
            double other = 0;
            for (unsigned y = 0; y < tile.height; y++) {
                one += ones[y * width + i];
                other += others[y * width + i];
            }
            partial[(size_t)(2 * rowBlock) * channels + firstChannel + i] = one;
            partial[(size_t)(2 * rowBlock + 1) * channels + firstChannel + i] = other;
        }
        __threadfence(); // before the ticket says that they are there
    }
    PHASE(2) {
        if (threadIdx.x == 0) {
            last = atomicInc(tickets + columnBlock, tile.rowBlocks - 1) == tile.rowBlocks - 1;
            __threadfence();
        }
    }
    PHASE(3) {
        const volatile double *all = partial; // by other blocks: not from this one's cache
        unsigned piece = width < BLOCK ? threadIdx.x / width : 0;
        unsigned step = width < BLOCK ? width : BLOCK;
        for (unsigned i = threadIdx.x % step; last && piece < pieces && i < width; i += step) {
            double one = 0;
            double other = 0;
            for (unsigned b = piece; b < tile.rowBlocks && firstChannel + i < channels; b += pieces) {
                one += all[(size_t)(2 * b) * channels + firstChannel + i];
                other += all[(size_t)(2 * b + 1) * channels + firstChannel + i];
            }
            ones[piece * width + i] = one;
            others[piece * width + i] = other;
        }
    }
    PHASE(4) {
        for (unsigned i = threadIdx.x; last && i < width && firstChannel + i < channels; i += BLOCK) {
            double one = 0;
            double other = 0;
            for (unsigned piece = 0; piece < pieces; piece++) {
                one += ones[piece * width + i];
                other += others[piece * width + i];
            }
            finish(firstChannel + i, one, other);
        }
    }
}

// ---- batch norm -----------------------------------------------------------------------------------------------------

// Sums of the distances from the channel's first value and of their squares: distances, not the values, so that a mean far
// from 0 does not swallow the variance. Running statistics as PyTorch keeps them, with the unbiased variance.
template <unsigned V>
__device__ inline void normStatisticsOf(
    unsigned threads, const element *input, float *mean, float *variance, float *runningMean, float *runningVariance,
    double *partial, unsigned *tickets, unsigned channels, unsigned rows, float momentum) {
    unsigned vectors = channels / V;
    Tile<V> tile(threads, channels);
    Vector<V> first = vectorAt<V>(input, tile.active ? tile.vector : 0);
    sumByChannel<V>(
        threads, channels, rows, partial, tickets,
        [=](unsigned row, unsigned vector, float *sums, float *squares) {
            Vector<V> values = vectorAt<V>(input, (size_t)row * vectors + vector);
            for (unsigned v = 0; v < V; v++) {
                float distance = load(values.values[v]) - load(first.values[v]);
                sums[v] += distance;
                squares[v] += distance * distance;
            }
        },
        [=](unsigned channel, double sum, double squares) {
            double distance = sum / rows;
            float centre = (float)(load(input[channel]) + distance);
            float spread = positive((float)(squares / rows - distance * distance));
            float unbiased = rows > 1 ? (float)rows / (float)(rows - 1) : 1.0f;
            mean[channel] = centre;
            variance[channel] = spread;
            runningMean[channel] = (1 - momentum) * runningMean[channel] + momentum * centre;
            runningVariance[channel] = (1 - momentum) * runningVariance[channel] + momentum * unbiased * spread;
        });
}

extern "C" __global__ void normStatistics(
    unsigned threads, const element *input, float *mean, float *variance, float *runningMean, float *runningVariance,
    double *partial, unsigned *tickets, unsigned channels, unsigned rows, float momentum) {
    if (channels % SUMMED == 0) {
        normStatisticsOf<SUMMED>(
            threads, input, mean, variance, runningMean, runningVariance, partial, tickets, channels, rows, momentum);
    } else {
        normStatisticsOf<1>(
            threads, input, mean, variance, runningMean, runningVariance, partial, tickets, channels, rows, momentum);
    }
}

template <unsigned V>
__device__ inline void batchNormOf(
    unsigned threads, const element *input, const float *scale, const float *shift, const float *mean,
    const float *variance, const element *addend, element *output, unsigned channels, unsigned count, float epsilon,
    unsigned relu) {
    unsigned thread = thisThread();
    unsigned channel = thread % (channels / V) * V;
    float centre[V];
    float factor[V];
    float offset[V];
    for (unsigned v = 0; v < V; v++) {
        centre[v] = mean[channel + v];
        factor[v] = scale[channel + v] * inverseDeviation(variance[channel + v], epsilon);
        offset[v] = shift[channel + v];
    }
    for (unsigned i = thread; i < count / V; i += threads) {
        Vector<V> values = vectorAt<V>(input, i);
        Vector<V> added;
        if (addend) {
            added = vectorAt<V>(addend, i);
        }
        for (unsigned v = 0; v < V; v++) {
            float value = (load(values.values[v]) - centre[v]) * factor[v] + offset[v];
            if (addend) {
                value += load(added.values[v]);
            }
            values.values[v] = rounded(relu ? positive(value) : value);
        }
        setVector<V>(output, i, values);
    }
}

// By channel; addend may be null.
extern "C" __global__ void batchNorm(
    unsigned threads, const element *input, const float *scale, const float *shift, const float *mean,
    const float *variance, const element *addend, element *output, unsigned channels, unsigned count, float epsilon,
    unsigned relu) {
    if (thisThread() >= threads) return;
    if (channels % WIDE == 0) {
        batchNormOf<WIDE>(
            threads, input, scale, shift, mean, variance, addend, output, channels, count, epsilon, relu);
    } else {
        batchNormOf<1>(threads, input, scale, shift, mean, variance, addend, output, channels, count, epsilon, relu);
    }
}

template <unsigned V>
__device__ inline void normParameterGradientsOf(
    unsigned threads, const element *input, const element *output, element *outputGradient, const float *scale,
    const float *shift, const float *mean, const float *variance, float *scaleGradient, float *shiftGradient,
    double *partial, unsigned *tickets, unsigned channels, unsigned rows, float epsilon, unsigned relu) {
    unsigned vectors = channels / V;
    Tile<V> tile(threads, channels);
    unsigned own = tile.active ? tile.vector * V : 0;
    float centre[V];
    float factor[V];
    float offset[V];
    for (unsigned v = 0; v < V; v++) {
        centre[v] = mean[own + v];
        factor[v] = scale[own + v] * inverseDeviation(variance[own + v], epsilon);
        offset[v] = shift[own + v];
    }
    sumByChannel<V>(
        threads, channels, rows, partial, tickets,
        [=](unsigned row, unsigned vector, float *sums, float *products) {
            size_t i = (size_t)row * vectors + vector;
            Vector<V> values = vectorAt<V>(input, i);
            Vector<V> gradients = vectorAt<V>(outputGradient, i);
            Vector<V> written;
            if (output) {
                written = vectorAt<V>(output, i);
            }
            for (unsigned v = 0; v < V; v++) {
                float gradient = load(gradients.values[v]);
                float centred = load(values.values[v]) - centre[v];
                if (output) {
                    gradient = load(written.values[v]) > 0 ? gradient : 0.0f;
                    gradients.values[v] = rounded(gradient);
                } else if (relu && !(centred * factor[v] + offset[v] > 0)) {
                    gradient = 0;
                }
                sums[v] += gradient;
                products[v] += gradient * centred;
            }
            if (output) {
                setVector<V>(outputGradient, i, gradients);
            }
        },
        [=](unsigned channel, double sum, double products) {
            shiftGradient[channel] = (float)sum;
            scaleGradient[channel] = (float)(products * inverseDeviation(variance[channel], epsilon));
        });
}

// Sums of the gradients that the ReLU lets pass, and of their products with the centred input.
// With output given, the ReLU's mask is output > 0 and the masked gradient replaces outputGradient; without, but with
// relu, the mask is computed from the input again.
extern "C" __global__ void normParameterGradients(
    unsigned threads, const element *input, const element *output, element *outputGradient, const float *scale,
    const float *shift, const float *mean, const float *variance, float *scaleGradient, float *shiftGradient,
    double *partial, unsigned *tickets, unsigned channels, unsigned rows, float epsilon, unsigned relu) {
    if (channels % SUMMED == 0) {
        normParameterGradientsOf<SUMMED>(
            threads, input, output, outputGradient, scale, shift, mean, variance, scaleGradient, shiftGradient, partial,
            tickets, channels, rows, epsilon, relu);
    } else {
        normParameterGradientsOf<1>(
            threads, input, output, outputGradient, scale, shift, mean, variance, scaleGradient, shiftGradient, partial,
            tickets, channels, rows, epsilon, relu);
    }
}

template <unsigned V>
__device__ inline void normInputGradientOf(
    unsigned threads, const element *input, const element *outputGradient, const float *scale, const float *shift,
    const float *mean, const float *variance, const float *scaleGradient, const float *shiftGradient,
    element *inputGradient, unsigned channels, unsigned count, float epsilon, unsigned relu, unsigned add) {
    unsigned thread = thisThread();
    unsigned channel = thread % (channels / V) * V;
    float rows = (float)(count / channels);
    float centre[V];
    float factor[V];
    float offset[V];
    float meanGradient[V];
    float slope[V];
    for (unsigned v = 0; v < V; v++) {
        float inverse = inverseDeviation(variance[channel + v], epsilon);
        centre[v] = mean[channel + v];
        factor[v] = scale[channel + v] * inverse;
        offset[v] = shift[channel + v];
        meanGradient[v] = shiftGradient ? shiftGradient[channel + v] / rows : 0.0f;
        slope[v] = scaleGradient ? scaleGradient[channel + v] / rows * inverse : 0.0f;
    }
    for (unsigned i = thread; i < count / V; i += threads) {
        Vector<V> values = vectorAt<V>(input, i);
        Vector<V> gradients = vectorAt<V>(outputGradient, i);
        float results[V];
        for (unsigned v = 0; v < V; v++) {
            float centred = load(values.values[v]) - centre[v];
            float gradient = load(gradients.values[v]);
            if (relu && !(centred * factor[v] + offset[v] > 0)) {
                gradient = 0;
            }
            results[v] = factor[v] * (gradient - meanGradient[v] - centred * slope[v]);
        }
        putVector<V>(inputGradient, i, results, add);
    }
}

// By channel. With the batch's statistics, scaleGradient and shiftGradient say how they move with the input; with given
// ones both are null. relu as in normParameterGradients without output.
extern "C" __global__ void normInputGradient(
    unsigned threads, const element *input, const element *outputGradient, const float *scale, const float *shift,
    const float *mean, const float *variance, const float *scaleGradient, const float *shiftGradient,
    element *inputGradient, unsigned channels, unsigned count, float epsilon, unsigned relu, unsigned add) {
    if (thisThread() >= threads) return;
    if (channels % WIDE == 0) {
        normInputGradientOf<WIDE>(
            threads, input, outputGradient, scale, shift, mean, variance, scaleGradient, shiftGradient, inputGradient,
            channels, count, epsilon, relu, add);
    } else {
        normInputGradientOf<1>(
            threads, input, outputGradient, scale, shift, mean, variance, scaleGradient, shiftGradient, inputGradient,
            channels, count, epsilon, relu, add);
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
    unsigned threads, const VectorPart *parts, float *parameters, const float *gradients, float *velocity,
    float gradientScale, float decay, float momentum, float inner, float blend, float keep, float outer) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    VectorPart part = parts[thread / BLOCK];
    for (unsigned i = part.start + thread % BLOCK; i < part.end; i += BLOCK) {
        float p = parameters[i];
        float d = gradients[i] * gradientScale + decay * p;
        float v = momentum * velocity[i] + inner * d;
        velocity[i] = v;
        parameters[i] = p - outer * (blend * d + keep * v);
    }
}

extern "C" __global__ void adamUpdate(
    unsigned threads, const VectorPart *parts, float *parameters, const float *gradients, float *mean, float *square,
    float gradientScale, float beta1, float beta2, float epsilon, float rate, float correction, float keep) {
    unsigned thread = thisThread();
    if (thread >= threads) return;
    VectorPart part = parts[thread / BLOCK];
    for (unsigned i = part.start + thread % BLOCK; i < part.end; i += BLOCK) {
        float d = gradients[i] * gradientScale;
        float m = beta1 * mean[i] + (1 - beta1) * d;
        float s = beta2 * square[i] + (1 - beta2) * d * d;
        mean[i] = m;
        square[i] = s;
        parameters[i] = keep * parameters[i] - rate * m / (sqrtf(s * correction) + epsilon);
    }
}
