package io.resnetspark.pipeline.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** What holds for any number of processes that write to one registry at a time, wherever it is. */
final class RegistryProcesses {

    private final Path outputs;
    private final String root;
    private final Configuration hadoop;
    private final Map<String, String> settings;

    /**
     * @param outputs a local directory for what processes say
     * @param hadoop where it differs from the defaults, the processes are told
     */
    RegistryProcesses(Path outputs, String root, Configuration hadoop) {
        this.outputs = outputs;
        this.root = root;
        this.hadoop = hadoop;
        this.settings = differences(hadoop);
    }

    private static Map<String, String> differences(Configuration hadoop) {
        Map<String, String> settings = new TreeMap<>();
        Configuration defaults = new Configuration();
        hadoop.forEach(entry -> {
            if (!entry.getValue().equals(defaults.getRaw(entry.getKey()))) {
                settings.put(entry.getKey(), entry.getValue());
            }
        });
        return settings;
    }

    private RegisteredModel model() {
        return ModelRegistry.at(root, hadoop).model(RegistryWriter.MODEL);
    }

    /** Everything that a writer says it did was done, once, and nothing else was. */
    void nothingIsLost(int writers, int promotions) throws Exception {
        List<String> said = new ArrayList<>();
        try (Writers all = new Writers("writer-", writers, promotions)) {
            for (RegistryWriter writer : all.writers) {
                assertThat(writer.exitCode()).isZero();
                said.addAll(writer.said());
            }
        }
        assertThat(said).filteredOn(line -> line.startsWith("added")).doesNotHaveDuplicates();
        assertThat(logged()).containsExactlyElementsOf(done(said));
        assertThat(said.stream().filter(line -> line.startsWith("added"))).hasSize(writers * ((promotions + 3) / 4));
        assertThat(model().verify().leftovers()).isEmpty();
        checkWhole();
    }

    /** Writers are killed wherever they are: what they said they did was done, and others go on. */
    void nothingIsLostWhenWritersAreKilled(int writers) throws Exception {
        Random random = new Random(5);
        List<String> said = new ArrayList<>();
        try (Writers all = new Writers("writer-", writers, 1_000_000)) {
            for (RegistryWriter writer : all.writers) {
                writer.awaitLines(writer.said().size() + 4 + random.nextInt(12));
                writer.kill();
                said.addAll(writer.said());
            }
        }
        List<String> logged = logged();
        List<String> untold = new ArrayList<>(logged);
        done(said).forEach(line -> assertThat(untold.remove(line)).as(line).isTrue());
        assertThat(untold).hasSizeLessThanOrEqualTo(writers); // the last step of each
        checkWhole();

        try (Writers after = new Writers("after-", 1, 5)) {
            assertThat(after.writers.get(0).exitCode()).isZero();
            assertThat(logged())
                    .hasSize(logged.size() + done(after.writers.get(0).said()).size());
        }
        checkWhole();
    }

    /** Processes that end with the test, however it ends. */
    private final class Writers implements AutoCloseable {

        final List<RegistryWriter> writers = new ArrayList<>();

        Writers(String names, int count, int promotions) throws IOException {
            Path directory = Files.createTempDirectory(outputs, "writers");
            for (int writer = 0; writer < count; writer++) {
                writers.add(RegistryWriter.start(directory, root, names + writer, promotions, settings));
            }
        }

        @Override
        public void close() throws InterruptedException {
            for (RegistryWriter writer : writers) {
                writer.kill();
            }
        }
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
