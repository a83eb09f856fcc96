package io.resnetspark.jobs.config;

import java.util.Optional;

/** Judges a configured value by what its own type cannot know. */
@FunctionalInterface
public interface ValueCheck {

    /**
     * @param value bound already
     * @return what is wrong with it, if anything
     */
    Optional<String> problemWith(Object value);
}
