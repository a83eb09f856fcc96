package io.resnetspark.pipeline.retrain.step;

import static org.apache.spark.sql.functions.col;

import io.resnetspark.model.error.DivergedException;
import io.resnetspark.pipeline.dataset.ExampleSelection;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.Portion.Fate;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.retrain.RetrainConfig.Start;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.run.RunDirectory;
import io.resnetspark.pipeline.run.RunManifest;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.training.OptimizationConfig;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainingListener;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The third step: a challenger, from the champion's weights on the new images and a sample of the old ones, or from
 * scratch on all. A training that was killed goes on from its newest checkpoint, to the same bits.
 */
public final class TrainChallenger {

    private static final String RUN = "run";

    private final RetrainContext context;
    private final Ledger ledger;
    private final List<TrainingListener> listeners;

    public TrainChallenger(RetrainContext context, Ledger ledger, List<TrainingListener> listeners) {
        this.context = context;
        this.ledger = ledger;
        this.listeners = listeners;
    }

    public TrainResult run(CyclePlan plan, AtomicStore cycle, PrepareResult prepared, Assessment assessment) {
        boolean fromChampion = context.config().challenger().start() == Start.CHAMPION
                && assessment.championVersion().isPresent();
        Optional<String> weights = fromChampion
                ? assessment
                        .championVersion()
                        .map(version -> context.registered(version).reference().toString())
                : Optional.empty();
        ExampleSelection selection =
                selection(plan, prepared, assessment, fromChampion ? replay() : Double.POSITIVE_INFINITY);
        TrainConfig config = config(plan, cycle, prepared, weights);
        Optional<String> divergence = Optional.empty();
        try {
            TrainingLoop.run(context.spark(), config, selection, Resume.CONTINUE, listeners);
        } catch (DivergedException e) {
            divergence = Optional.of(e.getMessage());
        }
        RunManifest manifest =
                RunDirectory.at(config.run().output(), context.hadoop()).manifest();
        return new TrainResult(
                config.run().output(),
                manifest.network().weights(),
                selection,
                manifest.images().trainExamples(),
                manifest.progress().seconds(),
                divergence);
    }

    private double replay() {
        return context.config().challenger().replay();
    }

    /** All admitted images, and of the accepted ones so many per new one as {@code replay} says. */
    private ExampleSelection selection(CyclePlan plan, PrepareResult prepared, Assessment assessment, double replay) {
        Map<Integer, Double> shares = new TreeMap<>();
        List<String> leaked = new ArrayList<>();
        for (Portion portion : assessment.portions()) {
            if (portion.fate() == Fate.PENDING) {
                shares.put(portion.version(), 1.0);
                leaked.addAll(portion.leaked());
            }
        }
        List<Portion> accepted = ledger.with(Fate.ACCEPTED).stream()
                .filter(portion -> !context.config().intake().quarantine().contains(portion.batch()))
                .toList();
        long old = count(prepared, accepted.stream().map(Portion::version).toList());
        double share = old == 0 ? 0 : Math.min(1, replay * assessment.newImages() / old);
        for (Portion portion : accepted) {
            shares.put(portion.version(), share);
            leaked.addAll(portion.leaked());
        }
        return new ExampleSelection(shares, seed(plan), leaked);
    }

    private long count(PrepareResult prepared, List<Integer> versions) {
        if (versions.isEmpty()) {
            return 0;
        }
        ImageDataset dataset = context.dataset(prepared.datasetVersion());
        return dataset.rows(Split.TRAIN)
                .where(col("version").isin(versions.toArray()))
                .count();
    }

    /** Each cycle replays another sample, in another order. */
    private long seed(CyclePlan plan) {
        return context.settings().train().seed() + plan.number();
    }

    private TrainConfig config(CyclePlan plan, AtomicStore cycle, PrepareResult prepared, Optional<String> weights) {
        TrainConfig train = context.settings().train();
        RetrainConfig.Challenger challenger = context.config().challenger();
        OptimizationConfig optimization = weights.isPresent()
                ? train.optimization().withEpochs(challenger.epochs()).withLearningRate(challenger.learningRate())
                : train.optimization();
        return train.withDataset(train.dataset()
                        .withData(context.config().places().dataset())
                        .withDataVersion(Optional.of(prepared.datasetVersion())))
                .withModel(train.model().withWeights(weights.or(train.model()::weights)))
                .withOptimization(optimization)
                .withRun(train.run().withOutput(cycle.path(RUN).toString()))
                .withSeed(seed(plan));
    }
}
