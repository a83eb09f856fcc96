package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.pipeline.retrain.CyclePlan;
import io.resnetspark.pipeline.retrain.Ledger;
import io.resnetspark.pipeline.retrain.RetrainStep;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * The work directory: {@code ledger.json}, {@code lock/}, {@code index.html} (the history) and {@code cycles/NNNNNN}. A
 * cycle exists once it has {@code cycle.json}; it is finished once the ledger lists it and its last step is done.
 */
public final class WorkDirectory {

    private static final String LEDGER = "ledger.json";
    private static final String CYCLE = "cycle.json";

    private final AtomicStore store;
    private final Configuration hadoop;

    WorkDirectory(String path, Configuration hadoop) {
        this.store = AtomicStore.at(path, hadoop);
        this.hadoop = hadoop;
    }

    String path() {
        return store.root().toString();
    }

    AtomicStore store() {
        return store;
    }

    AtomicStore lock() {
        return AtomicStore.at(path() + "/lock", hadoop);
    }

    Ledger ledger() {
        Ledger ledger = store.readText(LEDGER)
                .map(text -> JsonDocument.read(text, Ledger.class, path() + "/" + LEDGER))
                .orElse(Ledger.EMPTY);
        if (ledger.formatVersion() != Ledger.FORMAT_VERSION) {
            throw new BadDataException(
                    "%s/%s has format version %d, this program reads %d; use the program that wrote it"
                            .formatted(path(), LEDGER, ledger.formatVersion(), Ledger.FORMAT_VERSION));
        }
        return ledger;
    }

    void writeLedger(Ledger ledger) {
        store.replaceText(LEDGER, JsonDocument.text(ledger));
    }

    /** The cycle that was begun and not finished, if there is one. */
    Optional<CyclePlan> openCycle() {
        Ledger ledger = ledger();
        int candidate = ledger.lastCycle() + 1;
        Optional<CyclePlan> begun = plan(candidate);
        if (begun.isPresent()) {
            return begun;
        }
        // The ledger lists a cycle before its last step, which tells others, is done.
        return ledger.lastCycle() == 0 || steps(ledger.lastCycle()).isDone(RetrainStep.NOTIFY)
                ? Optional.empty()
                : plan(ledger.lastCycle());
    }

    void begin(CyclePlan plan) {
        store.replaceText(directory(plan.number()) + "/" + CYCLE, JsonDocument.text(plan));
    }

    private Optional<CyclePlan> plan(int number) {
        String file = directory(number) + "/" + CYCLE;
        return store.readText(file).map(text -> JsonDocument.read(text, CyclePlan.class, path() + "/" + file));
    }

    CycleSteps steps(int number) {
        return new CycleSteps(AtomicStore.at(path() + "/" + directory(number), hadoop));
    }

    static String directory(int number) {
        return "cycles/%06d".formatted(number);
    }
}
