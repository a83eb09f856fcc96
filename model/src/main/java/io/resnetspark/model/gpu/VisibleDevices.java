package io.resnetspark.model.gpu;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The devices that CUDA shows to a process; it numbers them from 0, whatever their numbers on the machine are.
 *
 * @param named those that {@code CUDA_VISIBLE_DEVICES} names, in its order; empty without that variable: all are visible
 */
public record VisibleDevices(Optional<List<String>> named) {

    public static VisibleDevices ofThisProcess() {
        return of(Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
    }

    /**
     * What CUDA makes of its variable.
     *
     * @param variable the value of {@code CUDA_VISIBLE_DEVICES}, if it is set
     */
    public static VisibleDevices of(Optional<String> variable) {
        return new VisibleDevices(variable.map(value -> Stream.of(value.split(","))
                .map(String::strip)
                // CUDA itself stops at the first entry that names no device: "" and "-1" hide all of them
                .takeWhile(name -> !name.isEmpty() && !name.startsWith("-"))
                .toList()));
    }

    /**
     * CUDA's number of a device in this process.
     *
     * @param address its number or UUID on the machine
     * @return empty if the device is hidden
     */
    public OptionalInt ordinal(String address) {
        if (named.isPresent()) {
            int position = named.get().indexOf(address);
            return position < 0 ? OptionalInt.empty() : OptionalInt.of(position);
        }
        return address.matches("\\d{1,5}") ? OptionalInt.of(Integer.parseInt(address)) : OptionalInt.empty();
    }

    /** The address of the device that CUDA takes by default; empty if all are hidden. */
    public Optional<String> first() {
        return named.isEmpty() ? Optional.of("0") : named.get().stream().findFirst();
    }

    @Override
    public String toString() {
        return named.map(devices -> "CUDA_VISIBLE_DEVICES=" + String.join(",", devices))
                .orElse("all devices");
    }
}
