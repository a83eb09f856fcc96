package io.resnetspark.pipeline.model;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.weights.DownloadProgress;
import io.resnetspark.model.weights.PretrainedWeights;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * torchvision's published weights as files on this machine.
 *
 * @param cacheDirectory where files are kept; made if missing
 * @param location folder they are downloaded from, over http or https
 */
public record PublishedWeights(Path cacheDirectory, URI location) {

    /** Environment variable that names the cache directory. */
    public static final String CACHE_VARIABLE = "RESNET_CACHE";

    /** Environment variable that names a mirror. */
    public static final String MIRROR_VARIABLE = "RESNET_WEIGHTS_URL";

    /** As this process's environment says. */
    public static PublishedWeights ofThisProcess() {
        return of(System.getenv());
    }

    /**
     * {@value #CACHE_VARIABLE}, else {@code ~/.cache/resnet-spark}; {@value #MIRROR_VARIABLE}, else where torchvision
     * publishes.
     *
     * @throws ConfigurationException if the mirror is no address
     */
    static PublishedWeights of(Map<String, String> environment) {
        String cache = environment.getOrDefault(CACHE_VARIABLE, "");
        String mirror = environment.getOrDefault(MIRROR_VARIABLE, "");
        return new PublishedWeights(
                cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "resnet-spark") : Path.of(cache),
                mirror.isBlank() ? PretrainedWeights.OFFICIAL_LOCATION : address(mirror));
    }

    private static URI address(String mirror) {
        try {
            URI uri = URI.create(mirror);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // said below, as of any other text that is no address
        }
        throw new ConfigurationException(
                "%s is %s, which is no http or https address of a folder".formatted(MIRROR_VARIABLE, mirror));
    }

    /**
     * The file of the weights of that name, downloaded if it is not there yet.
     *
     * @param reference for example {@code torchvision:resnet18}
     * @throws ConfigurationException if there are no such weights
     * @throws io.resnetspark.model.error.BadDataException if they cannot be had; the message says how to place the file
     */
    public Path file(String reference, DownloadProgress progress) {
        return PretrainedWeights.resolve(reference, cacheDirectory, location, progress);
    }
}
