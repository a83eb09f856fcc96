package io.resnetspark.model.gpu.cudnn;

import io.resnetspark.model.program.Element;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The text of {@code kernels.cu} and how it is compiled. */
final class KernelSource {

    static final String NAME = "kernels.cu";

    private KernelSource() {}

    static String text() {
        try (InputStream in = KernelSource.class.getResourceAsStream(NAME)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + NAME + " of the application", e);
        }
    }

    /** @param architecture such as {@code sm_90} */
    static List<String> options(Element maps, String architecture) {
        List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture, "--std=c++17"));
        if (maps == Element.BFLOAT16) {
            options.add("--define-macro=BFLOAT16");
        }
        return options;
    }
}
