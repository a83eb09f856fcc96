package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fits weights to a network: the network's names and shapes, torchvision's, against the names and shapes of a file,
 * which may use names of other well-known implementations.
 */
public final class StateDictMatcher {

    /** What to do when the file's classifier is for other classes. */
    public enum HeadPolicy {
        /** The classifier must fit as everything else. */
        REQUIRE,
        /** Where the number of classes differs, or the file has no classifier, the network keeps its own. */
        REPLACE
    }

    /**
     * Weights that fit.
     *
     * @param weights the network's names, in its order, each with the shape expected; without the head if it is new
     * @param newHead set if the network keeps its own, untrained classifier
     */
    public record Match(StateDict weights, Optional<NewHead> newHead) {}

    /**
     * A classifier left out of a match.
     *
     * @param classesInFile number of classes the file's classifier has, 0 if it has none
     * @param classesInNetwork number of classes the network has
     */
    public record NewHead(long classesInFile, long classesInNetwork) {

        /** For a log or report: what was replaced. */
        @Override
        public String toString() {
            return classesInFile == 0
                    ? "the file has no classifier; a new one for %d classes is initialised".formatted(classesInNetwork)
                    : "the file's classifier for %d classes is replaced by a new one for %d"
                            .formatted(classesInFile, classesInNetwork);
        }
    }

    /** The classifier's prefix in torchvision's names. */
    private static final String HEAD = "fc.";

    private static final String HEAD_WEIGHT = HEAD + "weight";

    /**
     * Parts of names elsewhere, and torchvision's: akamaster/pytorch_resnet_cifar10 and kuangliu/pytorch-cifar call the
     * classifier {@code linear} and the projection {@code shortcut}.
     */
    private static final Map<String, String> KNOWN_RENAMES = Map.of("linear.", HEAD, "shortcut.", "downsample.");

    private StateDictMatcher() {}

    /**
     * Fits {@code weights} to the network.
     *
     * <p>{@code num_batches_tracked} is never missed (a missing one is 0, as in PyTorch) nor unexpected.
     *
     * @param expected the network's names and shapes in PyTorch's layout, in its order
     * @param source how to name the weights in messages
     * @throws BadDataException listing every missing, unexpected and misshapen name
     */
    public static Match match(Map<String, long[]> expected, StateDict weights, HeadPolicy headPolicy, String source) {
        Map<String, Tensor> named = renamed(expected, weights);
        Optional<NewHead> newHead = headPolicy == HeadPolicy.REPLACE ? newHead(expected, named) : Optional.empty();
        Map<String, Tensor> matched = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        expected.forEach((name, shape) -> {
            Tensor tensor = named.remove(name);
            if (newHead.isPresent() && name.startsWith(HEAD)) {
                return;
            }
            if (tensor == null && StateDict.isBatchesTracked(name)) {
                tensor = new Tensor(shape, new float[Math.toIntExact(Tensor.elements(shape))]);
            }
            if (tensor == null) {
                problems.add("missing %s %s".formatted(name, Arrays.toString(shape)));
            } else if (!Arrays.equals(tensor.shape(), shape)) {
                problems.add("%s has shape %s, the network needs %s"
                        .formatted(name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
            } else {
                matched.put(name, tensor);
            }
        });
        named.forEach((name, tensor) -> {
            boolean replaced = newHead.isPresent() && name.startsWith(HEAD);
            if (!replaced && !StateDict.isBatchesTracked(name)) {
                problems.add(
                        "unexpected %s %s".formatted(PickleMachine.printable(name), Arrays.toString(tensor.shape())));
            }
        });
        if (!problems.isEmpty()) {
            throw new BadDataException(
                    "%s does not fit the network, check the architecture and number of classes:%n  %s"
                            .formatted(source, String.join("%n  ".formatted(), problems)));
        }
        return new Match(new StateDict(matched), newHead);
    }

    /** The weights under torchvision's names where only those are expected, in the file's order. */
    private static Map<String, Tensor> renamed(Map<String, long[]> expected, StateDict weights) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            String torchvisionName = torchvisionName(name);
            boolean rename = !expected.containsKey(name)
                    && !weights.contains(torchvisionName)
                    && (expected.containsKey(torchvisionName) || StateDict.isBatchesTracked(name));
            named.put(rename ? torchvisionName : name, tensor);
        });
        return named;
    }

    private static String torchvisionName(String name) {
        String renamed = name;
        for (Map.Entry<String, String> rename : KNOWN_RENAMES.entrySet()) {
            if (renamed.startsWith(rename.getKey())) {
                renamed = rename.getValue() + renamed.substring(rename.getKey().length());
            }
            renamed = renamed.replace("." + rename.getKey(), "." + rename.getValue());
        }
        return renamed;
    }

    private static Optional<NewHead> newHead(Map<String, long[]> expected, Map<String, Tensor> named) {
        long[] wanted = expected.get(HEAD_WEIGHT);
        if (wanted == null || wanted.length != 2) {
            return Optional.empty();
        }
        Tensor present = named.get(HEAD_WEIGHT);
        if (present == null) {
            return Optional.of(new NewHead(0, wanted[0]));
        }
        long[] shape = present.shape();
        // Other features cannot be repaired by another head: that stays an error.
        boolean onlyClassesDiffer = shape.length == 2 && shape[1] == wanted[1] && shape[0] != wanted[0];
        return onlyClassesDiffer ? Optional.of(new NewHead(shape[0], wanted[0])) : Optional.empty();
    }
}
