package io.resnetspark.pipeline.model;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.PretrainedWeights;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.StateDictMatcher;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import io.resnetspark.model.weights.Tensor;
import io.resnetspark.pipeline.registry.ModelReference;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import io.resnetspark.pipeline.registry.RegistryLocation;
import io.resnetspark.pipeline.run.RunDirectory;
import java.io.File;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds models by the names that commands take: the directory of a run, a {@code .safetensors} or {@code .pth} file, a folder
 * as on the Hugging Face hub, by path or by URI; {@code torchvision:NAME}, {@code registry:NAME@champion} or {@code
 * registry:NAME@3} in the registry that {@link RegistryLocation} gives.
 */
public final class ModelSource {

    private static final Logger LOG = LoggerFactory.getLogger(ModelSource.class);

    private ModelSource() {}

    /**
     * Loads a model to use it.
     *
     * @param name what the user wrote
     * @param arch the network, needed for files that do not say it
     * @param labels class names for files that do not carry them
     * @throws BadDataException if there is nothing usable
     * @throws ConfigurationException if the network has to be named
     */
    public static LoadedModel load(
            String name, Optional<String> arch, Optional<List<String>> labels, Configuration hadoop) {
        Optional<LoadedModel> trained = trained(name, hadoop);
        if (trained.isPresent()) {
            return trained.get();
        }
        try (ModelFiles files = ModelFiles.of(name, hadoop)) {
            StateDict weights = files.weights();
            return files.card()
                    .map(card -> new LoadedModel(card, weights, name))
                    .orElseGet(() -> foreign(name, weights, files.hub(), arch, labels));
        }
    }

    /** Weights from elsewhere: what they do not say is what is usual for their network. */
    private static LoadedModel foreign(
            String name,
            StateDict weights,
            Optional<HubModel> hub,
            Optional<String> arch,
            Optional<List<String>> labels) {
        Optional<String> network = arch.or(() -> hub.flatMap(HubModel::network))
                .or(() -> published(name).map(PretrainedWeights::architecture));
        ResNetSpec spec = foreignSpec(name, network, weights);
        Preprocessing preprocessing = hub.flatMap(HubModel::preprocessing).orElseGet(() -> preprocessing(name, spec));
        hub.map(HubModel::labels)
                .filter(list -> !list.isEmpty() && list.size() != spec.classes())
                .ifPresent(list -> LOG.warn(
                        "{}: its config.json names {} classes, the weights have {}; the names are not used",
                        name,
                        list.size(),
                        spec.classes()));
        List<String> names = Stream.concat(hub.map(HubModel::labels).stream(), labels.stream())
                .filter(list -> list.size() == spec.classes())
                .findFirst()
                .orElseGet(() -> IntStream.range(0, spec.classes())
                        .mapToObj(Integer::toString)
                        .toList());
        ModelCard card = new ModelCard(
                spec.withInput(preprocessing.channels(), preprocessing.inputSize()), names, preprocessing);
        return new LoadedModel(card, weights, name);
    }

    /**
     * The weights of a file, as they are.
     *
     * @param name a file or folder by path or URI, or {@code torchvision:NAME}
     * @throws BadDataException if they cannot be read
     */
    public static StateDict weights(String name, Configuration hadoop) {
        try (ModelFiles files = ModelFiles.of(name, hadoop)) {
            return files.weights();
        }
    }

    /** The model of a run or of the registry, which say all about themselves. */
    private static Optional<LoadedModel> trained(String name, Configuration hadoop) {
        return ModelReference.isReference(name)
                ? Optional.of(of(ModelRegistry.of(hadoop).find(name)))
                : run(name, hadoop).map(run -> of(run.model(), name));
    }

    private static LoadedModel of(RegisteredVersion version) {
        RegisteredVersion.StoredModel stored = version.load();
        return new LoadedModel(stored.card(), stored.weights(), version.toString());
    }

