package io.resnetspark.model.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.training.ServerState;
import io.resnetspark.model.training.TrainingState;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a checkpoint: {@code model.safetensors} (torchvision's keys, with the model card in its metadata), {@code
 * optimizer.safetensors} (under the same keys, what only training needs: the optimiser's vectors, the slow momentum, and the
 * weights themselves where the model is their moving average) and {@code position.json}. Whoever stores them sees to it that
 * they appear together and unchanged.
 */
public final class CheckpointFormat {

    public static final String WEIGHTS = "model.safetensors";
    public static final String OPTIMIZER = "optimizer.safetensors";
    public static final String POSITION = "position.json";

    /** Key of the model card in the metadata of our safetensors files. */
    public static final String CARD_KEY = "resnet_spark_model";

    private static final String SLOW_MOMENTUM = "slow_momentum.";
    private static final String TRAINED_WEIGHTS = "weights.";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private CheckpointFormat() {}

    /** Where files are written. */
    public interface Sink {
        OutputStream create(String name) throws IOException;
    }

    /** Where files are read. */
    public interface Source {
        InputStream open(String name) throws IOException;
    }

    public static void write(Checkpoint checkpoint, ParameterLayout layout, Sink sink) throws IOException {
        TrainingSnapshot snapshot = checkpoint.snapshot();
        try (OutputStream out = sink.create(WEIGHTS)) {
            writeModel(checkpoint.card(), NetworkWeights.fromFlat(layout, snapshot.model()), out);
        }
        Map<String, Tensor> vectors = new LinkedHashMap<>();
        float[][] optimizer = snapshot.state().optimizer();
        for (int i = 0; i < optimizer.length; i++) {
            put(vectors, i + ".", layout, optimizer[i]);
        }
        snapshot.server().slowMomentum().ifPresent(vector -> put(vectors, SLOW_MOMENTUM, layout, vector));
        if (snapshot.server().movingAverage().isPresent()) {
            put(vectors, TRAINED_WEIGHTS, layout, snapshot.state().parameters());
        }
        try (OutputStream out = sink.create(OPTIMIZER)) {
            SafeTensors.write(new StateDict(vectors), Map.of("vectors", Integer.toString(optimizer.length)), out);
        }
        try (OutputStream out = sink.create(POSITION)) {
            out.write(JSON.writeValueAsBytes(checkpoint.position()));
        }
    }

    private static void put(Map<String, Tensor> vectors, String prefix, ParameterLayout layout, float[] vector) {
        NetworkWeights.fromFlat(layout, vector).forEach((key, tensor) -> vectors.put(prefix + key, tensor));
    }

    /** Writes weights with their model card: one file that says how to use it, and that PyTorch reads too. */
    public static void writeModel(ModelCard card, StateDict weights, OutputStream out) throws IOException {
        SafeTensors.write(weights, Map.of("format", "pt", CARD_KEY, format(card)), out);
    }

    /**
     * Reads a checkpoint.
     *
     * @param name what to call it in messages
     * @throws BadDataException if a file is damaged or does not fit the others
     */
    public static Checkpoint read(Source source, String name) throws IOException {
        byte[] model = bytes(source, WEIGHTS);
        ModelCard card = card(model, name + "/" + WEIGHTS);
        StateDict weights = SafeTensors.read(new ByteArrayInputStream(model), name + "/" + WEIGHTS);
        ParameterLayout layout = ParameterLayout.of(card.spec());
        StateDict vectors =
                SafeTensors.read(new ByteArrayInputStream(bytes(source, OPTIMIZER)), name + "/" + OPTIMIZER);
        List<float[]> optimizer = new ArrayList<>();
        Optional<float[]> vector = vector(vectors, "0.", layout);
        while (vector.isPresent()) {
            optimizer.add(vector.get());
            vector = vector(vectors, optimizer.size() + ".", layout);
        }
        float[] usable = NetworkWeights.toFlat(layout, weights);
        Optional<float[]> trained = vector(vectors, TRAINED_WEIGHTS, layout);
        TrainingPosition position =
                JSON.treeToValue(FormerNames.snakeCase(JSON.readTree(bytes(source, POSITION))), TrainingPosition.class);
        return new Checkpoint(
                card,
                new TrainingSnapshot(
                        new TrainingState(trained.orElse(usable), optimizer.toArray(new float[0][])),
                        new ServerState(vector(vectors, SLOW_MOMENTUM, layout), trained.map(newest -> usable)),
                        position));
    }

    private static Optional<float[]> vector(StateDict vectors, String prefix, ParameterLayout layout) {
        return vectors.contains(prefix + layout.segments().get(0).key())
                ? Optional.of(NetworkWeights.toFlat(layout, withPrefix(vectors, prefix)))
                : Optional.empty();
    }

    private static StateDict withPrefix(StateDict all, String prefix) {
        Map<String, Tensor> some = new LinkedHashMap<>();
        all.forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                some.put(key.substring(prefix.length()), tensor);
            }
        });
        return new StateDict(some);
    }

    private static byte[] bytes(Source source, String file) throws IOException {
        try (InputStream in = source.open(file)) {
            return in.readAllBytes();
        }
    }

    private static ModelCard card(byte[] safetensors, String file) {
        int headerLength = headerLength(safetensors, file);
        String header = new String(safetensors, 8, headerLength, StandardCharsets.UTF_8);
        try {
            String text =
                    JSON.readTree(header).path("__metadata__").path(CARD_KEY).asText("");
            if (text.isEmpty()) {
                throw new BadDataException(file + " holds weights but no model card; name the network with --arch");
            }
            return parseCard(text);
        } catch (JsonProcessingException e) {
            throw new BadDataException(file + " is damaged: its header is not JSON", e);
        }
    }

    /** A model card, or a part of one, as JSON for the metadata of any format. */
    public static String format(Object card) throws JsonProcessingException {
        return JSON.writeValueAsString(card);
    }

    /** Parses a model card as {@link #writeModel} stores it. */
    public static ModelCard parseCard(String json) {
        try {
            return JSON.treeToValue(FormerNames.snakeCase(JSON.readTree(json)), ModelCard.class);
        } catch (JsonProcessingException e) {
            throw new BadDataException("The model card cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static int headerLength(byte[] safetensors, String file) {
        if (safetensors.length < 8) {
            throw new BadDataException(file + " is damaged: it has only %d bytes".formatted(safetensors.length));
        }
        long length = java.nio.ByteBuffer.wrap(safetensors)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 2 || length > safetensors.length - 8) {
            throw new BadDataException(file + " is damaged: its header claims %d bytes".formatted(length));
        }
        return (int) length;
    }
}
