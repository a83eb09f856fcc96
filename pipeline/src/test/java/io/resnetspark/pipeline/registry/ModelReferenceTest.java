package io.resnetspark.pipeline.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.registry.ModelReference.Selector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {

    @Test
    void aNameAloneIsItsChampion() {
        assertThat(ModelReference.parse("photos"))
                .isEqualTo(ModelReference.parse("registry:photos@champion"))
                .isEqualTo(new ModelReference("photos", new Selector.Alias("champion")));
        assertThat(ModelReference.parse("photos@3"))
                .isEqualTo(new ModelReference("photos", new Selector.VersionNumber(3)))
                .hasToString("registry:photos@3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@3", "photos@", "a/b@1", "../x", ".hidden", "photos@-1", "photos@3rd", "photos@a@b"})
    void whatCannotNameAVersionIsRefused(String reference) {
        assertThatThrownBy(() -> ModelReference.parse(reference)).isInstanceOf(ConfigurationException.class);
    }
}
