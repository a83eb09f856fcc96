package io.resnetspark.pipeline.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.ResampleFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the files beside weights from the Hugging Face hub say: {@code config.json} and {@code preprocessor_config.json} of
 * transformers' ResNets (configuration_resnet.py, image_processing_convnext.py), {@code config.json} of timm's (models/_hub.py,
 * data/config.py).
 *
 * @param network as {@link NetworkName} writes it; empty if they do not say
 * @param labels class names by index; empty if they do not say
 * @param preprocessing how images become the network's input; empty if they do not say
 */
record HubModel(Optional<String> network, List<String> labels, Optional<Preprocessing> preprocessing) {

    private static final Logger LOG = LoggerFactory.getLogger(HubModel.class);
    private static final String CONFIG = "config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    /** Names of the files that are read. */
    static final Set<String> FILES = Set.of(CONFIG, PREPROCESSOR);

    /** Keys of timm's that others' files named config.json have not. */
    private static final List<String> TIMMS = List.of("pretrained_cfg", "num_features", "crop_pct");

    private static final double DEFAULT_CROP_SHARE = 224.0 / 256;

    /** From this size on, transformers' ConvNextImageProcessor squeezes images into a square. */
    private static final int SQUEEZED_FROM = 384;

    private static final int LARGEST_INPUT = 8192;

