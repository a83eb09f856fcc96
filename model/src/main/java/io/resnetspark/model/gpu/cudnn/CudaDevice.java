package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.cudnn.CudnnRequirements.Chip;
import io.resnetspark.model.gpu.cudnn.CudnnRequirements.Versions;
import io.resnetspark.model.gpu.device.Accumulate;
import io.resnetspark.model.gpu.device.Algorithm;
import io.resnetspark.model.gpu.device.AlgorithmSearch;
import io.resnetspark.model.gpu.device.ConvolutionShape;
import io.resnetspark.model.gpu.device.Device;
import io.resnetspark.model.gpu.device.DeviceAddress;
import io.resnetspark.model.gpu.device.DeviceConvolution;
import io.resnetspark.model.gpu.device.DeviceKernel;
import io.resnetspark.model.gpu.device.Direction;
import io.resnetspark.model.gpu.device.MatrixProduct;
import io.resnetspark.model.gpu.device.MatrixProduct.Form;
import io.resnetspark.model.program.Element;
import io.resnetspark.model.program.TrainingPrecision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
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
 * A GPU. Everything but copies beside it runs on one stream, one after another, and what it computes with (contexts, modules) lives as long as the
 * process.
 */
final class CudaDevice implements Device {

    private static final Logger LOG = LoggerFactory.getLogger(CudaDevice.class);
    /** The system property with the number of the device among those that the process sees. */
    static final String SETTING = "resnet.cudnn.device";

    /** Whether steps are kept as CUDA graphs: {@code -Dresnet.cudnn.graphs=false} keeps none. */
    private static final boolean RECORDS =
            !System.getProperty("resnet.cudnn.graphs", "true").equals("false");

    private static final int NAME_BYTES = 256;
    private static final long SMALLEST_ALLOCATION = 256;

    /** Calls that are timed together, so that the host's part in starting them is hidden behind the device's work. */
    private static final int TIMED_CALLS = 4;

