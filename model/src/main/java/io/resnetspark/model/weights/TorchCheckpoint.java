package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the state dict in what {@code torch.load} would return, and reads its tensors. */
final class TorchCheckpoint {

    /** Where training scripts put the model beside epoch and optimizer, the most specific first. */
    private static final List<String> WRAPPER_KEYS = List.of("state_dict", "model_state_dict", "model", "net");

    private static final int MAX_NAMES_SHOWN = 10;

    private TorchCheckpoint() {}

    /**
     * The model's tensors under the names the file has, in its order. Only these are read, not an optimizer's; names
     * for the same view share one {@link Tensor}.
     *
     * @param root the unpickled object
     * @param fileBytes size of the file, which bounds the elements read
     * @throws BadDataException if there is no state dict or it holds something else than tensors
     */
    static StateDict stateDict(Object root, long fileBytes, String source) {
        Map<?, ?> dictionary = unwrap(root, source);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<TensorView, Tensor> read = new HashMap<>();
        long elements = 0;
        for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
            String name = name(entry.getKey(), source);
            TensorView view = view(entry.getValue(), name, source);
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
        return new StateDict(tensors);
    }

    private static Map<?, ?> unwrap(Object root, String source) {
        if (!(root instanceof Map<?, ?> dictionary)) {
            throw new BadDataException("%s holds %s, not a state dict; save model.state_dict() and nothing around it"
                    .formatted(source, describe(root)));
        }
        for (String key : WRAPPER_KEYS) {
            if (dictionary.get(key) instanceof Map<?, ?> inner) {
                // Not nested again: a wrapper in a wrapper could be its own, and nobody writes them.
                return inner;
            }
        }
        if (dictionary.values().stream().noneMatch(TorchCheckpoint::isTensor)) {
            List<String> keys = dictionary.keySet().stream()
                    .limit(MAX_NAMES_SHOWN)
                    .map(key -> key instanceof String name ? PickleMachine.printable(name) : describe(key))
                    .toList();
            throw new BadDataException(
                    "%s holds no tensors under its keys %s or under one of %s".formatted(source, keys, WRAPPER_KEYS));
        }
        return dictionary;
    }

    private static boolean isTensor(Object value) {
        return value instanceof TensorView || value instanceof TorchClasses.Parameter;
    }

    private static String name(Object key, String source) {
        if (key instanceof String name) {
            return name;
        }
        throw new BadDataException("%s has a tensor whose name is %s, not text".formatted(source, describe(key)));
    }

    private static TensorView view(Object value, String name, String source) {
        if (value instanceof TensorView view) {
            return view;
        }
        if (value instanceof TorchClasses.Parameter parameter
                && parameter.data().isPresent()) {
            return parameter.data().get();
        }
        throw new BadDataException("%s has %s under %s where a tensor belongs"
                .formatted(source, describe(value), PickleMachine.printable(name)));
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
        return isTensor(value) ? "a tensor" : "an object that is no tensor";
    }
}