    /**
     * What is said beside a file of weights.
     *
     * @throws BadDataException if it is about a network that cannot be had here, or damaged
     */
    static Optional<HubModel> beside(Path weights) {
        Path folder = weights.toAbsolutePath().getParent();
        Optional<JsonNode> config = json(folder.resolve(CONFIG));
        if (config.isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.resolve(CONFIG);
        try {
            if (config.get().hasNonNull("architecture") && TIMMS.stream().anyMatch(config.get()::has)) {
                return Optional.of(timm(config.get(), file));
            }
            return config.get().path("model_type").asText("").equals("resnet")
                    ? Optional.of(transformers(config.get(), file, json(folder.resolve(PREPROCESSOR))))
                    : Optional.empty();
        } catch (IllegalArgumentException | ConfigurationException e) {
            throw new BadDataException(
                    "%s, or what lies beside it, cannot be used: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Optional<JsonNode> json(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ObjectMapper().readTree(Files.readAllBytes(file)))
                    .filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            throw new BadDataException(
                    "%s is damaged: %s; download it again".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new BadDataException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static HubModel transformers(JsonNode config, Path file, Optional<JsonNode> preprocessor) {
        for (String downsampling : List.of("downsample_in_first_stage", "downsample_in_bottleneck")) {
            if (config.path(downsampling).asBoolean(false)) {
                throw new BadDataException(
                        "%s asks for %s, which the networks here have not".formatted(file, downsampling));
            }
        }
        String activation = config.path("hidden_act").asText("relu");
        if (!activation.equals("relu")) {
            throw new BadDataException(
                    "%s asks for the activation %s; the networks here have relu".formatted(file, activation));
        }
        int channels = config.path("num_channels").asInt(3);
        return new HubModel(
                Optional.of(network(config, file)),
                labels(config),
                preprocessor.map(settings -> preprocessing(settings, channels, file.resolveSibling(PREPROCESSOR))));
    }

    private static String network(JsonNode config, Path file) {
        boolean bottleneck = config.path("layer_type").asText("bottleneck").equals("bottleneck");
        List<Integer> depths = integers(config.path("depths"), List.of(3, 4, 6, 3));
        List<Integer> sizes = integers(config.path("hidden_sizes"), List.of(256, 512, 1024, 2048));
        List<Integer> widths =
                sizes.stream().map(size -> bottleneck ? size / 4 : size).toList();
        List<Architecture> candidates = bottleneck
                ? List.of(Architecture.RESNET50, Architecture.RESNET101, Architecture.RESNET152)
                : List.of(Architecture.RESNET18, Architecture.RESNET34);
        for (Architecture candidate : candidates) {
            ResNetSpec spec = candidate.spec();
            if (spec.blocks().equals(depths) && spec.widths().equals(widths)) {
                return candidate.label();
            }
        }
        if (widths.isEmpty() || config.path("embedding_size").asInt(64) != widths.get(0)) {
            throw new BadDataException("%s describes a network that is not among those here: depths %s, hidden sizes %s"
                    .formatted(file, depths, sizes));
        }
        return NetworkName.of(candidates.get(0))
                .withBlocks(depths)
                .withWidths(widths)
                .toString();
    }

    private static List<Integer> integers(JsonNode array, List<Integer> whenMissing) {
        return array.isArray()
                ? StreamSupport.stream(array.spliterator(), false)
                        .map(JsonNode::asInt)
                        .toList()
                : whenMissing;
    }

    /** {@code id2label}, where it names 0, 1, 2, …; LABEL_0, LABEL_1, … are transformers' words for no names. */
    private static List<String> labels(JsonNode config) {
        JsonNode names = config.path("id2label");
        List<String> labels = new ArrayList<>();
        while (names.path(Integer.toString(labels.size())).isTextual()) {
            labels.add(names.path(Integer.toString(labels.size())).asText());
        }
        boolean invented =
                IntStream.range(0, labels.size()).allMatch(i -> labels.get(i).equals("LABEL_" + i));
        return labels.size() == names.size() && !invented ? labels : List.of();
    }

    private static Preprocessing preprocessing(JsonNode settings, int channels, Path file) {
        JsonNode size = settings.path("size");
        JsonNode crop = settings.path("crop_size");
        boolean resized = settings.path("do_resize").asBoolean(true);
        boolean cropped = settings.path("do_center_crop").asBoolean(false) && !crop.isMissingNode();
        int side = side(size, file);
        int input = cropped ? side(crop, file) : side;
        boolean squeezed = size.has("height") || !cropped && side >= SQUEEZED_FROM;
        int shorterSide;
        if (!resized) {
            shorterSide = 0;
        } else if (cropped || squeezed) {
            shorterSide = side;
        } else {
            shorterSide = scaled(side, settings.path("crop_pct").asDouble(DEFAULT_CROP_SHARE), file);
        }
        if (resized && squeezed) {
            LOG.warn("{}: images were squeezed into a square; here their middle is cut out", file);
        }
        ResampleFilter filter = resized ? filter(settings.path("resample").asText("3"), file) : ResampleFilter.BILINEAR;
        // Pixels times scale, minus mean, over std, is what 0..1 minus mean / s over std / s is for s = 255 * scale.
        double scale = settings.path("do_rescale").asBoolean(true)
                ? 255 * settings.path("rescale_factor").asDouble(1 / 255.0)
                : 255;
        boolean normalised = settings.path("do_normalize").asBoolean(true);
        List<Float> mean = normalised
                ? floats(settings.path("image_mean"), channels, Preprocessing.IMAGENET_MEAN)
                : same(0, channels);
        List<Float> std = normalised
                ? floats(settings.path("image_std"), channels, Preprocessing.IMAGENET_STD)
                : same(1, channels);
        return new Preprocessing(channels, shorterSide, input, over(mean, scale), over(std, scale), filter);
    }

    /** By timm's name or Pillow's number. */
    private static ResampleFilter filter(String name, Path file) {
        return switch (name) {
            case "bilinear", "2" -> ResampleFilter.BILINEAR;
            case "bicubic", "3" -> ResampleFilter.BICUBIC;
            default -> {
                LOG.warn("{}: images were resized by the filter {}; here it is bicubic", file, name);
                yield ResampleFilter.BICUBIC;
            }
        };
    }

    /** A number, {@code shortest_edge}, or equal {@code height} and {@code width}. */
    private static int side(JsonNode size, Path file) {
        JsonNode number =
                size.isNumber() ? size : size.has("shortest_edge") ? size.path("shortest_edge") : size.path("height");
        boolean square = !size.has("width")
                || size.path("width").asInt() == size.path("height").asInt();
        if (!number.isInt() || number.asInt() < 1 || number.asInt() > LARGEST_INPUT || !square) {
            throw new BadDataException("%s gives images the size %s; a square is read".formatted(file, size));
        }
        return number.asInt();
    }

    /** The shorter side of which the middle {@code share} is cut out. */
    private static int scaled(int side, double share, Path file) {
        if (!(share > 0.1 && share <= 1)) {
            throw new BadDataException(
                    "%s gives the share of the crop as %s; it is more than 0.1 and at most 1".formatted(file, share));
        }
        return (int) Math.floor(side / share);
    }

    private static List<Float> floats(JsonNode values, int channels, List<Float> whenMissing) {
        if (values.isNumber()) {
            return same(values.floatValue(), channels);
        }
        if (!values.isArray()) {
            return whenMissing;
        }
        return StreamSupport.stream(values.spliterator(), false)
                .map(JsonNode::floatValue)
                .toList();
    }

    private static List<Float> same(float value, int channels) {
        return Collections.nCopies(channels, value);
    }

    private static List<Float> over(List<Float> values, double scale) {
        // exactly 1 but for the rounding of 1 / 255 as JSON writes it
        return Math.abs(scale - 1) < 1e-6
                ? values
                : values.stream().map(value -> (float) (value / scale)).toList();
    }

    private static HubModel timm(JsonNode config, Path file) {
        String architecture = config.path("architecture").asText();
        String name = architecture.replaceFirst("\\..*$", "").replaceFirst("^tv_", "");
        List<String> known = Stream.of(
                        Architecture.RESNET18,
                        Architecture.RESNET34,
                        Architecture.RESNET50,
                        Architecture.RESNET101,
                        Architecture.RESNET152)
                .map(Architecture::label)
                .toList();
        if (!known.contains(name)) {
            throw new BadDataException(
                    "%s describes timm's network %s; read are %s".formatted(file, architecture, known));
        }
        // Before timm 0.9 the settings stood beside the name.
        JsonNode settings = config.has("pretrained_cfg") ? config.path("pretrained_cfg") : config;
        List<Integer> size = integers(settings.path("input_size"), List.of(3, 224, 224));
        if (size.size() != 3 || !size.get(1).equals(size.get(2)) || size.get(1) < 1 || size.get(1) > LARGEST_INPUT) {
            throw new BadDataException(
                    "%s gives images the size %s; channels and a square are read".formatted(file, size));
        }
        if (!settings.path("crop_mode").asText("center").equals("center")) {
            LOG.warn("{}: images were cropped otherwise; here their middle is cut out", file);
        }
        int channels = size.get(0);
        return new HubModel(
                Optional.of(name),
                Stream.of(config.path("label_names"), settings.path("label_names"))
                        .filter(JsonNode::isArray)
                        .findFirst()
                        .map(names -> StreamSupport.stream(names.spliterator(), false)
                                .map(JsonNode::asText)
                                .toList())
                        .orElseGet(() -> labels(config)),
                Optional.of(new Preprocessing(
                        channels,
                        scaled(size.get(1), settings.path("crop_pct").asDouble(DEFAULT_CROP_SHARE), file),
                        size.get(1),
                        floats(settings.path("mean"), channels, Preprocessing.IMAGENET_MEAN),
                        floats(settings.path("std"), channels, Preprocessing.IMAGENET_STD),
                        filter(settings.path("interpolation").asText("bicubic"), file))));
    }
}
