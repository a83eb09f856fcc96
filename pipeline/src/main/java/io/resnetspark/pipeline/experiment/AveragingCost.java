package io.resnetspark.pipeline.experiment;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.OptimizationConfig;
import io.resnetspark.pipeline.training.SlowMomentum;
import io.resnetspark.pipeline.training.TrainConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What averaging less often costs in accuracy and saves in traffic. Local SGD: Stich 2018, arXiv:1805.09767; Lin et al. 2018,
 * arXiv:1808.07217.
 *
 * @param networks usually one
 * @param workers numbers of workers; together they always take the minibatch of {@code train}
 * @param frequencies minibatches between averagings
 * @param postLocal averaging every minibatch at first, less often later
 * @param blockMomentum momentum over averagings
 * @param train how each is trained, with the minibatch of all workers together
 */
public record AveragingCost(
        List<String> networks,
        List<Integer> workers,
        List<Integer> frequencies,
        PostLocal postLocal,
        BlockMomentum blockMomentum,
        TrainConfig train)
        implements Experiment {

    /**
     * @param share of the epochs in which workers are averaged every minibatch, 0 to 1
     * @param frequency minibatches between averagings after that
     */
    public record PostLocal(double share, int frequency) {}

    /**
     * @param frequency minibatches between averagings
     * @param slowMomentum what is remembered of earlier ones
     */
    public record BlockMomentum(int frequency, SlowMomentum slowMomentum) {}

    public AveragingCost {
        networks = List.copyOf(networks);
        workers = List.copyOf(workers);
        frequencies = List.copyOf(frequencies);
        for (int count : workers) {
            if (count < 1 || train.optimization().batchSize() % count != 0) {
                throw new ConfigurationException("workers must divide train.batch-size %d among them, %d cannot"
                        .formatted(train.optimization().batchSize(), count));
            }
        }
    }

    @Override
    public String name() {
        return "averaging";
    }

    @Override
    public AveragingCost with(List<String> otherNetworks, TrainConfig otherTrain) {
        return new AveragingCost(otherNetworks, workers, frequencies, postLocal, blockMomentum, otherTrain);
    }

    @Override
    public Story story() {
        return new Story(
                "Averaging",
                "Does averaging cost accuracy, and what does averaging less often save?",
                "Averaging after every minibatch is synchronous SGD. Local SGD (Stich 2018, arXiv:1805.09767) averages every H"
                        + " minibatches and moves H times fewer bytes; too large an H costs accuracy. Post-local SGD (Lin et al."
                        + " 2018, arXiv:1808.07217) and slow momentum (Wang et al. 2020, arXiv:1910.00643) win some of it back.",
                "All trainings see the same number of images. The workers share one minibatch of "
                        + train.optimization().batchSize()
                        + " images, so averaging every minibatch is the same algorithm for any number of workers, batch norm"
                        + " apart. One worker has nobody to average with: one line serves for all frequencies.");
    }

    @Override
    public List<Training> trainings() {
        List<Training> trainings = new ArrayList<>();
        for (String network : networks) {
            for (int count : workers) {
                if (count == 1) {
                    trainings.add(training(network, count, "none", UnaryOperator.identity()));
                } else {
                    modes().forEach((mode, changes) -> trainings.add(training(network, count, mode, changes)));
                }
            }
        }
        return List.copyOf(trainings);
    }

    /** Ways of averaging by name, as changes to the training's. */
    private Map<String, UnaryOperator<AveragingConfig>> modes() {
        Map<String, UnaryOperator<AveragingConfig>> modes = new LinkedHashMap<>();
        frequencies.forEach(
                frequency -> modes.put("every " + frequency, averaging -> averaging.withAveragingFrequency(frequency)));
        int everyStep =
                (int) Math.round(postLocal.share() * train.optimization().epochs());
        modes.put("post-local " + postLocal.frequency(), averaging -> averaging
                .withAveragingFrequency(postLocal.frequency())
                .withEveryStepEpochs(everyStep));
        modes.put("slow momentum " + blockMomentum.frequency(), averaging -> averaging
                .withAveragingFrequency(blockMomentum.frequency())
                .withSlowMomentum(blockMomentum.slowMomentum()));
        return modes;
    }

    private Training training(String network, int count, String mode, UnaryOperator<AveragingConfig> changes) {
        Map<String, Object> axes = new LinkedHashMap<>();
        axes.put("network", network);
        axes.put("workers", count);
        axes.put("line", count == 1 ? "1 worker" : count + " workers");
        axes.put("averaging", mode);
        OptimizationConfig optimization = train.optimization();
        TrainConfig config = train.withModel(train.model().withArch(network))
                .withAveraging(changes.apply(train.averaging()).withWorkers(count))
                .withOptimization(optimization.withBatchSize(optimization.batchSize() / count));
        return new Training("%s, %s, %s".formatted(network, axes.get("line"), mode), axes, config);
    }

    @Override
    public List<Plot> plots() {
        return List.of(
                new Plot.Outcome("", Measure.JUDGED_ERROR, "averaging", "line"),
                new Plot.Outcome("Sent by a worker", Measure.WORKER_BYTES, "averaging", "line"),
                new Plot.Outcome("Through the driver", Measure.DRIVER_BYTES, "averaging", "line"),
                new Plot.Outcome("Time", Measure.SECONDS, "averaging", "line"));
    }
}
