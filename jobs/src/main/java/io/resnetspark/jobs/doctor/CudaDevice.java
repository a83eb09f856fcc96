package io.resnetspark.jobs.doctor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An NVIDIA device, and whether ND4J's CUDA binaries run on it. Those of nd4j-cuda-11.6 hold machine code for compute
 * capabilities 3.7 to 8.6 and no PTX: code for 8.6 also runs on 8.9 (Ada), nothing in them runs on 9.0 (Hopper) or newer,
 * and the driver has nothing to compile for it.
 *
 * @param name for example {@code NVIDIA A100-SXM4-80GB}
 * @param major of the compute capability; -1 if unknown
 * @param minor of the compute capability
 */
record CudaDevice(String name, int major, int minor) {

    private static final Pattern LINE = Pattern.compile("(.*),\\s*(\\d{1,3})\\.(\\d{1,3})");

    /** @param line as {@code nvidia-smi --query-gpu=name,compute_cap --format=csv,noheader} prints it */
    static CudaDevice parse(String line) {
        Matcher matcher = LINE.matcher(line.strip());
        return matcher.matches()
                ? new CudaDevice(
                        matcher.group(1).strip(),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)))
                : new CudaDevice(line.strip(), -1, 0);
    }

    boolean runsNd4jCuda() {
        return major == 3 && minor >= 7 || major > 3 && major < 9;
    }

    /** Why the profile {@code cuda} is of no use for this device. */
    String whyNot() {
        if (major < 0) {
            return "The compute capability of %s is unknown: the driver's nvidia-smi does not tell it.".formatted(name);
        }
        return "%s has compute capability %d.%d: the binaries of the profile cuda are for 3.7 to 8.9 and cannot run on it."
                .formatted(name, major, minor);
    }
}
