package io.resnetspark.bench.gpu;

import io.resnetspark.model.gpu.DriverStatus;
import io.resnetspark.model.kernel.Kernels;

/** Opens the device and lets it compute the smallest program. */
final class Doctor {

    private Doctor() {}

    static boolean run() {
        System.err.println("The driver lists " + DriverStatus.ofThisMachine());
        Kernels kernels = Kernels.cudnn();
        System.err.println("Opened " + kernels.description());
        boolean computes = kernels.computes();
        System.out.printf(
                "{\"result\": \"doctor\", \"computes\": %s, \"kernels\": \"%s\"}%n", computes, kernels.description());
        return computes;
    }
}
