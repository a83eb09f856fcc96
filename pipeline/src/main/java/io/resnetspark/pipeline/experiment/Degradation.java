package io.resnetspark.pipeline.experiment;

import io.resnetspark.pipeline.training.TrainConfig;
import java.util.List;
import java.util.Map;

/**
 * Deeper plain networks train worse; residual ones do not. He et al. 2015, arXiv:1512.03385, figures 1 and 6.
 *
 * @param networks names of the networks
 * @param train how each is trained
 */
public record Degradation(List<String> networks, TrainConfig train) implements Experiment {

    public Degradation {
        networks = List.copyOf(networks);
    }

    @Override
    public String name() {
        return "degradation";
    }

    @Override
    public Degradation with(List<String> otherNetworks, TrainConfig otherTrain) {
        return new Degradation(otherNetworks, otherTrain);
    }

    @Override
    public Story story() {
        return new Story(
                "Degradation",
                "Does a deeper network without shortcuts train worse than a shallower one, and do shortcuts cure it?",
                "He et al. 2015 (arXiv:1512.03385), figures 1 and 6: on CIFAR-10 plain-56 has the higher training error"
                        + " than plain-20, so the trouble is optimisation, not overfitting; ResNet-56 beats ResNet-20.",
                "The same training for every network.");
    }

    @Override
    public List<Training> trainings() {
        return networks.stream()
                .map(network -> new Training(
                        network,
                        Map.of("network", network),
                        train.withModel(train.model().withArch(network))))
                .toList();
    }

    @Override
    public List<Plot> plots() {
        return List.of(
                new Plot.Course("Training error", Measure.TRAIN_ERROR),
                new Plot.Course("", Measure.JUDGED_ERROR),
                new Plot.Course("Training loss", Measure.TRAIN_LOSS));
    }
}
