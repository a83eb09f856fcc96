package io.resnetspark.pipeline.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassWeightsTest {

    private static final List<String> CLASSES = List.of("ant", "bee", "a=b");

    private static double[] weights(String text, int... images) {
        return ClassWeights.parse(text).of(CLASSES, images);
    }

    @Test
    void balancedClassesCountAlikeHoweverManyImagesTheyHave() {
        int[] images = {10, 40, 0};
        double[] balanced = weights("balanced", images);
        assertThat(balanced[0] * images[0]).isEqualTo(balanced[1] * images[1]);
        assertThat(balanced[2]).isFinite();
        assertThat(weights("none", images)).containsOnly(1);
    }

    @Test
    void namedClassesHaveTheirsAndTheOthersOne() {
        assertThat(weights("bee=2.5, a=b=3", 1, 1, 1)).containsExactly(1, 2.5, 3);
        assertThatThrownBy(() -> weights("wasp=2", 1, 1, 1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("wasp")
                .hasMessageContaining("ant, bee");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "ant", "ant=", "ant=0", "ant=-1", "ant=x", "=2", "ant=1,", "ant=Infinity", "ant=1,ant=2"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> ClassWeights.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("class-weights");
    }
}