    private static LoadedModel of(Checkpoint checkpoint, String name) {
        ParameterLayout layout = ParameterLayout.of(checkpoint.card().spec());
        StateDict weights = NetworkWeights.fromFlat(layout, checkpoint.state().parameters());
        return new LoadedModel(checkpoint.card(), weights, name);
    }

    /**
     * Weights to start a training from.
     *
     * @param card the model to be trained, with the preprocessing the weights expect
     * @param weights those that fit; a head for other classes is left out
     * @param description where they came from
     */
    public record WarmStart(ModelCard card, StateDict weights, String description) {

        /** All weights of {@code network}: these where they fit, its own elsewhere. */
        public StateDict over(ComputationGraph network) {
            Map<String, Tensor> all =
                    new LinkedHashMap<>(NetworkWeights.of(network).asMap());
            weights.forEach(all::put);
            return new StateDict(all);
        }
    }

    /** Fits a model's weights to the network of {@code wanted}; its head is replaced where the classes differ. */
    public static WarmStart warmStart(String name, ModelCard wanted, Configuration hadoop) {
        Optional<LoadedModel> trained = trained(name, hadoop);
        StateDict weights;
        Preprocessing trainedWith;
        if (trained.isPresent()) {
            weights = trained.get().weights();
            trainedWith = trained.get().card().preprocessing();
        } else {
            try (ModelFiles files = ModelFiles.of(name, hadoop)) {
                weights = files.weights();
                trainedWith = files.card()
                        .map(ModelCard::preprocessing)
                        .or(() -> files.hub().flatMap(HubModel::preprocessing))
                        .orElseGet(() -> preprocessing(name, wanted.spec()));
            }
        }
        StateDictMatcher.Match match =
                StateDictMatcher.match(ParameterLayout.of(wanted.spec()).shapes(), weights, HeadPolicy.REPLACE, name);
        Preprocessing preprocessing = new Preprocessing(
                wanted.preprocessing().channels(),
                wanted.preprocessing().resizeShorterSide(),
                wanted.preprocessing().inputSize(),
                trainedWith.mean(),
                trainedWith.std(),
                trainedWith.filter());
        String description = trained.map(LoadedModel::description).orElse(name)
                + match.newHead().map(head -> "; " + head).orElse("");
        return new WarmStart(
                new ModelCard(wanted.spec(), wanted.labels(), preprocessing), match.weights(), description);
    }

    /** The run of that name, if it is one. */
    public static Optional<RunDirectory> run(String name, Configuration hadoop) {
        if (PretrainedWeights.isReference(name) || ModelReference.isReference(name)) {
            return Optional.empty(); // Hadoop takes torchvision: and registry: for file systems
        }
        if (new File(name).isFile()) {
            return Optional.empty(); // whatever its name looks like
        }
        return Optional.of(RunDirectory.at(name, hadoop)).filter(RunDirectory::exists);
    }

    private static ResNetSpec foreignSpec(String source, Optional<String> arch, StateDict weights) {
        String name = arch.orElseThrow(() -> new ConfigurationException(
                "%s does not say which network it is for; name it with --arch".formatted(source)));
        ResNetSpec spec = NetworkName.parse(name).spec();
        OptionalInt classes = StateDictMatcher.classes(weights, source);
        return classes.isPresent() ? spec.withClasses(classes.getAsInt()) : spec;
    }

    private static Optional<PretrainedWeights> published(String name) {
        return PretrainedWeights.isReference(name) ? Optional.of(PretrainedWeights.named(name)) : Optional.empty();
    }

    /** How weights that do not say it themselves expect their images. */
    static Preprocessing preprocessing(String name, ResNetSpec spec) {
        return published(name).map(PretrainedWeights::preprocessing).orElseGet(() -> usual(spec));
    }

    private static Preprocessing usual(ResNetSpec spec) {
        int size = spec.inputSize();
        int shorterSide = Preprocessing.shorterSideFor(size);
        return new Preprocessing(3, shorterSide, size, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
    }
}
