package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * torchvision's ImageNet weights, which users name {@code torchvision:resnet18} and so on. Names, first digits of
 * SHA-256 and preprocessing as in torchvision/models/resnet.py.
 */
public enum PretrainedWeights {
    RESNET18("resnet18", "resnet18-f37072fd.pth", Recipe.V1),
    RESNET34("resnet34", "resnet34-b627a593.pth", Recipe.V1),
    RESNET50("resnet50", "resnet50-0676ba61.pth", Recipe.V1),
    RESNET101("resnet101", "resnet101-63fe2227.pth", Recipe.V1),
    RESNET152("resnet152", "resnet152-394f9c45.pth", Recipe.V1),
    RESNET50_V2("resnet50", "resnet50-11ad3fa6.pth", Recipe.V2),
    RESNET101_V2("resnet101", "resnet101-cd907fc2.pth", Recipe.V2),
    RESNET152_V2("resnet152", "resnet152-f82ba261.pth", Recipe.V2);

    /** torchvision's two training recipes, which differ in the evaluation's resize. */
    private enum Recipe {
        V1("", 256),
        V2("-v2", 232);

        private final String suffix;
        private final int resizeShorterSide;

        Recipe(String suffix, int resizeShorterSide) {
            this.suffix = suffix;
            this.resizeShorterSide = resizeShorterSide;
        }
    }

    /** Where the files are published. */
    public static final URI OFFICIAL_LOCATION = URI.create("https://download.pytorch.org/models/");

    private static final String SCHEME = "torchvision:";
    private static final int INPUT_SIZE = 224;

    private final String architecture;
    private final String fileName;
    private final Recipe recipe;

    PretrainedWeights(String architecture, String fileName, Recipe recipe) {
        this.architecture = architecture;
        this.fileName = fileName;
        this.recipe = recipe;
    }

    /** Whether {@code weights} names pretrained weights rather than a file. */
    public static boolean isReference(String weights) {
        return weights.startsWith(SCHEME);
    }

    /**
     * The weights of that name.
     *
     * @param reference {@code torchvision:} and {@code resnet18/34/50/101/152}, or {@code resnet50/101/152-v2} for the
     *     second recipe
     * @throws ConfigurationException if there are none
     */
    public static PretrainedWeights named(String reference) {
        return Arrays.stream(values())
                .filter(weights -> weights.reference().equals(reference))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("There are no weights named %s; there are %s"
                        .formatted(
                                reference,
                                Arrays.stream(values())
                                        .map(PretrainedWeights::reference)
                                        .collect(Collectors.joining(", ")))));
    }

    /** As {@link #resolve(Path, URI, DownloadProgress)} for the weights of that name. */
    public static Path resolve(String reference, Path cacheDirectory, URI baseUri, DownloadProgress progress) {
        return named(reference).resolve(cacheDirectory, baseUri, progress);
    }

    /**
     * The file in the cache, downloaded if it is not there yet. An interrupted download is resumed; the file appears
     * under its name only after its SHA-256 agreed.
     *
     * @param cacheDirectory made if missing
     * @param baseUri folder to download from, {@link #OFFICIAL_LOCATION} or a mirror of it
     * @throws BadDataException if the download fails or does not have the expected hash; the message says how to
     *     place the file by hand
     * @throws ConfigurationException if the cache cannot be written
     */
    public Path resolve(Path cacheDirectory, URI baseUri, DownloadProgress progress) {
        String folder = baseUri.toString();
        URI uri = URI.create(folder.endsWith("/") ? folder + fileName : folder + "/" + fileName);
        return new Download(uri, cacheDirectory.resolve(fileName), sha256Prefix(), progress).complete();
    }

    /** How users name these weights, for example {@code torchvision:resnet50-v2}. */
    public String reference() {
        return SCHEME + architecture + recipe.suffix;
    }

    /** The named architecture, for example {@code resnet50}. */
    public String architecture() {
        return architecture;
    }

    /** The published file's name, for example {@code resnet18-f37072fd.pth}. */
    public String fileName() {
        return fileName;
    }

    /** The evaluation transform the published accuracy was measured with. */
    public Preprocessing preprocessing() {
        return new Preprocessing(
                3, recipe.resizeShorterSide, INPUT_SIZE, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    }

    /** The first eight hexadecimal digits of the file's SHA-256, which its name ends with. */
    String sha256Prefix() {
        return fileName.substring(fileName.lastIndexOf('-') + 1, fileName.lastIndexOf('.'));
    }
}
