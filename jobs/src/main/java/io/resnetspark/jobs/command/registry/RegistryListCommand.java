package io.resnetspark.jobs.command.registry;

import io.resnetspark.jobs.cli.Conclusion;
import io.resnetspark.jobs.cli.Job;
import io.resnetspark.jobs.cli.JobCommand;
import io.resnetspark.jobs.cli.RegistryOption;
import io.resnetspark.jobs.cli.TextTable;
import io.resnetspark.pipeline.registry.ModelRegistry;
import io.resnetspark.pipeline.registry.RegisteredModel;
import io.resnetspark.pipeline.registry.RegisteredVersion;
import io.resnetspark.pipeline.registry.RegistryState;
import io.resnetspark.pipeline.registry.VersionDocument;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resnet registry list}: models, or the versions of one. */
@Command(
        name = "list",
        description = "Lists the models of a registry, or the versions of one model.",
        footer = {"", "Example: resnet registry list photos --registry models/"})
public final class RegistryListCommand extends JobCommand {

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The model whose versions are listed.")
    private String name;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Mixin
    private RegistryOption registry;

    @Override
    protected Conclusion run(Job job) {
        ModelRegistry models = ModelRegistry.of(job.hadoopConfiguration());
        return Conclusion.done(name == null ? models(models) : versions(models.model(name)));
    }

    private String models(ModelRegistry registry) {
        List<RegisteredModel> models =
                registry.names().stream().map(registry::model).toList();
        if (json) {
            return RegistryText.json(models.stream()
                    .collect(Collectors.toMap(
                            RegisteredModel::name,
                            RegisteredModel::state,
                            (one, other) -> one,
                            java.util.TreeMap::new)));
        }
        if (models.isEmpty()) {
            return "%s has no models yet; `registry add` makes one".formatted(registry.path());
        }
        TextTable table = new TextTable("MODEL", "VERSIONS", "CHAMPION", "PREVIOUS", "NEWEST", "ADDED (UTC)", "OTHER");
        for (RegisteredModel model : models) {
            RegistryState state = model.state();
            String newest = state.versions().isEmpty()
                    ? "-"
                    : state.versions().lastKey().toString();
            table.row(
                    model.name(),
                    Integer.toString(state.versions().size()),
                    RegistryText.orDash(state.champion()),
                    RegistryText.orDash(state.previous()),
                    newest,
                    state.versions().isEmpty()
                            ? "-"
                            : RegistryText.minute(state.versions()
                                    .get(state.versions().lastKey())
                                    .addedAt()),
                    RegistryText.otherAliases(state));
        }
        return table.toString();
    }

    private String versions(RegisteredModel model) {
        List<RegisteredVersion> versions = model.versions();
        if (json) {
            return RegistryText.json(
                    versions.stream().map(RegistryText::describe).toList());
        }
        if (versions.isEmpty()) {
            return "%s has no versions; `registry add` makes one".formatted(model.name());
        }
        TextTable table = new TextTable("VERSION", "ALIASES", "ADDED (UTC)", "NETWORK", "CLASSES", "METRICS");
        for (RegisteredVersion version : versions) {
            VersionDocument document = version.document();
            table.row(
                    Integer.toString(version.version()),
                    version.aliases().isEmpty() ? "-" : String.join(",", version.aliases()),
                    RegistryText.minute(version.addedAt()),
                    document.model().spec().architecture(),
                    Integer.toString(document.model().spec().classes()),
                    RegistryText.mainMetrics(document.metrics()));
        }
        return table.toString();
    }
}
