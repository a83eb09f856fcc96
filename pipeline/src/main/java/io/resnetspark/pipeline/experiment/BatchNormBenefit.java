package io.resnetspark.pipeline.experiment;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Batch normalisation makes training faster and less sensitive to the learning rate. Ioffe and Szegedy 2015,
 * arXiv:1502.03167.
 *
 * @param networks each with its batch norms and without
 * @param learningRates each network is trained at
 * @param train how each is trained
 */
public record BatchNormBenefit(List<String> networks, List<Double> learningRates, TrainConfig train)
        implements Experiment {

    public BatchNormBenefit {
        networks = List.copyOf(networks);
        learningRates = List.copyOf(learningRates);
    }

    @Override
    public String name() {
        return "batch-norm";
    }

    @Override
    public BatchNormBenefit with(List<String> otherNetworks, TrainConfig otherTrain) {
        return new BatchNormBenefit(otherNetworks, learningRates, otherTrain);
    }

    @Override
    public Story story() {
        return new Story(
                "Batch normalisation",
                "Does batch normalisation help training, and at which learning rates?",
                "Ioffe and Szegedy 2015 (arXiv:1502.03167): normalised networks train many times faster and bear learning"
                        + " rates at which others diverge.",
                "Without batch norm every convolution has a bias instead. A training that diverges is a result: it has no"
                        + " error, and is counted.");
    }

    @Override
    public List<Training> trainings() {
        List<Training> trainings = new ArrayList<>();
        for (String name : networks) {
            for (Normalisation normalisation : Normalisation.values()) {
                String network =
                        NetworkName.parse(name).withNormalisation(normalisation).toString();
                for (double rate : learningRates) {
                    Map<String, Object> axes = new LinkedHashMap<>();
                    axes.put("network", name);
                    axes.put("normalisation", normalisation == Normalisation.BATCH ? "batch norm" : "none");
                    axes.put("line", "%s, %s".formatted(name, axes.get("normalisation")));
                    axes.put("learning rate", rate);
                    trainings.add(new Training(
                            "%s, rate %s".formatted(network, rate),
                            axes,
                            train.withModel(train.model().withArch(network))
                                    .withOptimization(train.optimization().withLearningRate(rate))));
                }
            }
        }
        return List.copyOf(trainings);
    }

    @Override
    public List<Plot> plots() {
        return List.of(
                new Plot.Outcome("", Measure.JUDGED_ERROR, "learning rate", "line"),
                new Plot.Outcome("Training error at the end", Measure.TRAIN_ERROR, "learning rate", "line"),
                new Plot.Outcome("Training loss at the end", Measure.TRAIN_LOSS, "learning rate", "line"));
    }
}
