package io.resnetspark.pipeline.device;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.gpu.CudaRequirement;
import io.resnetspark.model.gpu.DeviceBinding;
import io.resnetspark.model.gpu.DriverStatus;
import io.resnetspark.model.gpu.VisibleDevices;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The GPUs that this process was found able to compute on; each is looked at once, before anything opens it. */
final class UsableGpus {

    private static final Set<String> CHECKED = ConcurrentHashMap.newKeySet();

    private UsableGpus() {}

    /** @throws ConfigurationException if this process cannot compute on the GPU, saying why and on which machine */
    static void require(DeviceBinding binding, String address, VisibleDevices visible) {
        if (CHECKED.contains(address)) {
            return;
        }
        CudaRequirement.problem(binding, DriverStatus.ofThisMachine(), visible, address)
                .ifPresent(problem -> {
                    throw new ConfigurationException("%s (on %s)".formatted(problem, hostName()));
                });
        CHECKED.add(address);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine";
        }
    }
}
