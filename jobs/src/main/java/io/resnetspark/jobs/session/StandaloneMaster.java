package io.resnetspark.jobs.session;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks whether a standalone master is there. Spark itself tries for a minute, and then stops in the background at some
 * point of its own start.
 */
final class StandaloneMaster {

    private static final String SCHEME = "spark://";
    private static final int TIMEOUT_MILLISECONDS = 5000;

    private StandaloneMaster() {}

    /**
     * @param url {@code spark://host:port}, or several hosts and ports with commas between; other masters pass
     * @throws ConfigurationException if none of them takes a connection
     */
    static void checkAnswers(String url) {
        if (!url.startsWith(SCHEME)) {
            return;
        }
        List<String> failures = new ArrayList<>();
        for (String address : url.substring(SCHEME.length()).split(",")) {
            int colon = address.lastIndexOf(':');
            if (colon < 0 || !address.substring(colon + 1).matches("\\d{1,5}")) {
                throw new ConfigurationException("A standalone master is spark://host:port, not %s".formatted(url));
            }
            try (Socket socket = new Socket()) {
                int port = Integer.parseInt(address.substring(colon + 1));
                socket.connect(new InetSocketAddress(address.substring(0, colon), port), TIMEOUT_MILLISECONDS);
                return;
            } catch (IOException | IllegalArgumentException e) {
                failures.add(e.getMessage());
            }
        }
        throw new ConfigurationException("No Spark master answers at %s (%s); is it running, and is that its address?"
                .formatted(url, String.join("; ", failures)));
    }
}
