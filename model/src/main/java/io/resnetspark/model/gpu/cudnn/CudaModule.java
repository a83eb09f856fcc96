package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.gpu.device.DeviceKernel;
import io.resnetspark.model.program.Element;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** {@code kernels.cu} on the device, for one type of maps. One thread at a time. */
final class CudaModule {

    private static final int THREADS_PER_BLOCK = 256;
    private static final int MOST_ARGUMENTS = 32;

    private final Map<DeviceKernel, CUfunc_st> functions = new EnumMap<>(DeviceKernel.class);
    private final LongPointer values = new LongPointer(MOST_ARGUMENTS);
    private final PointerPointer<Pointer> arguments = new PointerPointer<>(MOST_ARGUMENTS);
    private final CUstream_st stream;

    /**
     * @param architecture of the device that is current
     * @param stream that launches go to
     */
    CudaModule(Element maps, String architecture, CUstream_st stream) {
        this.stream = stream;
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            arguments.put(i, values.getPointer(i));
        }
        CUmod_st module = new CUmod_st();
        try (BytePointer code = new BytePointer(KernelSource.compile(maps, architecture))) {
            CudaStatus.driver(cudart.cuModuleLoadData(module, code), "cuModuleLoadData");
        }
        for (DeviceKernel kernel : DeviceKernel.values()) {
            CUfunc_st function = new CUfunc_st();
            CudaStatus.driver(
                    cudart.cuModuleGetFunction(function, module, kernel.function()),
                    "cuModuleGetFunction of " + kernel.function());
            functions.put(kernel, function);
        }
    }

    void launch(DeviceKernel kernel, int threads, Object... kernelArguments) {
        values.put(kernel.encode(threads, kernelArguments));
        int blocks = (threads + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK;
        CudaStatus.driver(
                cudart.cuLaunchKernel(
                        functions.get(kernel),
                        blocks,
                        1,
                        1,
                        THREADS_PER_BLOCK,
                        1,
                        1,
                        0,
                        stream,
                        arguments,
                        (PointerPointer<?>) null),
                "the kernel " + kernel.function());
    }
}
