package io.resnetspark.pipeline.retrain.step;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.DatasetManifest;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.RunCounts;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.dataset.prepare.PrepareOutcome;
import io.resnetspark.pipeline.dataset.source.ImageFolderLayout;
import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.IncomingBatch;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.RetrainConfig;
import io.resnetspark.pipeline.retrain.RetrainContext;
import io.resnetspark.pipeline.retrain.step.PrepareResult.PreparedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first step: each new batch becomes a version of the dataset, or is refused as a whole. Done again after a kill, it
 * finds the versions that are there already.
 */
public final class PrepareBatches {

    private static final Logger LOG = LoggerFactory.getLogger(PrepareBatches.class);

    private final RetrainContext context;
    private final Ledger ledger;

    public PrepareBatches(RetrainContext context, Ledger ledger) {
        this.context = context;
        this.ledger = ledger;
    }

    public PrepareResult run(CyclePlan plan) {
        List<PreparedBatch> prepared = new ArrayList<>();
        for (IncomingBatch batch : plan.batches()) {
            PreparedBatch done = prepare(batch);
            done.refusal().ifPresent(reason -> LOG.warn("Refused the batch {}: {}", batch.name(), reason));
            prepared.add(done);
        }
        ImageDataset dataset = existing()
                .orElseThrow(
                        () -> new BadDataException("No batch of %s could be prepared, so there is no dataset yet: %s"
                                .formatted(
                                        context.config().intake().incoming(),
                                        prepared.stream()
                                                .map(batch -> batch.name() + ": "
                                                        + batch.refusal().orElse("empty"))
                                                .toList())));
        return new PrepareResult(
                dataset.version(),
                dataset.classes().names(),
                new FrozenTestSet(context).of(dataset, ledger.testSet()),
                prepared);
    }

    private PreparedBatch prepare(IncomingBatch batch) {
        boolean released = context.config().intake().release().contains(batch.name());
        Optional<String> layout = released ? Optional.empty() : wrongLayout(batch);
        if (layout.isPresent()) {
            return new PreparedBatch(batch.name(), batch.signature(), List.of(), Optional.empty(), layout);
        }
        PrepareConfig config = context.settings().prepare().withInput(batch.path());
        PrepareOutcome outcome;
        try {
            outcome = PrepareJob.run(context.spark(), released ? config.withMaxRejectedFraction(1) : config);
        } catch (BadDataException e) {
            return new PreparedBatch(
                    batch.name(), batch.signature(), List.of(), Optional.empty(), Optional.of(e.getMessage()));
        }
        List<Integer> versions = versionsFrom(config.input());
        RunCounts counts = versions.isEmpty()
                ? outcome.run()
                : context.dataset(versions.get(versions.size() - 1))
                        .manifest()
                        .making()
                        .run();
        return new PreparedBatch(batch.name(), batch.signature(), versions, Optional.of(counts), Optional.empty());
    }

    /** What can be told from the names of folders. */
    private Optional<String> wrongLayout(IncomingBatch batch) {
        if (context.settings().prepare().format() != SourceFormat.IMAGE_FOLDER) {
            return Optional.empty();
        }
        SortedSet<String> classes;
        try {
            classes = ImageFolderLayout.of(batch.path(), context.hadoop()).classes();
        } catch (ConfigurationException | BadDataException e) { // this batch's fault: others go on
            return Optional.of(e.getMessage());
        }
        Optional<ImageDataset> dataset = existing();
        if (dataset.isEmpty() || context.config().intake().newClasses() == RetrainConfig.NewClasses.ACCEPT) {
            return Optional.empty();
        }
        SortedSet<String> unknown = new TreeSet<>(classes);
        dataset.get().classes().names().forEach(unknown::remove);
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "its classes %s are unknown; correct the names, set retrain.new-classes = accept, or release it"
                                .formatted(unknown));
    }

    private Optional<ImageDataset> existing() {
        try {
            return Optional.of(
                    ImageDataset.open(context.spark(), context.config().places().dataset()));
        } catch (BadDataException none) {
            if (ledger.lastVersion() > 0) {
                throw none;
            }
            return Optional.empty();
        }
    }

    /** The dataset versions that no finished cycle knows and that were made from this input. */
    private List<Integer> versionsFrom(String input) {
        List<Integer> versions = new ArrayList<>();
        int current = existing().map(ImageDataset::version).orElse(0);
        for (int version = ledger.lastVersion() + 1; version <= current; version++) {
            DatasetManifest manifest = context.dataset(version).manifest();
            if (manifest.making().config().input().equals(input)) {
                versions.add(version);
            }
        }
        return versions;
    }
}
