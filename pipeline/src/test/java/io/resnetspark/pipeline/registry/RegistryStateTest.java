package io.resnetspark.pipeline.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RegistryStateTest {

    private static RegistryState after(RegistryState state, RegistryEvent event) {
        Instant at = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofDays(state.revision()));
        return state.after(new RegistryEntry(1, "id", state.revision() + 1, at.toString(), "me@here", "", event));
    }

    private static RegistryState withVersions(int count) {
        RegistryState state = RegistryState.EMPTY;
        for (int version = 1; version <= count; version++) {
            state = after(state, new RegistryEvent.Added(version, "key" + version, "dir" + version, "f"));
        }
        return state;
    }

    @Test
    void rollbacksUndoPromotionsInReverseOrder() {
        RegistryState state = withVersions(4);
        for (int version : new int[] {2, 1, 4}) {
            state = after(state, new RegistryEvent.Promoted(version));
        }
        assertThat(state.champion()).contains(4);
        assertThat(state.previous()).contains(1);

        state = after(state, new RegistryEvent.RolledBack(4, 1));
        assertThat(state.champion()).contains(1);
        assertThat(state.previous()).contains(2);
        state = after(state, new RegistryEvent.RolledBack(1, 2));
        assertThat(state.champion()).contains(2);
        assertThat(state.previous()).isEmpty();
    }

    /** Whatever is tried in whatever order, refused or not. */
    @Test
    void noAliasEverPointsToAVersionThatIsNotThere() {
        Random random = new Random(1);
        for (int run = 0; run < 200; run++) {
            RegistryState state = RegistryState.EMPTY;
            int highest = 0;
            for (int step = 0; step < 60; step++) {
                int version = 1 + random.nextInt(state.nextVersion());
                RegistryEvent event =
                        switch (random.nextInt(6)) {
                            case 0 -> new RegistryEvent.Added(state.nextVersion(), "k" + step, "d" + step, "f");
                            case 1 -> new RegistryEvent.Promoted(version);
                            case 2 ->
                                new RegistryEvent.RolledBack(
                                        state.champion().orElse(0),
                                        state.previous().orElse(0));
                            case 3 -> new RegistryEvent.AliasSet("candidate", version);
                            case 4 -> new RegistryEvent.AliasRemoved("candidate");
                            default -> new RegistryEvent.Deleted(List.of(version));
                        };
                try {
                    state = after(state, event);
                } catch (ConfigurationException refused) {
                    continue;
                }
                assertThat(state.versions().keySet())
                        .containsAll(state.aliases().values());
                assertThat(state.versions().keySet()).containsAll(state.formerChampions());
                assertThat(state.nextVersion()).isGreaterThanOrEqualTo(highest);
                highest = state.nextVersion();
            }
        }
    }

    @Test
    void championAndPreviousAreNoAliasesToSet() {
        RegistryState state = withVersions(1);
        assertThatThrownBy(() -> after(state, new RegistryEvent.AliasSet("champion", 1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("promote");
    }

    @Test
    void retentionKeepsTheNewestTheYoungAndTheNamed() {
        RegistryState state = withVersions(10); // version n was added on day n - 1
        state = after(state, new RegistryEvent.Promoted(1));
        state = after(state, new RegistryEvent.Promoted(2));
        state = after(state, new RegistryEvent.AliasSet("candidate", 4));
        Instant day10 = Instant.parse("2026-01-11T00:00:00Z");

        assertThat(new Retention(OptionalInt.of(3), Optional.empty()).expired(state, day10))
                .isEqualTo(Set.of(3, 5, 6, 7));
        assertThat(new Retention(OptionalInt.empty(), Optional.of(Duration.ofDays(5))).expired(state, day10))
                .isEqualTo(Set.of(3, 5, 6));
        assertThat(new Retention(OptionalInt.of(5), Optional.of(Duration.ofDays(2))).expired(state, day10))
                .isEqualTo(Set.of(3, 5));
        assertThat(Retention.KEEP_ALL.expired(state, day10)).isEmpty();
    }
}
