package io.resnetspark.pipeline.model;

import io.resnetspark.model.Classifier;
import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.inference.SharedNetwork;
import io.resnetspark.model.kernel.ComputeThreads;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.pipeline.device.TaskDevice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;

/**
 * A loaded model that travels to executors as the bytes of its safetensors file. There it is read once in each JVM, and its
 * classifiers share the weights.
 */
public final class ModelClassifierSource implements ClassifierSource {

    private static final long serialVersionUID = 1L;

    private final ModelCard card;
    private final String description;
    private final int batchSize;
    private final InferencePrecision precision;
    private final byte[] weights;

    /** Of this JVM, by device; made when the first classifier is opened there. */
    private transient Map<TaskDevice, SharedNetwork> networks;

    /**
     * As the model was made.
     *
     * @param batchSize most images of one call of the network
     */
    public ModelClassifierSource(LoadedModel model, int batchSize) {
        this(model, batchSize, Precision.MODEL);
    }

    /**
     * In another precision.
     *
     * @throws io.resnetspark.model.error.ConfigurationException if the model cannot classify in it
     */
    public ModelClassifierSource(LoadedModel model, int batchSize, Precision wanted) {
        this.card = model.card();
        this.description = model.description();
        this.batchSize = batchSize;
        this.precision = wanted.of(model);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CheckpointFormat.writeModel(model.card(), model.weights(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        this.weights = bytes.toByteArray();
    }

    @Override
    public Classifier open() {
        TaskContext task = TaskContext.get();
        TaskDevice device = TaskDevice.ofThisTask();
        device.bind();
        ComputeThreads.use(task == null ? Runtime.getRuntime().availableProcessors() : Math.max(1, task.cpus()));
        return network(device).classifier(batchSize);
    }

    private synchronized SharedNetwork network(TaskDevice device) {
        if (networks == null) {
            networks = new HashMap<>();
        }
        return networks.computeIfAbsent(device, unused -> {
            try {
                return SharedNetwork.of(card.spec(), SafeTensors.read(new ByteArrayInputStream(weights), description))
                        .in(precision, card.quantized());
            } catch (IOException e) {
                throw new UncheckedIOException("Memory cannot fail to be read", e);
            }
        });
    }

    @Override
    public Preprocessing preprocessing() {
        return card.preprocessing();
    }

    @Override
    public List<String> labels() {
        return card.labels();
    }

    @Override
    public String architecture() {
        return card.spec().architecture();
    }

    @Override
    public InferencePrecision precision() {
        return precision;
    }

    @Override
    public String description() {
        return description;
    }
}
