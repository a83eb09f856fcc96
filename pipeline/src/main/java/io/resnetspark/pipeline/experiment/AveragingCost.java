package io.resnetspark.pipeline.experiment;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What averaging less often costs in accuracy and saves in traffic. Local SGD: Stich 2018, arXiv:1805.09767; Lin et al. 2018,
 * arXiv:1808.07217.
 *
 * @param networks usually one
 * @param workers numbers of workers; together they always take the minibatch of {@code train}
 * @param frequencies minibatches between averagings
 * @param train how each is trained, with the minibatch of all workers together
 */
public record AveragingCost(List<String> networks, List<Integer> workers, List<Integer> frequencies, TrainConfig train)
        implements Experiment {

    public AveragingCost {
        networks = List.copyOf(networks);
        workers = List.copyOf(workers);
        frequencies = List.copyOf(frequencies);
        for (int count : workers) {
            if (count < 1 || train.batchSize() % count != 0) {
                throw new ConfigurationException("workers must divide train.batch-size %d among them, %d cannot"
                        .formatted(train.batchSize(), count));
            }
        }
    }

    @Override
    public String name() {
        return "averaging";
    }

    @Override
    public Story story() {
        return new Story(
                "Averaging",
                "Does averaging cost accuracy, and what does averaging less often save?",
                "Averaging after every minibatch is synchronous SGD. Local SGD (Stich 2018, arXiv:1805.09767; Lin et al. 2018,"
                        + " arXiv:1808.07217) averages every H minibatches and moves H times fewer bytes; too large an H costs"
                        + " accuracy.",
                "All trainings see the same number of images. The workers share one minibatch of "
                        + train.batchSize()
                        + " images, so averaging every minibatch is the same algorithm for any number of workers, batch norm"
                        + " apart. One worker has nobody to average with: one line serves for all frequencies.");
    }

    @Override
    public List<Training> trainings() {
        List<Training> trainings = new ArrayList<>();
        for (String network : networks) {
            for (int count : workers) {
                for (int frequency : count == 1 ? List.of(frequencies.get(0)) : frequencies) {
                    trainings.add(training(network, count, frequency));
                }
            }
        }
        return List.copyOf(trainings);
    }

    private Training training(String network, int count, int frequency) {
        Map<String, Object> axes = new LinkedHashMap<>();
        axes.put("network", network);
        axes.put("workers", count);
        axes.put("line", count == 1 ? "1 worker" : count + " workers");
        axes.put("averaging", count == 1 ? "none" : "every " + frequency);
        return new Training(
                "%s, %s".formatted(axes.get("line"), axes.get("averaging")),
                axes,
                RecordCopy.of(
                        train,
                        Map.of(
                                "arch", network,
                                "workers", count,
                                "batchSize", train.batchSize() / count,
                                "averagingFrequency", frequency)));
    }

    @Override
    public List<Plot> plots() {
        return List.of(
                new Plot.Outcome("", Measure.JUDGED_ERROR, "averaging", "line"),
                new Plot.Outcome("Bytes moved", Measure.BYTES_MOVED, "averaging", "line"),
                new Plot.Outcome("Time", Measure.SECONDS, "averaging", "line"),
                new Plot.Course("Training loss", Measure.TRAIN_LOSS));
    }
}
