package io.resnetspark.model;

import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.error.ConfigurationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The name of a network: an {@link Architecture}, and what is varied about it after plus signs, for example {@code
 * cifar-resnet20}, {@code cifar-resnet20+blocks=6-6-6+widths=11-22-44} or {@code cifar-plain20+norm=none}.
 *
 * @param architecture what is varied
 * @param blocks number of blocks of each stage; the architecture's own if empty
 * @param widths channels of each stage; the architecture's own if empty
 * @param normalisation what follows convolutions
 */
public record NetworkName(
        Architecture architecture,
        Optional<List<Integer>> blocks,
        Optional<List<Integer>> widths,
        Normalisation normalisation) {

    /** An architecture as published. */
    public static NetworkName of(Architecture architecture) {
        return new NetworkName(architecture, Optional.empty(), Optional.empty(), Normalisation.BATCH);
    }

    /** @throws ConfigurationException if there is no such architecture or variation */
    public static NetworkName parse(String name) {
        String[] parts = name.split("\\+", -1);
        NetworkName network = of(Architecture.named(parts[0]));
        for (String variation : Arrays.asList(parts).subList(1, parts.length)) {
            network = network.with(variation);
        }
        return network;
    }

    private NetworkName with(String variation) {
        int equals = variation.indexOf('=');
        String value = variation.substring(equals + 1);
        return switch (equals < 0 ? "" : variation.substring(0, equals)) {
            case "blocks" -> withBlocks(numbers(variation, value));
            case "widths" -> withWidths(numbers(variation, value));
            case "norm" ->
                withNormalisation(
                        switch (value) {
                            case "batch" -> Normalisation.BATCH;
                            case "none" -> Normalisation.NONE;
                            default -> throw unknown(variation);
                        });
            default -> throw unknown(variation);
        };
    }

    private static List<Integer> numbers(String variation, String list) {
        try {
            return Arrays.stream(list.split("-")).map(Integer::valueOf).toList();
        } catch (NumberFormatException e) {
            throw unknown(variation);
        }
    }

    private static ConfigurationException unknown(String variation) {
        return new ConfigurationException(
                "\"%s\" varies no network; variations are blocks=3-3-3, widths=16-32-64 and norm=none"
                        .formatted(variation));
    }

    public NetworkName withBlocks(List<Integer> newBlocks) {
        return new NetworkName(architecture, Optional.of(List.copyOf(newBlocks)), widths, normalisation);
    }

    public NetworkName withWidths(List<Integer> newWidths) {
        return new NetworkName(architecture, blocks, Optional.of(List.copyOf(newWidths)), normalisation);
    }

    public NetworkName withNormalisation(Normalisation newNormalisation) {
        return new NetworkName(architecture, blocks, widths, newNormalisation);
    }

    /** The network it names, with the architecture's default classes and input. */
    public ResNetSpec spec() {
        ResNetSpec published = architecture.spec();
        return new ResNetSpec(
                toString(),
                published.stem(),
                published.block(),
                published.shortcut(),
                normalisation,
                blocks.orElse(published.blocks()),
                widths.orElse(published.widths()),
                published.classes(),
                published.channels(),
                published.inputSize(),
                published.lastScale());
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>(List.of(architecture.label()));
        blocks.ifPresent(counts -> parts.add("blocks=" + joined(counts)));
        widths.ifPresent(channels -> parts.add("widths=" + joined(channels)));
        if (normalisation != Normalisation.BATCH) {
            parts.add("norm=" + normalisation.name().toLowerCase(Locale.ROOT));
        }
        return String.join("+", parts);
    }

    private static String joined(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining("-"));
    }
}
