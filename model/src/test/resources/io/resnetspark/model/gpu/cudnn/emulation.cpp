// Runs kernels.cu on the processor, a thread after the other, and the two things libraries do on a device: convolutions and
// matrix products, written out as their formulas. Compiled once for each type of maps, with SUFFIX in the names Java calls.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <jni.h>
#include <map>
#include <string>
#include <utility>

using std::size_t;

#define __device__
#define __global__
#define __shared__ static thread_local // of several devices at once

// A block's threads run a phase one after another, then the next one.
static thread_local unsigned phase, lastPhase;

static inline bool inPhase(unsigned number) {
    lastPhase = number > lastPhase ? number : lastPhase;
    return number == phase;
}

#define PHASE(number) if (inPhase(number))

static inline void __threadfence() {}

static inline unsigned atomicInc(unsigned *address, unsigned limit) {
    unsigned old = *address;
    *address = old >= limit ? 0 : old + 1;
    return old;
}

static inline float __fmul_rn(float a, float b) {
    return a * b;
}

static inline float __fadd_rn(float a, float b) {
    return a + b;
}

static inline double __dmul_rn(double a, double b) {
    return a * b;
}

static inline double __dadd_rn(double a, double b) {
    return a + b;
}

struct Index {
    unsigned x;
};

static thread_local Index blockIdx, blockDim, threadIdx;

static inline float __uint_as_float(unsigned bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

static inline unsigned __float_as_uint(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

#include "kernels.cu"

namespace {

// An argument has as many bytes of its slot as its type; pointers, unsigned and float are all there are.
template <typename T> T argument(const jlong &slot) {
    T value;
    std::memcpy(&value, &slot, sizeof value);
    return value;
}

template <typename... A, size_t... I>
void callThreads(void (*kernel)(A...), unsigned threads, const jlong *slots, std::index_sequence<I...>) {
    blockDim.x = 256;
    unsigned blocks = (threads + blockDim.x - 1) / blockDim.x;
    for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++) {
        phase = lastPhase = 0;
        do {
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) {
                kernel(argument<A>(slots[I])...);
            }
        } while (phase++ < lastPhase);
    }
}

template <typename... A> void run(void (*kernel)(A...), unsigned threads, const jlong *slots) {
    callThreads(kernel, threads, slots, std::index_sequence_for<A...>{});
}

typedef void (*Launch)(unsigned threads, const jlong *slots);

const std::map<std::string, Launch> launches = {
#define KERNEL(name) {#name, [](unsigned threads, const jlong *slots) { run(name, threads, slots); }},
#include "names.h"
};

struct Geometry {
    int batch, height, width, inputs, outputHeight, outputWidth, outputs, size, stride, padding;
};

// Calls visit(input index, output index, weight index) for every product of the convolution.
template <typename V> void products(const Geometry &g, V visit) {
    for (int n = 0; n < g.batch; n++)
        for (int y = 0; y < g.outputHeight; y++)
            for (int x = 0; x < g.outputWidth; x++)
                for (int dy = 0; dy < g.size; dy++)
                    for (int dx = 0; dx < g.size; dx++) {
                        int row = y * g.stride + dy - g.padding;
                        int column = x * g.stride + dx - g.padding;
                        if (row < 0 || row >= g.height || column < 0 || column >= g.width) continue;
                        for (int o = 0; o < g.outputs; o++)
                            for (int c = 0; c < g.inputs; c++)
                                visit(
                                    ((size_t)(n * g.height + row) * g.width + column) * g.inputs + c,
                                    ((size_t)(n * g.outputHeight + y) * g.outputWidth + x) * g.outputs + o,
                                    ((size_t)(o * g.size + dy) * g.size + dx) * g.inputs + c);
                    }
}

void store(element *target, const double *sums, size_t count, bool add) {
    for (size_t i = 0; i < count; i++) {
        put(target + i, (float)sums[i], add);
    }
}

void store(float *target, const double *sums, size_t count) {
    for (size_t i = 0; i < count; i++) {
        target[i] = (float)sums[i];
    }
}

template <typename T> T *at(jlong address) {
    return reinterpret_cast<T *>(static_cast<intptr_t>(address));
}

} // namespace

#define JOIN(a, b) a##b
#define NAME(method, suffix) JOIN(Java_io_resnetspark_model_gpu_cudnn_EmulatedDevice_##method, suffix)
#define NATIVE(method) extern "C" JNIEXPORT void JNICALL NAME(method, SUFFIX)

NATIVE(launch)(JNIEnv *java, jclass, jstring name, jint threads, jlongArray arguments) {
    const char *text = java->GetStringUTFChars(name, nullptr);
    auto found = launches.find(text);
    java->ReleaseStringUTFChars(name, text);
    if (found == launches.end()) {
        java->ThrowNew(java->FindClass("java/lang/IllegalArgumentException"), "no such kernel");
        return;
    }
    jlong *slots = java->GetLongArrayElements(arguments, nullptr);
    found->second((unsigned)threads, slots);
    java->ReleaseLongArrayElements(arguments, slots, JNI_ABORT);
}

// direction: 0 forward (a input, b weight, result output), 1 input gradient (a output gradient, b weight), 2 weight gradient
// (a input, b output gradient); floats: whether the result is floats, whatever the maps are
NATIVE(convolve)(
    JNIEnv *java, jclass, jint direction, jintArray geometry, jlong a, jlong b, jlong result, jboolean add,
    jboolean floats) {
    Geometry g;
    java->GetIntArrayRegion(geometry, 0, 10, reinterpret_cast<jint *>(&g));
    size_t inputs = (size_t)g.batch * g.height * g.width * g.inputs;
    size_t outputs = (size_t)g.batch * g.outputHeight * g.outputWidth * g.outputs;
    size_t weights = (size_t)g.outputs * g.size * g.size * g.inputs;
    size_t count = direction == 0 ? outputs : direction == 1 ? inputs : weights;
    const element *first = at<element>(a);
    const element *second = at<element>(b);
    double *sums = new double[count]();
    if (direction == 0) {
        products(g, [&](size_t i, size_t o, size_t w) { sums[o] += (double)load(first[i]) * load(second[w]); });
    } else if (direction == 1) {
        products(g, [&](size_t i, size_t o, size_t w) { sums[i] += (double)load(first[o]) * load(second[w]); });
    } else {
        products(g, [&](size_t i, size_t o, size_t w) { sums[w] += (double)load(first[i]) * load(second[o]); });
    }
    if (floats) {
        store(at<float>(result), sums, count);
    } else {
        store(at<element>(result), sums, count, add);
    }
    delete[] sums;
}

NATIVE(multiply)(
    JNIEnv *, jclass, jboolean transposeA, jboolean transposeB, jint m, jint n, jint k, jlong a, jint lda, jlong b,
    jint ldb, jlong c, jint ldc) {
    for (int row = 0; row < m; row++)
        for (int column = 0; column < n; column++) {
            double sum = 0;
            for (int i = 0; i < k; i++) {
                sum += (double)at<float>(a)[transposeA ? i + (size_t)row * lda : row + (size_t)i * lda]
                    * at<float>(b)[transposeB ? column + (size_t)i * ldb : i + (size_t)column * ldb];
            }
            at<float>(c)[row + (size_t)column * ldc] = (float)sum;
        }
}
