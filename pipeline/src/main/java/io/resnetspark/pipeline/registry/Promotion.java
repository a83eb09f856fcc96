package io.resnetspark.pipeline.registry;

import java.util.Optional;

/** What became of a promotion. */
public sealed interface Promotion {

    /**
     * The version is champion now.
     *
     * @param champion the version
     * @param previous the champion before it, which a rollback returns to
     */
    record Promoted(int champion, Optional<Integer> previous) implements Promotion {}

    /** The version was champion already, for example because this is said a second time. */
    record AlreadyChampion(int champion) implements Promotion {}

    /**
     * Nothing was changed, because the champion is not the one that the decision was about.
     *
     * @param champion who is it now
     */
    record ChampionChanged(Optional<Integer> champion) implements Promotion {}
}
