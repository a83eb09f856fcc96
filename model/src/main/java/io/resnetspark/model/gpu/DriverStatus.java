package io.resnetspark.model.gpu;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/** What the NVIDIA driver of a machine says of its devices. */
public sealed interface DriverStatus extends Serializable {

    /** Asks the driver of this machine. */
    static DriverStatus ofThisMachine() {
        return new NvidiaSmi("nvidia-smi").query();
    }

    /** The machine has no driver, or at least not the program that comes with every driver. */
    record NoDriver() implements DriverStatus {
        @Override
        public String toString() {
            return "no NVIDIA driver";
        }
    }

    /**
     * There is a driver, and it does not work.
     *
     * @param message its own words
     */
    record Failure(String message) implements DriverStatus {
        @Override
        public String toString() {
            return "a driver that fails: " + message;
        }
    }

    /**
     * The driver works.
     *
     * @param devices all of them; none is possible
     */
    record Devices(List<NvidiaGpu> devices) implements DriverStatus {
        @Override
        public String toString() {
            return devices.isEmpty()
                    ? "a driver without devices"
                    : devices.stream().map(NvidiaGpu::toString).collect(Collectors.joining("; "));
        }
    }
}
