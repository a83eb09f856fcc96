package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.Element;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The text of {@code kernels.cu}, and its compilation by NVRTC, for which no device is needed. */
public final class KernelSource {

    static final String NAME = "kernels.cu";

    private KernelSource() {}

    static String text() {
        try (InputStream in = KernelSource.class.getResourceAsStream(NAME)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + NAME + " of the application", e);
        }
    }

    /** @param architecture such as {@code sm_90}, or {@code compute_90} */
    static List<String> options(Element maps, String architecture) {
        List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture, "--std=c++17"));
        if (maps == Element.BFLOAT16) {
            options.add("--define-macro=BFLOAT16");
        }
        return options;
    }

    /**
     * Machine code for a real architecture ({@code sm_90}), which devices are given: an older driver would not know the PTX of
     * a newer compiler. PTX for a virtual one ({@code compute_90}).
     */
    static byte[] compile(Element maps, String architecture) {
        List<String> options = options(maps, architecture);
        try (BytePointer source = new BytePointer(text());
                BytePointer name = new BytePointer(NAME);
                PointerPointer<BytePointer> arguments = new PointerPointer<>(options.toArray(String[]::new));
                SizeTPointer size = new SizeTPointer(1)) {
            _nvrtcProgram program = new _nvrtcProgram();
            CudaStatus.nvrtc(
                    nvrtc.nvrtcCreateProgram(
                            program, source, name, 0, (PointerPointer<?>) null, (PointerPointer<?>) null),
                    "nvrtcCreateProgram");
            try {
                int status = nvrtc.nvrtcCompileProgram(program, options.size(), arguments);
                if (status != nvrtc.NVRTC_SUCCESS) {
                    throw new IllegalStateException(
                            "NVRTC cannot compile %s for %s:%n%s".formatted(NAME, architecture, log(program)));
                }
                return architecture.startsWith("sm_") ? machineCode(program, size) : ptx(program, size);
            } finally {
                CudaStatus.nvrtc(nvrtc.nvrtcDestroyProgram(program), "nvrtcDestroyProgram");
            }
        }
    }

    private static byte[] machineCode(_nvrtcProgram program, SizeTPointer size) {
        CudaStatus.nvrtc(nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
        try (BytePointer code = new BytePointer(size.get())) {
            CudaStatus.nvrtc(nvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN");
            return bytes(code, size.get());
        }
    }

    private static byte[] ptx(_nvrtcProgram program, SizeTPointer size) {
        CudaStatus.nvrtc(nvrtc.nvrtcGetPTXSize(program, size), "nvrtcGetPTXSize");
        try (BytePointer code = new BytePointer(size.get())) {
            CudaStatus.nvrtc(nvrtc.nvrtcGetPTX(program, code), "nvrtcGetPTX");
            return bytes(code, size.get() - 1); // without the zero at its end
        }
    }

    private static byte[] bytes(BytePointer code, long length) {
        byte[] bytes = new byte[Math.toIntExact(length)];
        code.get(bytes);
        return bytes;
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            CudaStatus.nvrtc(nvrtc.nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
            try (BytePointer text = new BytePointer(size.get())) {
                CudaStatus.nvrtc(nvrtc.nvrtcGetProgramLog(program, text), "nvrtcGetProgramLog");
                return text.getString();
            }
        }
    }
}
