package io.resnetspark.jobs.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A learning-rate schedule in a word: {@code constant}, {@code cosine}, {@code one-cycle}, {@code step:30:60}, each with
 * {@code warm-up:5,} before it where wanted. Everything finer is configuration.
 *
 * @param keys of section {@code train.schedule}
 */
public record ScheduleOption(Map<String, Object> keys) implements ChoiceOption {

    public static final class Parser implements ITypeConverter<ScheduleOption> {

        @Override
        public ScheduleOption convert(String text) {
            int comma = text.indexOf(',');
            if (comma < 0) {
                return new ScheduleOption(plain(text));
            }
            List<String> warmUp = List.of(text.substring(0, comma).split(":"));
            if (warmUp.size() != 2 || !warmUp.get(0).equals("warm-up")) {
                throw unknown(text);
            }
            return new ScheduleOption(
                    Map.of("type", "warm-up", "epochs", warmUp.get(1), "then", plain(text.substring(comma + 1))));
        }

        private static Map<String, Object> plain(String text) {
            List<String> parts = Arrays.asList(text.split(":"));
            List<String> milestones = parts.subList(1, parts.size());
            if (parts.get(0).equals("step") && !milestones.isEmpty()) {
                return Map.of("type", "step", "milestones", milestones, "decay", 0.1);
            }
            return switch (text) {
                case "constant", "cosine" -> Map.of("type", text);
                // Smith and Topin's usual proportions, as in PyTorch's OneCycleLR.
                case "one-cycle" -> Map.of("type", text, "rise", 0.3, "start", 0.04, "end", 1e-4);
                default -> throw unknown(text);
            };
        }

        private static TypeConversionException unknown(String text) {
            return new TypeConversionException(
                    "'%s' is none of constant, cosine, one-cycle, step:30:60, or one of them after warm-up:5,"
                            .formatted(text));
        }
    }
}
