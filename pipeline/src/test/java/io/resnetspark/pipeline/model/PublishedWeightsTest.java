package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.weights.DownloadProgress;
import io.resnetspark.model.weights.PretrainedWeights;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishedWeightsTest {

    @TempDir
    Path cache;

    @Test
    void anEmptyEnvironmentMeansTheHomeDirectoryAndTheOfficialAddress() {
        PublishedWeights usual = PublishedWeights.of(Map.of("RESNET_CACHE", "", "RESNET_WEIGHTS_URL", " "));
        assertThat(usual).isEqualTo(PublishedWeights.of(Map.of()));
        assertThat(usual.location()).isEqualTo(PretrainedWeights.OFFICIAL_LOCATION);
        assertThat(usual.cacheDirectory())
                .isEqualTo(Path.of(System.getProperty("user.home")).resolve(".cache/resnet-spark"));
    }

    @Test
    void aMirrorIsAskedAndTheCacheSaidInTheError() throws IOException {
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mirror.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        mirror.start();
        try {
            PublishedWeights weights = PublishedWeights.of(Map.of(
                    "RESNET_CACHE",
                    cache.toString(),
                    "RESNET_WEIGHTS_URL",
                    "http://localhost:%d/torchvision"
                            .formatted(mirror.getAddress().getPort())));
            assertThatThrownBy(() -> weights.file("torchvision:resnet34", DownloadProgress.SILENT))
                    .isInstanceOf(BadDataException.class)
                    .hasMessageContaining(cache.resolve("resnet34-b627a593.pth").toString());
            assertThat(asked).containsExactly("/torchvision/resnet34-b627a593.pth");
        } finally {
            mirror.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mirror.example/models", "file:///models", "http://", "no address"})
    void whatIsNoAddressIsSaid(String mirror) {
        assertThatThrownBy(() -> PublishedWeights.of(Map.of("RESNET_WEIGHTS_URL", mirror)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("RESNET_WEIGHTS_URL is " + mirror);
    }
}
