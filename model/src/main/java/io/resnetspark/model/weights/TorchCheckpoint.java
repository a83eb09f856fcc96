package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the state dict in what {@code torch.load} would return, and reads its tensors. */
final class TorchCheckpoint {

    private static final Logger LOG = LoggerFactory.getLogger(TorchCheckpoint.class);

    /**
     * Where training scripts put a moving average of the model's weights: the weights to use where there is one (timm and
     * torchvision's references).
     */
    private static final List<String> AVERAGE_KEYS = List.of("state_dict_ema", "model_ema");

    /** Where they put the model beside epoch and optimizer, the most specific first. */
    private static final List<String> WRAPPER_KEYS = List.of("state_dict", "model_state_dict", "model", "net");

    private static final int MAX_NAMES_SHOWN = 10;

    private TorchCheckpoint() {}

    /**
     * The model's tensors under the names the file has, in its order. Only these are read, not an optimizer's; names
     * for the same view share one {@link Tensor}. What lies beside the tensors is left out and said.
     *
     * @param root the unpickled object
     * @param fileBytes size of the file, which bounds the elements read
     * @throws BadDataException if there is no state dict or it holds no tensors
     */
    static StateDict stateDict(Object root, long fileBytes, String source) {
        Map<?, ?> dictionary = unwrap(root, source);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<TensorView, Tensor> read = new HashMap<>();
        List<String> skipped = new ArrayList<>();
        long elements = 0;
        for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
            Optional<TensorView> tensor = view(entry.getValue());
            if (tensor.isEmpty()) {
                skipped.add(shown(entry.getKey()));
                continue;
            }
            String name = name(entry.getKey(), source);
            TensorView view = tensor.get();
            if (!read.containsKey(view)) {
                elements += view.elements();
                // Distinct views may overlap, so a small file could otherwise ask for any amount of memory.
                if (elements > 2 * fileBytes) {
                    throw new BadDataException(
                            "%s asks for more elements than twice its %d bytes: its tensors overlap as no model's do"
                                    .formatted(source, fileBytes));
                }
                read.put(view, read(view, name, source));
            }
            tensors.put(name, read.get(view));
        }
        if (!skipped.isEmpty()) {
            LOG.warn("{}: skipped what is no tensor: {}", source, first(skipped));
        }
        return new StateDict(tensors);
    }

    private static Map<?, ?> unwrap(Object root, String source) {
        if (!(root instanceof Map<?, ?> dictionary)) {
            throw new BadDataException("%s holds %s, not a state dict; save model.state_dict() and nothing around it"
                    .formatted(source, describe(root)));
        }
        // Not nested again: a wrapper in a wrapper could be its own, and nobody writes them.
        Optional<String> average = keyOfTensors(dictionary, AVERAGE_KEYS);
        Optional<String> model = keyOfTensors(dictionary, WRAPPER_KEYS);
        if (average.isPresent()) {
            LOG.warn(
                    "{}: took the moving average of its weights, {}{}",
                    source,
                    average.get(),
                    model.map(key -> ", not " + key).orElse(""));
        }
        Optional<String> wrapper = average.or(() -> model);
        if (wrapper.isPresent()) {
            return (Map<?, ?>) Objects.requireNonNull(dictionary.get(wrapper.get()));
        }
        if (!holdsTensors(dictionary)) {
            throw new BadDataException(
                    "%s holds no tensors under its keys %s or under one of %s; save model.state_dict()"
                            .formatted(
                                    source,
                                    first(dictionary.keySet().stream()
                                            .map(TorchCheckpoint::shown)
                                            .toList()),
                                    WRAPPER_KEYS));
        }
        return dictionary;
    }

    private static Optional<String> keyOfTensors(Map<?, ?> dictionary, List<String> keys) {
        return keys.stream()
                .filter(key -> dictionary.get(key) instanceof Map<?, ?> inner && holdsTensors(inner))
                .findFirst();
    }

    private static boolean holdsTensors(Map<?, ?> dictionary) {
        return dictionary.values().stream().anyMatch(value -> view(value).isPresent());
    }

    private static String shown(Object key) {
        return key instanceof String name ? PickleMachine.printable(name) : describe(key);
    }

    private static String first(List<String> names) {
        List<String> shown = names.subList(0, Math.min(MAX_NAMES_SHOWN, names.size()));
        return String.join(", ", shown) + (names.size() > shown.size() ? ", …" : "");
    }

    private static String name(Object key, String source) {
        if (key instanceof String name) {
            return name;
        }
        throw new BadDataException("%s has a tensor whose name is %s, not text".formatted(source, describe(key)));
    }

    private static Optional<TensorView> view(Object value) {
        if (value instanceof TensorView view) {
            return Optional.of(view);
        }
        return value instanceof TorchClasses.Parameter parameter ? parameter.data() : Optional.empty();
    }

    private static Tensor read(TensorView view, String name, String source) {
        try {
            return view.read();
        } catch (IllegalArgumentException e) {
            throw new BadDataException(
                    "%s: cannot read %s: %s".formatted(source, PickleMachine.printable(name), e.getMessage()), e);
        }
    }

    private static String describe(Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof String text) {
            return "the text '" + PickleMachine.printable(text) + "'";
        }
        if (value instanceof Number || value instanceof Boolean) {
            return "the value " + value;
        }
        if (value instanceof Map) {
            return "a dictionary";
        }
        if (value instanceof List || value instanceof Object[]) {
            return "a list or tuple";
        }
        if (value instanceof PickleMachine.Skipped skipped) {
            return "an object of " + skipped;
        }
        return view(value).isPresent() ? "a tensor" : "an object that is no tensor";
    }
}
