package io.resnetspark.pipeline.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;

/** What holds for any number of processes that write to one registry at a time, wherever it is. */
final class RegistryProcesses {

    private final String root;
    private final Configuration hadoop;
    private final Map<String, String> settings;

    /** @param settings what processes must set to get the same as {@code hadoop} */
    RegistryProcesses(String root, Configuration hadoop, Map<String, String> settings) {
        this.root = root;
        this.hadoop = hadoop;
        this.settings = settings;
    }

    private RegisteredModel model() {
        return ModelRegistry.at(root, hadoop).model(RegistryWriter.MODEL);
    }

    /** Everything that a writer says it did was done, once, and nothing else was. */
    void nothingIsLost(int writers, int promotions) throws Exception {
        List<RegistryWriter> all = start(writers, promotions);
        List<String> said = new ArrayList<>();
        for (RegistryWriter writer : all) {
            said.addAll(writer.rest());
            assertThat(writer.exitCode()).isZero();
        }
        assertThat(said).filteredOn(line -> line.startsWith("added")).doesNotHaveDuplicates();
        assertThat(logged()).containsExactlyInAnyOrderElementsOf(done(said));
        assertThat(said.stream().filter(line -> line.startsWith("added"))).hasSize(writers * ((promotions + 3) / 4));
        assertThat(model().verify().leftovers()).isEmpty();
        checkWhole();
    }

    /** Writers are killed wherever they are: what they said they did was done, and others go on. */
    void nothingIsLostWhenWritersAreKilled(int writers) throws Exception {
        Random random = new Random(5);
        List<String> said = new ArrayList<>();
        for (RegistryWriter writer : start(writers, 1_000_000)) {
            for (int line = 4 + random.nextInt(12); line > 0; line--) {
                said.add(writer.next());
            }
            writer.kill();
            said.addAll(writer.rest());
            writer.exitCode();
        }
        List<String> logged = logged();
        assertThat(logged).containsAll(done(said));
        assertThat(logged.size() - done(said).size()).isBetween(0, writers); // the last step of each may be untold
        checkWhole();
        nothingIsRefusedAfterwards();
    }

    private void nothingIsRefusedAfterwards() throws Exception {
        RegistryWriter writer = RegistryWriter.start(root, "afterwards", 5, settings);
        assertThat(writer.rest())
                .contains("promoted " + model().state().alias("afterwards").orElseThrow());
        assertThat(writer.exitCode()).isZero();
        checkWhole();
    }

    private List<RegistryWriter> start(int writers, int promotions) throws IOException {
        List<RegistryWriter> all = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            all.add(RegistryWriter.start(root, "writer-" + writer, promotions, settings));
        }
        return all;
    }

    private List<String> logged() {
        List<String> events = new ArrayList<>();
        for (RegistryEntry entry : model().history()) {
            RegistryEvent event = entry.event();
            if (event instanceof RegistryEvent.Added added) {
                events.add("added " + added.version());
            } else if (event instanceof RegistryEvent.Promoted promoted) {
                events.add("promoted " + promoted.version());
            } else if (event instanceof RegistryEvent.AliasSet set) {
                events.add("named " + set.version());
            } else if (event instanceof RegistryEvent.Deleted deleted) {
                events.add("deleted " + deleted.versions().get(0));
            }
        }
        Collections.sort(events);
        return events;
    }

    private static List<String> done(List<String> said) {
        return said.stream().filter(line -> !line.startsWith("kept")).sorted().toList();
    }

    private void checkWhole() {
        assertThat(model().verify().damages()).isEmpty();
        RegistryState state = model().state();
        for (String alias : state.aliases().keySet()) {
            RegisteredVersion version = model().version(alias);
            assertThat(version.load().card()).isEqualTo(Candidates.CARD);
        }
        model().versions().forEach(RegisteredVersion::load);
    }
}
