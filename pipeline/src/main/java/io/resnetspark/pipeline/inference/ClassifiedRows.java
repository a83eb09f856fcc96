package io.resnetspark.pipeline.inference;

import io.resnetspark.model.ClassifierSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/**
 * What networks make of a partition's rows, batch by batch, so that a partition of any size takes the memory of one batch.
 * The networks are opened once, and closed at the latest when the task ends.
 *
 * @param <T> what a row becomes
 */
public abstract class ClassifiedRows<T> implements Iterator<T> {

    private final Iterator<Row> inputs;
    private final List<BatchClassifier> classifiers = new ArrayList<>();
    private Iterator<T> batch = Collections.emptyIterator();
    private boolean ended;

    /** @param batchSize images per call of a network, at least 1 */
    protected ClassifiedRows(
            Iterator<Row> inputs, List<ClassifierSource> models, TestTimeAugmentation augmentation, int batchSize) {
        this.inputs = inputs;
        // Also when the task fails or its consumer stops early.
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close());
        for (ClassifierSource model : models) {
            classifiers.add(new BatchClassifier(model, augmentation, batchSize));
        }
    }

    /**
     * What the next inputs become.
     *
     * @param inputs at least one; those of the batch are taken
     * @param classifiers of the models, in their order
     * @return empty if none of the inputs becomes anything
     */
    protected abstract List<T> nextBatch(Iterator<Row> inputs, List<BatchClassifier> classifiers);

    /** Called once, after the last one. */
    protected void ended() {}

    @Override
    public final boolean hasNext() {
        while (!batch.hasNext() && inputs.hasNext()) {
            batch = nextBatch(inputs, classifiers).iterator();
        }
        if (!batch.hasNext() && !ended) {
            ended = true;
            ended();
            close();
        }
        return batch.hasNext();
    }

    @Override
    public final T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return batch.next();
    }

    private void close() {
        classifiers.forEach(BatchClassifier::close);
        classifiers.clear();
    }
}
