package io.resnetspark.model.gpu;

import java.util.Optional;
import java.util.OptionalInt;

/** What keeps a process from computing on a device, in the user's terms. Pure: all that it judges is given. */
public final class CudaRequirement {

    private CudaRequirement() {}

    /** Why a machine has no device at all, if so. */
    public static Optional<String> noDevices(DriverStatus driver) {
        if (driver instanceof DriverStatus.NoDriver) {
            return Optional.of("There is no NVIDIA driver: nvidia-smi is not on the path");
        }
        if (driver instanceof DriverStatus.Failure failure) {
            return Optional.of("The NVIDIA driver does not work; nvidia-smi says: %s".formatted(failure.message()));
        }
        return ((DriverStatus.Devices) driver).devices().isEmpty()
                ? Optional.of("There is no GPU: the NVIDIA driver lists no device")
                : Optional.empty();
    }

    /**
     * Why a process cannot use the device at an address, if so.
     *
     * @param address its number or UUID on the machine
     */
    public static Optional<String> problem(
            DeviceBinding binding, DriverStatus driver, VisibleDevices visible, String address) {
        Optional<String> none = noDevices(driver);
        if (none.isPresent()) {
            return none;
        }
        Optional<NvidiaGpu> device = ((DriverStatus.Devices) driver)
                .devices().stream().filter(each -> each.isCalled(address)).findFirst();
        if (device.isEmpty()) {
            return Optional.of("There is no GPU %s: the NVIDIA driver lists %s".formatted(address, driver));
        }
        OptionalInt ordinal = visible.ordinal(address);
        return ordinal.isEmpty()
                ? Optional.of("GPU %s is hidden from this process by %s".formatted(address, visible))
                : binding.refusal(device.get());
    }
}
