package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.IncomingBatch;
import io.resnetspark.pipeline.retrain.IncomingFolder;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.Portion;
import io.resnetspark.pipeline.retrain.Portion.Fate;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.retrain.RetrainConfig.Start;
import io.resnetspark.pipeline.retrain.RetrainStep;
import io.resnetspark.pipeline.storage.LeaseLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** What a retraining would do now, told from what lies there: nothing is changed and no image is read. */
public final class RetrainPreview {

    private RetrainPreview() {}

    /**
     * Lines for a person.
     *
     * @param hadoop names the registry
     */
    public static List<String> of(RetrainConfig config, Configuration hadoop) {
        WorkDirectory work = new WorkDirectory(config.places().work(), hadoop);
        Ledger ledger = work.ledger();
        List<String> lines = new ArrayList<>();
        LeaseLock.in(work.lock(), config.lock().lease())
                .holder()
                .ifPresent(holder -> lines.add("The lock is held by %s; nothing could start now".formatted(holder)));
        Optional<CyclePlan> open = work.openCycle();
        Optional<CyclePlan> plan = open.or(() -> Retraining.plan(config, ledger, new IncomingFolder(config, hadoop)));
        if (plan.isEmpty()) {
            lines.add("Nothing to do: no batch of %s is new since cycle %d"
                    .formatted(config.intake().incoming(), ledger.lastCycle()));
            return lines;
        }
        int number = plan.get().number();
        open.ifPresentOrElse(
                cycle -> lines.add("Would continue cycle %d, begun %s, at its step %s"
                        .formatted(
                                number,
                                cycle.startedAt(),
                                work.steps(number)
                                        .next()
                                        .map(RetrainStep::label)
                                        .orElse("notify"))),
                () -> lines.add("Would begin cycle %d".formatted(number)));
        lines.addAll(batches(plan.get(), ledger, config));
        Optional<Integer> champion =
                ModelRegistry.of(hadoop).model(config.places().model()).state().champion();
        lines.add(champion.map(version ->
                        "Champion of %s: version %d".formatted(config.places().model(), version))
                .orElse("There is no champion of %s yet: the first challenger is trained from scratch"
                        .formatted(config.places().model())));
        champion.ifPresent(version -> lines.add(
                config.challenger().start() == Start.CHAMPION
                        ? "A challenger would start from it, on the new images and %s old ones per new one"
                                .formatted(config.challenger().replay())
                        : "A challenger would be trained from scratch on all images"));
        lines.add(ledger.testSet()
                .map(test -> "Test split: frozen at version %d of the dataset, %d images"
                        .formatted(test.version(), test.images()))
                .orElse("Test split: would be frozen as the new batches make it"));
        return lines;
    }

    private static List<String> batches(CyclePlan plan, Ledger ledger, RetrainConfig config) {
        List<String> lines = new ArrayList<>();
        long files = 0;
        for (IncomingBatch batch : plan.batches()) {
            boolean kept = config.intake().quarantine().contains(batch.name());
            lines.add("  %s: %d files, %d bytes%s%s"
                    .formatted(
                            batch.name(),
                            batch.files(),
                            batch.bytes(),
                            ledger.batches().containsKey(batch.name()) ? ", changed since it was seen" : "",
                            kept ? ", named in retrain.quarantine: not trained on" : ""));
            files += kept ? 0 : batch.files();
        }
        for (Portion portion : ledger.portions()) {
            if (plan.released().contains(portion.version())) {
                lines.add("  %s: released from quarantine".formatted(portion.batch()));
            } else if (portion.fate() == Fate.PENDING) {
                lines.add("  %s: still pending (%s)".formatted(portion.batch(), portion.reason()));
            }
        }
        lines.add("  %d new files; %d new training images are enough to train, or %d that have drifted"
                .formatted(
                        files,
                        config.trigger().minimumImages(),
                        config.trigger().minimumDriftedImages()));
        return lines;
    }
}
