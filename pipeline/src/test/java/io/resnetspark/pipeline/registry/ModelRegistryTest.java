package io.resnetspark.pipeline.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {

    @TempDir
    Path temporary;

    private final Configuration hadoop = new Configuration();
    private Path root;
    private ModelRegistry registry;
    private RegisteredModel wine;

    @BeforeEach
    void open() {
        root = temporary.resolve("größe mit %20 spaces");
        registry = ModelRegistry.at(root.toString(), hadoop);
        wine = registry.model("wine");
    }

    private Path directory(RegisteredVersion version) throws IOException {
        try (var directories = Files.list(root.resolve("wine/versions"))) {
            return directories
                    .filter(directory ->
                            version.path().endsWith(directory.getFileName().toString()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatIsLoadedIsWhatWasAdded() {
        NewVersion candidate = Candidates.of("a");
        wine.add(candidate);
        RegisteredVersion found = registry.find("registry:wine@1");

        assertThat(found.load().card()).isEqualTo(candidate.card());
        assertThat(found.load().weights().asMap()).isEqualTo(candidate.weights().asMap());
        assertThat(found.document().lineage()).isEqualTo(candidate.lineage());
        assertThat(found.document().metrics()).isEqualTo(candidate.metrics());
        assertThat(found.document().signature().input().shape()).containsExactly(-1, 3, 8, 8);
        assertThat(found.document().signature().classes())
                .isEqualTo(candidate.card().labels());
        assertThat(new String(found.read("report/index.html"), UTF_8)).isEqualTo("<p>a");
        assertThat(registry.names()).containsExactly("wine");
    }

    @Test
    void theSameCheckpointOfTheSameRunIsTheSameVersion() {
        int first = wine.add(Candidates.of("a")).version();
        assertThat(wine.add(Candidates.of("a")).version()).isEqualTo(first);
        assertThat(wine.add(Candidates.of("a", "round-000020")).version()).isEqualTo(2);
        assertThat(wine.add(Candidates.of("b")).version()).isEqualTo(3);
        assertThat(wine.history()).hasSize(3);
    }

    @Test
    void sayingItTwiceDoesItOnce() {
        wine.add(Candidates.of("a"));
        wine.add(Candidates.of("b"));
        assertThat(wine.promote(1, "")).isEqualTo(new Promotion.Promoted(1, Optional.empty()));
        assertThat(wine.promote(2, "better")).isEqualTo(new Promotion.Promoted(2, Optional.of(1)));
        assertThat(wine.promote(2, "better")).isEqualTo(new Promotion.AlreadyChampion(2));
        assertThat(registry.find("wine").version()).isEqualTo(2);
        assertThat(registry.find("wine@previous").version()).isEqualTo(1);

        assertThat(wine.rollbackFrom(2, "worse")).isEqualTo(1);
        assertThat(wine.rollbackFrom(2, "worse")).isEqualTo(1);
        assertThatThrownBy(() -> wine.rollback("")).isInstanceOf(ConfigurationException.class);

        wine.setAlias("candidate", 2, "");
        wine.setAlias("candidate", 2, "");
        wine.removeAlias("candidate", "");
        wine.removeAlias("candidate", "");
        assertThat(wine.history()).hasSize(2 + 2 + 1 + 2);
        assertThat(wine.history().get(3).reason()).isEqualTo("better");
    }

    @Test
    void aDecisionAboutAnotherChampionChangesNothing() {
        for (String run : List.of("a", "b", "c")) {
            wine.add(Candidates.of(run));
        }
        assertThat(wine.promoteOver(Optional.empty(), 1, "")).isInstanceOf(Promotion.Promoted.class);
        wine.promote(2, "someone else");
        assertThat(wine.promoteOver(Optional.of(1), 3, "")).isEqualTo(new Promotion.ChampionChanged(Optional.of(2)));
        assertThat(wine.state().champion()).contains(2);
        assertThat(wine.promoteOver(Optional.of(1), 2, "")).isEqualTo(new Promotion.AlreadyChampion(2));
    }

    @Test
    void aNamedVersionCannotBeDeletedAndADeletedOneIsGoneForGood() throws IOException {
        wine.add(Candidates.of("a"));
        RegisteredVersion second = wine.add(Candidates.of("b"));
        wine.promote(1, "");
        wine.setAlias("candidate", 2, "");
        assertThatThrownBy(() -> wine.delete(1, "")).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> wine.delete(2, ""))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("candidate");

        Path files = directory(second);
        wine.removeAlias("candidate", "");
        wine.delete(2, "");
        assertThat(files).doesNotExist();
        assertThatThrownBy(() -> registry.find("wine@2")).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(second::load).isInstanceOf(BadDataException.class).hasMessageContaining("wine@2");
        assertThat(wine.add(Candidates.of("b")).version()).isEqualTo(3);
    }

    @Test
    void retentionDeletesFilesAndOldLeftoversButNothingNamed() throws IOException {
        for (String run : List.of("a", "b", "c", "d")) {
            wine.add(Candidates.of(run));
        }
        wine.promote(1, "");
        Path old = Files.createDirectories(root.resolve("wine/versions/20200101T000000Z-dead"));
        Path atWork = Files.createDirectories(root.resolve("wine/versions/99990101T000000Z-busy"));

        Retention lastOne = new Retention(OptionalInt.of(1), Optional.empty());
        assertThat(wine.retain(lastOne, Instant.now())).isEqualTo(Set.of(2, 3));
        assertThat(wine.state().versions().keySet()).containsExactly(1, 4);
        assertThat(old).doesNotExist();
        assertThat(atWork).exists();
        assertThat(wine.verify().leftovers())
                .containsExactly(atWork.getFileName().toString());
        assertThat(wine.retain(lastOne, Instant.now().plus(Duration.ofDays(9)))).isEmpty();
        assertThat(registry.find("wine").load().card()).isEqualTo(Candidates.CARD);
    }

    @Test
    void everyDamagedFileIsReportedByNameAndRefusedWhenLoaded() throws IOException {
        RegisteredVersion version = wine.add(Candidates.of("a"));
        wine.add(Candidates.of("b"));
        wine.promote(2, "");
        assertThat(wine.verify().damages()).isEmpty();
        assertThat(wine.verify().files()).isEqualTo(3 + 1 + 2 * 4);

        for (String name : List.of("model.safetensors", "version.json", "report/index.html", "SHA256SUMS")) {
            Path file = directory(version).resolve(name);
            byte[] whole = Files.readAllBytes(file);
            whole[whole.length - 2] ^= 1;
            Files.write(file, whole);
            assertThat(wine.verify().damages()).as(name).singleElement().satisfies(damage -> assertThat(damage.file())
                    .endsWith(name));
            assertThatThrownBy(() -> {
                        version.load();
                        version.read("report/index.html");
                    })
                    .as(name)
                    .isInstanceOf(BadDataException.class);
            whole[whole.length - 2] ^= 1;
            Files.write(file, whole);
        }
        assertThat(wine.verify().damages()).isEmpty();
    }

    /** Broken weights are neither taken nor, where somebody else put them there, made champion. */
    @Test
    void brokenWeightsNeverBecomeChampion() {
        wine.add(Candidates.of("a"));
        wine.promote(1, "");
        NewVersion broken =
                NewVersion.of(Candidates.CARD, Candidates.weights(1, Float.NaN), Lineage.unknown("elsewhere.pth"));
        assertThatThrownBy(() -> wine.add(broken))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("elsewhere.pth")
                .hasMessageContaining("fc.weight");

        byte[] weights = VersionFiles.weights(broken);
        String key = VersionFiles.key(broken, weights);
        AtomicStore store = AtomicStore.at(root.toString(), hadoop);
        VersionFiles.Written written = new VersionFiles(store, "wine").write(broken, key, weights);
        new EventLog(store, "wine")
                .append(
                        state -> Optional.of(
                                new RegistryEvent.Added(2, key, written.directory(), written.fingerprint())),
                        "by an older version");
        assertThatThrownBy(() -> wine.promote(2, ""))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("registry:wine@2")
                .hasMessageContaining("fc.weight has 1 of 8 values that are not finite");
        assertThatThrownBy(() -> wine.promoteOver(Optional.of(1), 2, "")).isInstanceOf(BadDataException.class);
        assertThat(wine.state().champion()).hasValue(1);

        new EventLog(store, "wine").append(state -> Optional.of(new RegistryEvent.Promoted(2)), "");
        wine.promote(1, "");
        assertThatThrownBy(() -> wine.rollback("")).isInstanceOf(BadDataException.class);
        assertThat(wine.state().champion()).hasValue(1);
    }

    @Test
    void theLogDecidesAndItsDamageIsReported() throws IOException {
        wine.add(Candidates.of("a"));
        wine.promote(1, "");
        RegistryState state = wine.state();

        Path snapshot = root.resolve("wine/current.json");
        Files.writeString(snapshot, Files.readString(snapshot).replace("\"champion\" : 1", "\"champion\" : 2"));
        assertThat(wine.state()).isEqualTo(state);
        assertThat(wine.verify().damages()).singleElement().satisfies(damage -> assertThat(damage.file())
                .endsWith("current.json"));
        Files.delete(snapshot);
        assertThat(wine.state()).isEqualTo(state);

        Path entry = root.resolve("wine/log/0000000002.json");
        Files.writeString(entry, Files.readString(entry).replace("promoted", "Promoted"));
        assertThat(wine.verify().damages()).singleElement().satisfies(damage -> assertThat(damage.file())
                .endsWith("0000000002.json"));
        assertThatThrownBy(wine::state).isInstanceOf(BadDataException.class).hasMessageContaining("0000000002.json");
    }

    @Test
    void aVersionWhoseWriterDiedBeforeItsEntryIsNoVersion() throws IOException {
        wine.add(Candidates.of("a"));
        VersionFiles files = new VersionFiles(AtomicStore.at(root.toString(), hadoop), "wine");
        NewVersion candidate = Candidates.of("b");
        byte[] weights = VersionFiles.weights(candidate);
        files.write(candidate, VersionFiles.key(candidate, weights), weights);

        assertThat(wine.versions()).hasSize(1);
        assertThat(wine.verify().leftovers()).hasSize(1);
        assertThat(wine.add(candidate).version()).isEqualTo(2);
    }

    @Test
    void whatIsNotThereIsSaidWithWhatIs() {
        assertThatThrownBy(() -> registry.find("beer"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("beer")
                .hasMessageContaining("registry add");
        wine.add(Candidates.of("a"));
        assertThatThrownBy(() -> registry.find("wine"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("champion")
                .hasMessageContaining("[1]");
        assertThatThrownBy(() -> wine.promote(7, "")).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> ModelRegistry.of(hadoop))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--registry");
    }

    @Test
    void differencesAreThoseOfTheDocuments() {
        RegisteredVersion one = wine.add(Candidates.of("a"));
        RegisteredVersion other = wine.add(Candidates.of("b").withMetrics(java.util.Map.of("val_top1", 0.5)));
        assertThat(VersionDiff.of(one, one).differences()).isEmpty();
        VersionDiff diff = VersionDiff.of(one, other);
        assertThat(diff.differences())
                .extracting(VersionDiff.Difference::path)
                .contains("metrics.val_top1", "lineage.run.id", "files.model.safetensors")
                .doesNotContain("lineage.dataset.id", "lineage.config.learningRate");
        assertThat(diff.differences())
                .filteredOn(difference -> difference.path().equals("metrics.val_top1"))
                .singleElement()
                .satisfies(difference -> assertThat(difference.change()).contains(-0.25));
    }
}
