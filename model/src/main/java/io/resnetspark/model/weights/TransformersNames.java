package io.resnetspark.model.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ResNetForImageClassification} of transformers (modeling_resnet.py) calls the weights of a ResNet. */
public final class TransformersNames {

    private static final Pattern STEM = Pattern.compile("(conv|bn)1\\.(\\w+)");
    private static final Pattern LAYER = Pattern.compile("layer(\\d+)\\.(\\d+)\\.(conv|bn)(\\d)\\.(\\w+)");
    private static final Pattern SHORTCUT = Pattern.compile("layer(\\d+)\\.(\\d+)\\.downsample\\.([01])\\.(\\w+)");
    private static final Pattern HEAD = Pattern.compile("fc\\.(\\w+)");

    private TransformersNames() {}

    /**
     * The same weights under transformers' names, in the same order. What reads them back is {@link StateDictMatcher}.
     *
     * @param weights under torchvision's names, of a network with an ImageNet stem and blocks with batch norms
     */
    public static StateDict of(StateDict weights) {
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> renamed.put(of(name), tensor));
        return new StateDict(renamed);
    }

    private static String of(String name) {
        Matcher stem = STEM.matcher(name);
        if (stem.matches()) {
            return "resnet.embedder.embedder.%s.%s".formatted(part(stem.group(1)), stem.group(2));
        }
        Matcher layer = LAYER.matcher(name);
        if (layer.matches()) {
            return "%s.layer.%d.%s.%s"
                    .formatted(
                            block(layer), Integer.parseInt(layer.group(4)) - 1, part(layer.group(3)), layer.group(5));
        }
        Matcher shortcut = SHORTCUT.matcher(name);
        if (shortcut.matches()) {
            return "%s.shortcut.%s.%s"
                    .formatted(block(shortcut), part(shortcut.group(3).equals("0") ? "conv" : "bn"), shortcut.group(4));
        }
        Matcher head = HEAD.matcher(name);
        if (head.matches()) {
            return "classifier.1." + head.group(1);
        }
        throw new IllegalArgumentException("transformers' ResNets have no " + name);
    }

    private static String block(Matcher name) {
        return "resnet.encoder.stages.%d.layers.%s".formatted(Integer.parseInt(name.group(1)) - 1, name.group(2));
    }

    private static String part(String torchvisions) {
        return torchvisions.equals("conv") ? "convolution" : "normalization";
    }
}
