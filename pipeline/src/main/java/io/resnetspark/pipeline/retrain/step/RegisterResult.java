package io.resnetspark.pipeline.retrain.step;

import java.util.Optional;

/**
 * What a decision changed in the registry.
 *
 * @param version the challenger's, which is champion now; empty if the champion stayed
 * @param obstacle why a challenger that was to be promoted was not; empty otherwise
 */
public record RegisterResult(Optional<Integer> version, Optional<String> obstacle) {

    public static final RegisterResult NOTHING = new RegisterResult(Optional.empty(), Optional.empty());
}
