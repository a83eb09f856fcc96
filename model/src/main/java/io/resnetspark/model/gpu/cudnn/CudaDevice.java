package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.cudnn.CudnnRequirements.Chip;
import io.resnetspark.model.gpu.cudnn.CudnnRequirements.Versions;
import io.resnetspark.model.gpu.cudnn.MatrixProduct.Form;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.program.Window;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A GPU. Everything runs on its default stream, one after another, and what it computes with (contexts, modules) lives as
 * long as the process.
 */
final class CudaDevice implements Device {

    private static final Logger LOG = LoggerFactory.getLogger(CudaDevice.class);
    /** The system property with the number of the device among those that the process sees. */
    static final String SETTING = "resnet.cudnn.device";

    private static final int NAME_BYTES = 256;
    private static final long SMALLEST_ALLOCATION = 256;
    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);

    private static CudaDevice opened;

    private final int index;
    private final Chip chip;
    private final String description;
    private final boolean synchronous;
    private final CallTimes times = new CallTimes();
    private long callStart;
    private final cudnnContext cudnnHandle = new cudnnContext();
    private final cublasContext cublasHandle = new cublasContext();
    private TrainingPrecision precision;
    private final Map<Element, CudaModule> modules = new EnumMap<>(Element.class);

    private CudaDevice(int index, Chip chip, Versions versions) {
        this.index = index;
        this.chip = chip;
        this.synchronous = Boolean.getBoolean("resnet.cudnn.synchronous");
        if (synchronous) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> LOG.info("Where the time on the GPU went:\n{}", times.table())));
        }
        this.description =
                "%s (%s, compute capability %s)".formatted(versions.text(), chip.name(), chip.dottedCapability());
        modules.put(Element.FLOAT, new CudaModule(Element.FLOAT, chip.architecture()));
        CudaStatus.cudnn(cudnn.cudnnCreate(cudnnHandle), "cudnnCreate");
        CudaStatus.cublas(cublas.cublasCreate_v2(cublasHandle), "cublasCreate");
        multiplyIn(TrainingPrecision.TF32);
    }

    @Override
    public boolean multipliesIn(TrainingPrecision wanted) {
        return CudnnRequirements.has(chip, wanted);
    }

    @Override
    public void multiplyIn(TrainingPrecision wanted) {
        if (wanted != precision) {
            bind();
            int math =
                    wanted == TrainingPrecision.FP32 ? cublas.CUBLAS_DEFAULT_MATH : cublas.CUBLAS_TF32_TENSOR_OP_MATH;
            CudaStatus.cublas(cublas.cublasSetMathMode(cublasHandle, math), "cublasSetMathMode");
            precision = wanted;
        }
    }

    /**
     * Opens the device this process was given, once.
     *
     * @throws ConfigurationException that says what is missing
     */
    static synchronized CudaDevice ofThisProcess() {
        if (opened == null) {
            opened = open(Integer.getInteger(SETTING, 0));
            LOG.info("Opened GPU {}: {}, {} MiB free", opened.index, opened.description, opened.freeBytes() >> 20);
        }
        return opened;
    }

    private static CudaDevice open(int index) {
        require(missingLibraries());
        int devices = deviceCount();
        require(CudnnRequirements.problems(index, devices));
        CudaStatus.runtime(cudart.cudaSetDevice(index), "cudaSetDevice(%d)".formatted(index));
        Versions versions = versions();
        require(CudnnRequirements.problems(versions));
        Chip chip = chip(index);
        require(CudnnRequirements.problems(chip));
        return new CudaDevice(index, chip, versions);
    }

    private static void require(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new ConfigurationException("resnet.kernels is \"cudnn\", but this process cannot compute on a GPU: "
                    + String.join("; ", problems));
        }
    }

    private static List<String> missingLibraries() {
        List<String> missing = new ArrayList<>();
        for (Class<?> library : List.of(cudart.class, cublas.class, nvrtc.class, cudnn.class)) {
            try {
                Loader.load(library);
            } catch (LinkageError e) {
                missing.add(CudnnRequirements.missing(library.getSimpleName(), String.valueOf(e.getMessage())));
            }
        }
        return missing;
    }

    private static int deviceCount() {
        try (IntPointer count = new IntPointer(1)) {
            // A driver that is too old for the runtime, or that sees no device, is an error here.
            int status = cudart.cudaGetDeviceCount(count);
            if (status == cudart.cudaSuccess) {
                return count.get();
            }
            throw new ConfigurationException(
                    "resnet.kernels is \"cudnn\", but CUDA finds no GPU: %s (the driver supports CUDA %d); see nvidia-smi"
                            .formatted(cudart.cudaGetErrorString(status).getString(), driverVersion() / 1000));
        }
    }

    private static int driverVersion() {
        try (IntPointer version = new IntPointer(1)) {
            CudaStatus.runtime(cudart.cudaDriverGetVersion(version), "cudaDriverGetVersion");
            return version.get();
        }
    }

    private static Versions versions() {
        try (IntPointer runtime = new IntPointer(1)) {
            CudaStatus.runtime(cudart.cudaRuntimeGetVersion(runtime), "cudaRuntimeGetVersion");
            return new Versions(driverVersion(), runtime.get(), Math.toIntExact(cudnn.cudnnGetVersion()));
        }
    }

    private static Chip chip(int index) {
        try (BytePointer name = new BytePointer(NAME_BYTES);
                IntPointer device = new IntPointer(1)) {
            CudaStatus.driver(cudart.cuDeviceGet(device, index), "cuDeviceGet");
            CudaStatus.driver(cudart.cuDeviceGetName(name, NAME_BYTES, device.get()), "cuDeviceGetName");
            int capability = 10 * attribute(cudart.cudaDevAttrComputeCapabilityMajor, index)
                    + attribute(cudart.cudaDevAttrComputeCapabilityMinor, index);
            return new Chip(name.getString(), capability);
        }
    }

    private static int attribute(int attribute, int index) {
        try (IntPointer value = new IntPointer(1)) {
            CudaStatus.runtime(cudart.cudaDeviceGetAttribute(value, attribute, index), "cudaDeviceGetAttribute");
            return value.get();
        }
    }

    /** CUDA's current device belongs to the thread. */
    private void bind() {
        CudaStatus.runtime(cudart.cudaSetDevice(index), "cudaSetDevice");
        callStart = System.nanoTime();
    }

    /** In synchronous mode, waits for the call and takes its time. */
    private void finish(String call) {
        if (synchronous) {
            CudaStatus.runtime(cudart.cudaDeviceSynchronize(), call);
            times.add(call, System.nanoTime() - callStart);
        }
    }

    @Override
    public String description() {
        return description;
    }

    private record Memory(long free, long total) {}

    private Memory memory() {
        bind();
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            CudaStatus.runtime(cudart.cudaMemGetInfo(free, total), "cudaMemGetInfo");
            return new Memory(free.get(), total.get());
        }
    }

    /** What all processes together take of it, in bytes. */
    long usedBytes() {
        Memory memory = memory();
        return memory.total() - memory.free();
    }

    @Override
    public long freeBytes() {
        return memory().free();
    }

    @Override
    public long allocate(long bytes) {
        bind();
        try (PointerPointer<Pointer> result = new PointerPointer<>(1)) {
            int status = cudart.cudaMalloc(result, Math.max(SMALLEST_ALLOCATION, bytes));
            if (status == cudart.cudaErrorMemoryAllocation) {
                throw new ConfigurationException(
                        "The GPU has no %d MiB left, %d MiB are free; lower batch-size or see what else runs on it (nvidia-smi)"
                                .formatted(bytes >> 20, freeBytes() >> 20));
            }
            CudaStatus.runtime(status, "cudaMalloc of %d bytes".formatted(bytes));
            return result.get(0).address();
        }
    }

    @Override
    public void free(long address) {
        bind();
        CudaStatus.runtime(cudart.cudaFree(new DeviceAddress(address)), "cudaFree");
    }

    @Override
    public void upload(Pointer host, long address, long bytes) {
        bind();
        CudaStatus.runtime(
                cudart.cudaMemcpy(new DeviceAddress(address), host, bytes, cudart.cudaMemcpyHostToDevice),
                "a copy of %d bytes to the GPU".formatted(bytes));
        finish("copy to the GPU");
    }

    @Override
    public void download(long address, Pointer host, long bytes) {
        bind();
        CudaStatus.runtime(
                cudart.cudaMemcpy(host, new DeviceAddress(address), bytes, cudart.cudaMemcpyDeviceToHost),
                "a copy of %d bytes from the GPU".formatted(bytes));
        finish("copy from the GPU");
    }

    @Override
    public void clear(long address, long bytes) {
        bind();
        CudaStatus.runtime(cudart.cudaMemset(new DeviceAddress(address), 0, bytes), "cudaMemset");
        finish("cudaMemset");
    }

    @Override
    public void launch(Element maps, DeviceKernel kernel, int threads, Object... arguments) {
        bind();
        modules.computeIfAbsent(maps, type -> new CudaModule(type, chip.architecture()))
                .launch(kernel, threads, arguments);
        finish(kernel.function());
    }

    @Override
    public DeviceConvolution convolution(Element maps, ImageShape input, int outputChannels, Window window) {
        bind();
        DeviceConvolution convolution = new CudnnConvolution(
                cudnnHandle, new ConvolutionDescriptors(precision, maps, input, outputChannels, window));
        return synchronous ? new Awaited(convolution) : convolution;
    }

    @Override
    public void multiply(MatrixProduct product) {
        bind();
        CudaStatus.cublas(
                cublas.cublasSgemm_v2(
                        cublasHandle,
                        form(product.formA()),
                        form(product.formB()),
                        product.m(),
                        product.n(),
                        product.k(),
                        ONE,
                        floats(product.a()),
                        product.lda(),
                        floats(product.b()),
                        product.ldb(),
                        ZERO,
                        floats(product.c()),
                        product.ldc()),
                "cublasSgemm of " + product);
        finish("cublasSgemm");
    }

    private static int form(Form form) {
        return form == Form.PLAIN ? cublas.CUBLAS_OP_N : cublas.CUBLAS_OP_T;
    }

    private static FloatPointer floats(long address) {
        return new FloatPointer(new DeviceAddress(address));
    }

    /** A convolution that waits after each call. */
    private final class Awaited implements DeviceConvolution {

        private final DeviceConvolution convolution;

        Awaited(DeviceConvolution convolution) {
            this.convolution = convolution;
        }

        @Override
        public long workspaceBytes() {
            return convolution.workspaceBytes();
        }

        @Override
        public void forward(long input, long weight, long output, long workspace, Accumulate accumulate) {
            bind();
            convolution.forward(input, weight, output, workspace, accumulate);
            finish("cudnnConvolutionForward");
        }

        @Override
        public void inputGradient(
                long outputGradient, long weight, long inputGradient, long workspace, Accumulate accumulate) {
            bind();
            convolution.inputGradient(outputGradient, weight, inputGradient, workspace, accumulate);
            finish("cudnnConvolutionBackwardData");
        }

        @Override
        public void weightGradient(long input, long outputGradient, long weightGradient, long workspace) {
            bind();
            convolution.weightGradient(input, outputGradient, weightGradient, workspace);
            finish("cudnnConvolutionBackwardFilter");
        }

        @Override
        public void close() {
            convolution.close();
        }
    }
}
