package io.resnetspark.pipeline.retrain.cycle;

import io.resnetspark.pipeline.retrain.RetrainStep;
import io.resnetspark.pipeline.storage.AtomicStore;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.util.Arrays;
import java.util.Optional;

/** The results of a cycle's steps, each a file that appears when the step is done. */
public final class CycleSteps {

    private final AtomicStore store;

    CycleSteps(AtomicStore store) {
        this.store = store;
    }

    /** Fully qualified. */
    String path() {
        return store.root().toString();
    }

    AtomicStore store() {
        return store;
    }

    boolean isDone(RetrainStep step) {
        return store.exists(file(step));
    }

    <T> Optional<T> result(RetrainStep step, Class<T> type) {
        return store.readText(file(step)).map(text -> JsonDocument.read(text, type, path() + "/" + file(step)));
    }

    void done(RetrainStep step, Object result) {
        store.replaceText(file(step), JsonDocument.text(result));
    }

    /** The first step that is not done; empty after the last. */
    Optional<RetrainStep> next() {
        return Arrays.stream(RetrainStep.values()).filter(step -> !isDone(step)).findFirst();
    }

    private static String file(RetrainStep step) {
        return "%d-%s.json".formatted(step.ordinal() + 1, step.label());
    }
}
