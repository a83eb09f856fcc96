package io.resnetspark.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A usual augmentation by its name: {@code none}, {@code cifar} (padded random crop and flip; He et al. 2015, section 4.2)
 * or {@code imagenet} (random resized crop and flip). Everything finer is configuration.
 *
 * @param keys of section {@code train.augmentation}
 */
public record AugmentationOption(Map<String, Object> keys) implements ChoiceOption {

    public static final class Parser implements ITypeConverter<AugmentationOption> {

        @Override
        public AugmentationOption convert(String text) {
            return switch (text) {
                case "none" -> cropAndFlip(Map.of("type", "centre"), 0);
                case "cifar" -> cropAndFlip(Map.of("type", "padded-random", "padding", 4, "border", "black"), 0.5);
                case "imagenet" ->
                    cropAndFlip(
                            Map.of(
                                    "type",
                                    "random-resized",
                                    "min-area",
                                    0.08,
                                    "max-area",
                                    1,
                                    "min-aspect",
                                    3.0 / 4,
                                    "max-aspect",
                                    4.0 / 3),
                            0.5);
                default -> throw new TypeConversionException("'%s' is not none, cifar or imagenet".formatted(text));
            };
        }

        private static AugmentationOption cropAndFlip(Map<String, Object> crop, double flipProbability) {
            Map<String, Object> keys = new LinkedHashMap<>();
            keys.put("crop", crop);
            keys.put("flip-probability", flipProbability);
            keys.put("flip-pattern", "random");
            keys.put("colour-jitter", Map.of("brightness", 0, "contrast", 0, "saturation", 0, "hue", 0));
            keys.put(
                    "random-erasing",
                    Map.of(
                            "probability", 0,
                            "min-area", 0.02,
                            "max-area", 0.33,
                            "min-aspect", 0.3,
                            "max-aspect", 3.3));
            keys.put("mixup-alpha", 0);
            keys.put("cutmix-alpha", 0);
            keys.put("label-smoothing", 0);
            return new AugmentationOption(keys);
        }
    }
}
