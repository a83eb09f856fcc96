package io.resnetspark.pipeline.experiment;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkTable;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Deep and thin against shallow and wide, at equal parameters. Seide et al. 2011, "Conversational speech transcription using
 * context-dependent deep neural networks".
 *
 * @param networks each is varied; its own parameters are kept
 * @param blocksPerStage the depths to try
 * @param train how each is trained
 */
public record DepthVsWidth(List<String> networks, List<Integer> blocksPerStage, TrainConfig train)
        implements Experiment {

    public DepthVsWidth {
        networks = List.copyOf(networks);
        blocksPerStage = List.copyOf(blocksPerStage);
    }

    @Override
    public String name() {
        return "depth-vs-width";
    }

    @Override
    public DepthVsWidth with(List<String> otherNetworks, TrainConfig otherTrain) {
        return new DepthVsWidth(otherNetworks, blocksPerStage, otherTrain);
    }

    @Override
    public Story story() {
        return new Story(
                "Depth against width",
                "With the same number of parameters, is a deep and thin network better than a shallow and wide one?",
                "Seide et al. 2011: seven layers of 2,048 units beat one layer with as many parameters by a quarter of the"
                        + " word errors. He et al. 2015: without shortcuts, depth stops helping.",
                "Widths are found so that parameters agree within 1 %.");
    }

    @Override
    public List<Training> trainings() {
        List<Training> trainings = new ArrayList<>();
        for (String name : networks) {
            EqualParameters equal = new EqualParameters(NetworkName.parse(name));
            for (int blocks : blocksPerStage) {
                trainings.add(training(name, equal.withBlocks(blocks)));
            }
        }
        return List.copyOf(trainings);
    }

    private Training training(String family, NetworkName network) {
        Map<String, Object> axes = new LinkedHashMap<>();
        axes.put("family", family);
        axes.put("depth", depth(network));
        axes.put("widths", network.spec().widths().stream().map(String::valueOf).collect(Collectors.joining("-")));
        return new Training(
                "%s, depth %d".formatted(family, depth(network)),
                axes,
                train.withModel(train.model().withArch(network.toString())));
    }

    /** Layers with weights on the longest way, as networks are named by: without the shortcuts' projections. */
    private static int depth(NetworkName network) {
        return (int) NetworkTable.of(network.spec()).rows().stream()
                .filter(row -> row.kind().equals("Convolution") || row.kind().equals("Linear"))
                .filter(row -> !row.name().contains("downsample"))
                .count();
    }

    @Override
    public List<Plot> plots() {
        return List.of(
                new Plot.Outcome("", Measure.JUDGED_ERROR, "depth", "family"),
                new Plot.Outcome("Training error at the end", Measure.TRAIN_ERROR, "depth", "family"));
    }

    /** The lecture's table. */
    @Override
    public Optional<ReferenceTable> reference() {
        return Optional.of(new ReferenceTable(
                "Word error rate of speech recognition",
                "Seide, Li, Chen and Yu 2011, as shown in the lecture: layers × units, word error rate. The wide ones have one"
                        + " hidden layer and as many parameters as the deep ones beside them.",
                List.of("Deep and thin", "Word errors", "Shallow and wide", "Word errors"),
                List.of(
                        List.of("1 × 2k", "24.2 %", "", ""),
                        List.of("2 × 2k", "20.4 %", "", ""),
                        List.of("3 × 2k", "18.4 %", "", ""),
                        List.of("4 × 2k", "17.8 %", "", ""),
                        List.of("5 × 2k", "17.2 %", "1 × 3,772", "22.5 %"),
                        List.of("7 × 2k", "17.1 %", "1 × 4,634", "22.6 %"),
                        List.of("", "", "1 × 16k", "22.1 %"))));
    }
}