    /** Left free: what libraries load when they first need it, and other processes' contexts. */
    private static final long HEADROOM_BYTES = 256L << 20;

    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);

    private static final Map<Integer, CudaDevice> OPENED = new HashMap<>();

    private final int index;
    private final Chip chip;
    private final String description;
    private final boolean synchronous;
    private final CallTimes times = new CallTimes();
    private long callStart;
    private final CUstream_st stream = new CUstream_st();
    private final CUstream_st copies = new CUstream_st();
    private final AlgorithmSearch algorithms = new AlgorithmSearch(this, AlgorithmSearch.Choice.ofThisProcess());
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
        CudaStatus.runtime(
                cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
        CudaStatus.runtime(
                cudart.cudaStreamCreateWithFlags(copies, cudart.cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
        modules.put(Element.FLOAT, new CudaModule(Element.FLOAT, chip.architecture(), stream));
        CudaStatus.cudnn(cudnn.cudnnCreate(cudnnHandle), "cudnnCreate");
        CudaStatus.cudnn(cudnn.cudnnSetStream(cudnnHandle, stream), "cudnnSetStream");
        CudaStatus.cublas(cublas.cublasCreate_v2(cublasHandle), "cublasCreate");
        CudaStatus.cublas(cublas.cublasSetStream_v2(cublasHandle, stream), "cublasSetStream");
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
            useProductMath(Arithmetic.ofProducts(wanted));
            precision = wanted;
        }
    }

    private void useProductMath(int mathMode) {
        CudaStatus.cublas(cublas.cublasSetMathMode(cublasHandle, mathMode), "cublasSetMathMode");
        try (IntPointer set = new IntPointer(1)) {
            CudaStatus.cublas(cublas.cublasGetMathMode(cublasHandle, set), "cublasGetMathMode");
            if (set.get() != mathMode) {
                throw new IllegalStateException(
                        "cuBLAS computes with math mode %d, not %d as it was told".formatted(set.get(), mathMode));
            }
        }
    }

    /**
     * Opens a device, once in a process.
     *
     * @param index its number among those that the process may see
     * @throws ConfigurationException that says what is missing
     */
    static synchronized CudaDevice open(int index) {
        CudaDevice device = OPENED.get(index);
        if (device == null) {
            device = make(index);
            device.loadProducts();
            LOG.info("Opened GPU {}: {}, {} MiB free", index, device.description, device.freeBytes() >> 20);
            OPENED.put(index, device);
        }
        return device;
    }

    /** Lets cuBLAS load its code and take its workspace, so that what is free from now on is free. */
    private void loadProducts() {
        int size = 256;
        long matrix = (long) size * size * Float.BYTES;
        long address = allocate(3 * matrix);
        try {
            clear(address, 3 * matrix);
            for (Form formA : Form.values()) {
                multiply(new MatrixProduct(
                        formA,
                        Form.PLAIN,
                        size,
                        size,
                        size,
                        address,
                        size,
                        address + matrix,
                        size,
                        address + 2 * matrix,
                        size));
            }
            await();
        } finally {
            free(address);
        }
    }

    private void await() {
        CudaStatus.runtime(cudart.cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    }

    private static CudaDevice make(int index) {
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
            CudaStatus.runtime(cudart.cudaStreamSynchronize(stream), call);
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
        return Math.max(0, memory().free() - HEADROOM_BYTES);
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
        if (CudaStatus.deviceIsLost()) {
            return; // its memory is lost as well, and there is an error on its way that says so
        }
        bind();
        CudaStatus.runtime(cudart.cudaFree(new DeviceAddress(address)), "cudaFree");
    }

    @Override
    public void upload(Pointer host, long address, long bytes) {
        bind();
        CudaStatus.runtime(
                cudart.cudaMemcpyAsync(new DeviceAddress(address), host, bytes, cudart.cudaMemcpyHostToDevice, stream),
                "a copy of %d bytes to the GPU".formatted(bytes));
        finish("copy to the GPU");
    }

    @Override
    public void download(long address, Pointer host, long bytes) {
        bind();
        CudaStatus.runtime(
                cudart.cudaMemcpyAsync(host, new DeviceAddress(address), bytes, cudart.cudaMemcpyDeviceToHost, stream),
                "a copy of %d bytes from the GPU".formatted(bytes));
        await();
        finish("copy from the GPU");
    }

    @Override
    public void clear(long address, long bytes) {
        bind();
        CudaStatus.runtime(cudart.cudaMemsetAsync(new DeviceAddress(address), 0, bytes, stream), "cudaMemsetAsync");
        finish("cudaMemset");
    }

    @Override
    public void launch(Element maps, DeviceKernel kernel, int threads, Object... arguments) {
        bind();
        modules.computeIfAbsent(maps, type -> new CudaModule(type, chip.architecture(), stream))
                .launch(kernel, threads, arguments);
        finish(kernel.function());
    }

    @Override
    public DeviceConvolution convolution(ConvolutionShape shape) {
        bind();
        DeviceConvolution convolution = new CudnnConvolution(cudnnHandle, new ConvolutionDescriptors(shape));
        return synchronous ? new Awaited(convolution) : convolution;
    }

    @Override
    public AlgorithmSearch algorithms() {
        return algorithms;
    }

    @Override
    public double seconds(Runnable work) {
        bind();
        await();
        long start = System.nanoTime();
        for (int i = 0; i < TIMED_CALLS; i++) {
            work.run();
        }
        await();
        return (System.nanoTime() - start) / 1e9 / TIMED_CALLS;
    }

    @Override
    public Optional<Recording> record(Runnable work) {
        if (synchronous || !RECORDS) {
            return Optional.empty();
        }
        bind();
        CudaStatus.runtime(
                cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal),
                "cudaStreamBeginCapture");
        CUgraph_st graph = new CUgraph_st();
        RuntimeException failure = null;
        try {
            work.run();
        } catch (RuntimeException e) {
            failure = e;
        }
        int ended = cudart.cudaStreamEndCapture(stream, graph);
        if (failure == null && ended == cudart.cudaSuccess) {
            CUgraphExec_st executable = new CUgraphExec_st();
            ended = cudart.cudaGraphInstantiateWithFlags(executable, graph, 0);
            cudart.cudaGraphDestroy(graph);
            if (ended == cudart.cudaSuccess) {
                return Optional.of(new Graph(executable));
            }
        }
        cudart.cudaGetLastError(); // else the next call would report it
        LOG.warn(
                "A step does not become a CUDA graph ({}); its calls are made one by one",
                cudart.cudaGetErrorString(ended).getString(),
                failure);
        return Optional.empty();
    }

    @Override
    public Pointer allocateHost(long bytes) {
        bind();
        try (PointerPointer<Pointer> result = new PointerPointer<>(1)) {
            CudaStatus.runtime(cudart.cudaMallocHost(result, bytes), "cudaMallocHost of %d bytes".formatted(bytes));
            return new Pointer(result.get(0));
        }
    }

    @Override
    public void freeHost(Pointer memory) {
        if (!CudaStatus.deviceIsLost()) {
            bind();
            CudaStatus.runtime(cudart.cudaFreeHost(memory), "cudaFreeHost");
        }
    }

    @Override
    public Mark mark() {
        bind();
        CUevent_st event = new CUevent_st();
        CudaStatus.runtime(
                cudart.cudaEventCreateWithFlags(event, cudart.cudaEventDisableTiming), "cudaEventCreateWithFlags");
        return new Event(event);
    }

    @Override
    public void uploadBeside(Pointer host, long address, long bytes, Mark after, Mark copied) {
        bind();
        CUevent_st done = ((Event) copied).event;
        CudaStatus.runtime(cudart.cudaStreamWaitEvent(copies, ((Event) after).event, 0), "cudaStreamWaitEvent");
        CudaStatus.runtime(
                cudart.cudaMemcpyAsync(new DeviceAddress(address), host, bytes, cudart.cudaMemcpyHostToDevice, copies),
                "a copy of %d bytes to the GPU".formatted(bytes));
        CudaStatus.runtime(cudart.cudaEventRecord(done, copies), "cudaEventRecord");
        CudaStatus.runtime(cudart.cudaStreamWaitEvent(stream, done, 0), "cudaStreamWaitEvent");
        finish("copy to the GPU");
    }

    @Override
    public void downloadLater(long address, Pointer host, long bytes, Mark copied) {
        bind();
        CudaStatus.runtime(
                cudart.cudaMemcpyAsync(host, new DeviceAddress(address), bytes, cudart.cudaMemcpyDeviceToHost, stream),
                "a copy of %d bytes from the GPU".formatted(bytes));
        copied.set();
        finish("copy from the GPU");
    }

    private final class Event implements Mark {

        private final CUevent_st event;

        Event(CUevent_st event) {
            this.event = event;
        }

        @Override
        public void set() {
            bind();
            CudaStatus.runtime(cudart.cudaEventRecord(event, stream), "cudaEventRecord");
        }

        @Override
        public void await() {
            bind();
            CudaStatus.runtime(cudart.cudaEventSynchronize(event), "cudaEventSynchronize");
        }

        @Override
        public void close() {
            if (!CudaStatus.deviceIsLost()) {
                bind();
                CudaStatus.runtime(cudart.cudaEventDestroy(event), "cudaEventDestroy");
            }
        }
    }

    private final class Graph implements Recording {

        private final CUgraphExec_st executable;

        Graph(CUgraphExec_st executable) {
            this.executable = executable;
        }

        @Override
        public void replay() {
            bind();
            CudaStatus.runtime(cudart.cudaGraphLaunch(executable, stream), "cudaGraphLaunch");
        }

        @Override
        public void close() {
            if (!CudaStatus.deviceIsLost()) {
                bind();
                await(); // it may still run
                CudaStatus.runtime(cudart.cudaGraphExecDestroy(executable), "cudaGraphExecDestroy");
            }
        }
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
        public List<Algorithm> algorithms(Direction direction) {
            return convolution.algorithms(direction);
        }

        @Override
        public void run(
                Direction direction,
                Algorithm algorithm,
                long first,
                long second,
                long result,
                long workspace,
                Accumulate accumulate) {
            bind();
            convolution.run(direction, algorithm, first, second, result, workspace, accumulate);
            finish("convolution, " + direction);
        }

        @Override
        public void close() {
            convolution.close();
        }
    }
}
