package io.resnetspark.model.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Names and tensors in the order of the file or the network, as PyTorch's {@code state_dict}: {@code conv1.weight},
 * {@code layer1.0.bn1.running_mean}, {@code fc.bias}. Unmodifiable.
 */
public final class StateDict {

    /** The counter PyTorch keeps in each batch norm; nothing in inference depends on it. */
    static final String BATCHES_TRACKED = "num_batches_tracked";

    static final String RUNNING_VARIANCE = "running_var";

    /** What {@code DataParallel}, {@code DistributedDataParallel} and {@code torch.compile} put before every name. */
    private static final List<String> WRAPPER_PREFIXES = List.of("module.", "_orig_mod.");

    private final Map<String, Tensor> tensors;

    /** A state dict with the entries of {@code tensors} in its iteration order. */
    public StateDict(Map<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** Whether {@code name} is a batch norm's {@code num_batches_tracked}. */
    public static boolean isBatchesTracked(String name) {
        return name.equals(BATCHES_TRACKED) || name.endsWith("." + BATCHES_TRACKED);
    }

    /** The names in order. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** The tensor of that name, if there is one. */
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor of that name.
     *
     * @throws IllegalArgumentException if there is none; match the names first with {@link StateDictMatcher}
     */
    public Tensor tensor(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("no tensor is named " + name));
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** The number of tensors. */
    public int size() {
        return tensors.size();
    }

    public void forEach(BiConsumer<String, Tensor> action) {
        tensors.forEach(action);
    }

    /** An unmodifiable view, in order. */
    public Map<String, Tensor> asMap() {
        return tensors;
    }

    /**
     * The same tensors without the prefixes that parallel and compiled wrappers add ({@code module.}, {@code
     * _orig_mod.}, in any nesting).
     *
     * @throws IllegalArgumentException if two names become one
     */
    public StateDict withoutWrapperPrefixes() {
        Map<String, Tensor> plain = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            String stripped = withoutWrapperPrefix(name);
            if (plain.put(stripped, tensor) != null) {
                throw new IllegalArgumentException(
                        "%s occurs both with and without a wrapper's prefix (%s)".formatted(stripped, name));
            }
        });
        return new StateDict(plain);
    }

    private static String withoutWrapperPrefix(String name) {
        for (String prefix : WRAPPER_PREFIXES) {
            if (name.startsWith(prefix)) {
                return withoutWrapperPrefix(name.substring(prefix.length()));
            }
        }
        return name;
    }

    /**
     * With a counter after every batch norm's running statistics, at 0: readers other than PyTorch's own miss it otherwise.
     */
    public StateDict withBatchesTracked() {
        Map<String, Tensor> counted = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            counted.put(name, tensor);
            if (name.endsWith("." + RUNNING_VARIANCE)) {
                String counter = name.substring(0, name.length() - RUNNING_VARIANCE.length()) + BATCHES_TRACKED;
                counted.put(counter, tensors.getOrDefault(counter, Tensor.of(new float[1])));
            }
        });
        return new StateDict(counted);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StateDict that && tensors.equals(that.tensors);
    }

    @Override
    public int hashCode() {
        return tensors.hashCode();
    }

    @Override
    public String toString() {
        return "StateDict" + tensors;
    }
}
