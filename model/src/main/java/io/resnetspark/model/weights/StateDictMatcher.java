package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits weights to a network: the network's names and shapes, torchvision's, against the names and shapes of a file,
 * which may use names of other well-known implementations. Every model's weights pass here before they are used, so here
 * their values are checked too.
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
     * @param notes for people: what was left out or understood; also logged
     */
    public record Match(StateDict weights, Optional<NewHead> newHead, List<String> notes) {}

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

    /** Names of Hugging Face's {@code modeling_resnet.py}, without {@code resnet.} before all but the classifier. */
    private static final Pattern HUGGING_FACE = Pattern.compile("(?:resnet\\.)?(?:"
            + "embedder\\.embedder\\.(?<stem>convolution|normalization)"
            + "|encoder\\.stages\\.(?<stage>\\d{1,4})\\.layers\\.(?<block>\\d{1,4})\\."
            + "(?:layer\\.(?<layer>\\d)|shortcut)\\.(?<part>convolution|normalization)"
            + "|(?<head>classifier\\.1)"
            + ")\\.(?<parameter>\\w+)");

    /** The counters of the profiler thop, which stay in a model's buffers, and of PyTorch's {@code AveragedModel}. */
    private static final Set<String> LEFTOVERS = Set.of("total_ops", "total_params", "n_averaged");

    private static final Logger LOG = LoggerFactory.getLogger(StateDictMatcher.class);

    private static final int MAX_NAMES_SHOWN = 10;

    private StateDictMatcher() {}

    /**
     * Fits {@code weights} to the network.
     *
     * <p>{@code num_batches_tracked} is never missed (a missing one is 0, as in PyTorch) nor unexpected. Where the network
     * is part of a larger model (PyTorch Lightning's {@code model.}, {@code net.}, {@code backbone.}), the one prefix under
     * which all of it lies is found.
     *
     * @param expected the network's names and shapes in PyTorch's layout, in its order
     * @param source how to name the weights in messages
     * @throws BadDataException listing every missing, unexpected and misshapen name, every value that is not finite and
     *     every running variance below zero; or if several networks in the file fit
     */
    public static Match match(Map<String, long[]> expected, StateDict weights, HeadPolicy headPolicy, String source) {
        List<String> notes = new ArrayList<>();
        Map<String, Tensor> named = named(expected, weights, headPolicy, source, notes);
        Optional<NewHead> newHead = headPolicy == HeadPolicy.REPLACE ? newHead(expected, named) : Optional.empty();
        Map<String, Tensor> matched = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
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
                problem(name, tensor).ifPresent(unusable::add);
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
        if (!unusable.isEmpty()) {
            throw new BadDataException(
                    "%s cannot be used, its values are broken; take another checkpoint, from before the training diverged or the file was damaged:%n  %s"
                            .formatted(source, String.join("%n  ".formatted(), unusable)));
        }
        notes.forEach(note -> LOG.warn("{}: {}", source, note));
        return new Match(new StateDict(matched), newHead, List.copyOf(notes));
    }

    /** What makes a tensor unusable: values that no trained network has. */
    private static Optional<String> problem(String name, Tensor tensor) {
        if (StateDict.isBatchesTracked(name)) {
            return Optional.empty();
        }
        boolean variance = name.equals(StateDict.RUNNING_VARIANCE) || name.endsWith("." + StateDict.RUNNING_VARIANCE);
        int notFinite = 0;
        int negative = 0;
        for (float value : tensor.data()) {
            notFinite += Float.isFinite(value) ? 0 : 1;
            negative += value < 0 ? 1 : 0;
        }
        if (notFinite > 0) {
            return Optional.of("%s has %d of %d values that are not finite".formatted(name, notFinite, tensor.size()));
        }
        return variance && negative > 0
                ? Optional.of("%s has %d of %d variances below zero".formatted(name, negative, tensor.size()))
                : Optional.empty();
    }

    /** The weights under torchvision's names where only those are expected, in the file's order. */
    private static Map<String, Tensor> named(
            Map<String, long[]> expected, StateDict weights, HeadPolicy policy, String source, List<String> notes) {
        StateDict used = withoutLeftovers(expected, weights, notes);
        Map<String, Tensor> whole = under("", expected, used);
        if (fits(whole, expected, policy)) {
            return whole;
        }
        List<String> prefixes = prefixes(expected, used);
        List<String> fitting = prefixes.stream()
                .filter(prefix -> fits(under(prefix, expected, used), expected, policy))
                .toList();
        // model. and model.resnet. are the same network, the first with its head
        List<String> networks = fitting.stream()
                .filter(prefix ->
                        fitting.stream().noneMatch(other -> !other.equals(prefix) && prefix.startsWith(other)))
                .toList();
        if (networks.size() > 1) {
            throw new BadDataException("%s holds %d networks that fit, under %s; save the state_dict of the one to use"
                    .formatted(source, networks.size(), shown(networks)));
        }
        if (networks.isEmpty()) {
            // Of a model that does not fit, the names that should have fitted are told without the prefix.
            return prefixes.size() == 1 ? under(prefixes.get(0), expected, used) : whole;
        }
        String prefix = networks.get(0);
        notes.add("the network lies under the prefix " + PickleMachine.printable(prefix));
        List<String> outside =
                used.names().stream().filter(name -> !name.startsWith(prefix)).toList();
        if (!outside.isEmpty()) {
            notes.add("left out what lies outside of it: " + shown(outside));
        }
        return under(prefix, expected, used);
    }

    private static StateDict withoutLeftovers(Map<String, long[]> expected, StateDict weights, List<String> notes) {
        Map<String, Tensor> used = new LinkedHashMap<>();
        SortedSet<String> left = new TreeSet<>();
        weights.forEach((name, tensor) -> {
            String last = name.substring(name.lastIndexOf('.') + 1);
            if (LEFTOVERS.contains(last) && !expected.containsKey(name)) {
                left.add(last);
            } else {
                used.put(name, tensor);
            }
        });
        if (!left.isEmpty()) {
            notes.add("ignored %d tensors that are no weights: %s"
                    .formatted(weights.size() - used.size(), String.join(", ", left)));
        }
        return new StateDict(used);
    }

    /** What lies before the network's first name, each ending with a dot, shortest first. */
    private static List<String> prefixes(Map<String, long[]> expected, StateDict weights) {
        String first = expected.keySet().iterator().next();
        SortedSet<String> prefixes =
                new TreeSet<>(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        for (String name : weights.names()) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                String rest = name.substring(dot + 1);
                if (rest.equals(first) || torchvisionName(rest).equals(first)) {
                    prefixes.add(name.substring(0, dot + 1));
                }
            }
        }
        return List.copyOf(prefixes);
    }

    /** The weights whose names begin with {@code prefix}, without it. */
    private static Map<String, Tensor> under(String prefix, Map<String, long[]> expected, StateDict weights) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                String rest = name.substring(prefix.length());
                String torchvisionName = torchvisionName(rest);
                boolean rename = !expected.containsKey(rest)
                        && !weights.contains(prefix + torchvisionName)
                        && (expected.containsKey(torchvisionName) || StateDict.isBatchesTracked(rest));
                named.put(rename ? torchvisionName : rest, tensor);
            }
        });
        return named;
    }

    /** Whether nothing is missing or of another shape, but for a head that may be replaced. */
    private static boolean fits(Map<String, Tensor> named, Map<String, long[]> expected, HeadPolicy policy) {
        return expected.entrySet().stream()
                .allMatch(entry -> StateDict.isBatchesTracked(entry.getKey())
                        || policy == HeadPolicy.REPLACE && entry.getKey().startsWith(HEAD)
                        || named.containsKey(entry.getKey())
                                && Arrays.equals(named.get(entry.getKey()).shape(), entry.getValue()));
    }

    private static String torchvisionName(String name) {
        Matcher huggingFace = HUGGING_FACE.matcher(name);
        if (huggingFace.matches()) {
            return torchvisionName(huggingFace) + "." + huggingFace.group("parameter");
        }
        String renamed = name;
        for (Map.Entry<String, String> rename : KNOWN_RENAMES.entrySet()) {
            if (renamed.startsWith(rename.getKey())) {
                renamed = rename.getValue() + renamed.substring(rename.getKey().length());
            }
            renamed = renamed.replace("." + rename.getKey(), "." + rename.getValue());
        }
        return renamed;
    }

    /** {@code conv1}, {@code layer1.0.bn2}, {@code layer2.0.downsample.0} or {@code fc}. */
    private static String torchvisionName(Matcher huggingFace) {
        if (huggingFace.group("head") != null) {
            return "fc";
        }
        if (huggingFace.group("stem") != null) {
            return huggingFace.group("stem").equals("convolution") ? "conv1" : "bn1";
        }
        String block =
                "layer%d.%s".formatted(1 + Integer.parseInt(huggingFace.group("stage")), huggingFace.group("block"));
        boolean convolution = huggingFace.group("part").equals("convolution");
        return huggingFace.group("layer") == null
                ? block + ".downsample." + (convolution ? 0 : 1)
                : block + (convolution ? ".conv" : ".bn") + (1 + Integer.parseInt(huggingFace.group("layer")));
    }

    /**
     * The number of classes of the file's classifier.
     *
     * @return empty if there is none
     * @throws BadDataException if it is no matrix for at least two classes
     */
    public static OptionalInt classes(StateDict weights, String source) {
        for (String name : weights.names()) {
            for (int dot = -1; dot < name.length(); dot = nextDot(name, dot)) {
                if (torchvisionName(name.substring(dot + 1)).equals(HEAD_WEIGHT)) {
                    long[] shape = weights.tensor(name).shape();
                    if (shape.length != 2
                            || shape[0] < 2
                            || weights.tensor(name).size() < shape[0]) {
                        throw new BadDataException("%s: %s has shape %s, which is no classifier of at least 2 classes"
                                .formatted(source, PickleMachine.printable(name), Arrays.toString(shape)));
                    }
                    return OptionalInt.of((int) shape[0]);
                }
            }
        }
        return OptionalInt.empty();
    }

    /** Where the next dot after {@code dot} is, or the end. */
    private static int nextDot(String name, int dot) {
        int next = name.indexOf('.', dot + 1);
        return next < 0 ? name.length() : next;
    }

    private static String shown(List<String> names) {
        String first = names.stream()
                .limit(MAX_NAMES_SHOWN)
                .map(PickleMachine::printable)
                .collect(Collectors.joining(", "));
        return names.size() > MAX_NAMES_SHOWN ? first + ", …" : first;
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
