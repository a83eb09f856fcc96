package io.resnetspark.pipeline.model;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.checkpoint.Checkpoint;
import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.checkpoint.ModelCard;
import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.input.Preprocessing;
import io.resnetspark.model.weights.DownloadProgress;
import io.resnetspark.model.weights.PretrainedWeights;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.StateDict;
import io.resnetspark.model.weights.StateDictMatcher;
import io.resnetspark.model.weights.StateDictMatcher.HeadPolicy;
import io.resnetspark.model.weights.Tensor;
import io.resnetspark.model.weights.WeightsFile;
import io.resnetspark.pipeline.registry.ModelReference;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import io.resnetspark.pipeline.registry.RegistryLocation;
import io.resnetspark.pipeline.run.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Finds models by the names that commands take: the directory of a run, a {@code .safetensors} or {@code .pth} file, {@code
 * torchvision:NAME}, {@code registry:NAME@champion} or {@code registry:NAME@3} in the registry that {@link
 * RegistryLocation} gives.
 */
public final class ModelSource {

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
        Path file = file(name);
        Optional<ModelCard> card = card(file);
        if (card.isPresent()) {
            return new LoadedModel(card.get(), matched(card.get().spec(), file), name);
        }
        StateDict weights = WeightsFile.read(file);
        Optional<String> network = arch.or(() -> published(name).map(PretrainedWeights::architecture));
        ResNetSpec spec = foreignSpec(file, network, weights);
        List<String> names = labels.filter(list -> list.size() == spec.classes())
                .orElseGet(() -> IntStream.range(0, spec.classes())
                        .mapToObj(Integer::toString)
                        .toList());
        return new LoadedModel(
                new ModelCard(spec, names, preprocessing(name, spec)),
                match(spec, weights, HeadPolicy.REQUIRE, file.toString()).weights(),
                name);
    }

    /** The model of a run or of the registry, which say all about themselves. */
    private static Optional<LoadedModel> trained(String name, Configuration hadoop) {
        return ModelReference.isReference(name)
                ? Optional.of(of(ModelRegistry.of(hadoop).find(name)))
                : run(name, hadoop).map(run -> of(run.model(), name));
    }

    private static LoadedModel of(RegisteredVersion version) {
        RegisteredVersion.StoredModel stored = version.load();
        StateDict weights = match(stored.card().spec(), stored.weights(), HeadPolicy.REQUIRE, version.toString())
                .weights();
        return new LoadedModel(stored.card(), weights, version.toString());
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
            Path file = file(name);
            weights = WeightsFile.read(file);
            trainedWith = card(file).map(ModelCard::preprocessing).orElseGet(() -> preprocessing(name, wanted.spec()));
        }
        StateDictMatcher.Match match = match(
                wanted.spec(),
                weights,
                HeadPolicy.REPLACE,
                Path.of(name).getFileName().toString());
        Preprocessing preprocessing = new Preprocessing(
                wanted.preprocessing().channels(),
                wanted.preprocessing().resizeShorterSide(),
                wanted.preprocessing().inputSize(),
                trainedWith.mean(),
                trainedWith.std());
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
        return Optional.of(RunDirectory.at(name, hadoop)).filter(RunDirectory::exists);
    }

    private static Path file(String name) {
        if (PretrainedWeights.isReference(name)) {
            return PublishedWeights.ofThisProcess().file(name, DownloadProgress.SILENT);
        }
        Path file = Path.of(name);
        if (!Files.exists(file)) {
            throw new BadDataException(
                    "There is no model at %s: neither a run directory nor a weights file".formatted(name));
        }
        if (Files.isDirectory(file)) {
            throw new BadDataException("%s is a directory but not a run: it has no run.json".formatted(name));
        }
        return file;
    }

    private static Optional<ModelCard> card(Path file) {
        if (!file.getFileName().toString().endsWith(".safetensors")) {
            return Optional.empty();
        }
        return Optional.ofNullable(SafeTensors.metadata(file).get(CheckpointFormat.CARD_KEY))
                .map(CheckpointFormat::parseCard);
    }

    private static ResNetSpec foreignSpec(Path file, Optional<String> arch, StateDict weights) {
        String name = arch.orElseThrow(() -> new ConfigurationException(
                "%s does not say which network it is for; name it with --arch".formatted(file)));
        ResNetSpec spec = NetworkName.parse(name).spec();
        StateDict plain = weights.withoutWrapperPrefixes();
        for (String head : List.of("fc.weight", "linear.weight")) {
            if (plain.contains(head)) {
                return spec.withClasses((int) plain.tensor(head).shape()[0]);
            }
        }
        return spec;
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

    private static StateDict matched(ResNetSpec spec, Path file) {
        return match(spec, WeightsFile.read(file), HeadPolicy.REQUIRE, file.toString())
                .weights();
    }

    private static StateDictMatcher.Match match(ResNetSpec spec, StateDict weights, HeadPolicy policy, String source) {
        return StateDictMatcher.match(ParameterLayout.of(spec).shapes(), weights, policy, source);
    }
}
