package io.resnetspark.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SystemUnderTestTest {

    @Test
    void aLabelIsOneSystem() {
        assertThat(SystemUnderTest.named("ours")).containsExactly(JvmSystem.OURS);
        assertThat(SystemUnderTest.named("pytorch-bf16")).containsExactly(PythonSystem.PYTORCH_BF16);
    }

    @Test
    void aPeerIsAllItsWays() {
        assertThat(SystemUnderTest.named("pytorch"))
                .containsExactly(
                        PythonSystem.PYTORCH_FP32,
                        PythonSystem.PYTORCH_BF16,
                        PythonSystem.PYTORCH_FP32_COMPILED,
                        PythonSystem.PYTORCH_BF16_COMPILED);
    }

    @Test
    void whatThereIsNotIsAnsweredWithWhatThereIs() {
        assertThatThrownBy(() -> SystemUnderTest.named("tensorflow"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tensorflow")
                .hasMessageContaining("ours, ours-fp32, ours-bf16, ours-int8, dl4j")
                .hasMessageContaining("pytorch-bf16-compiled");
    }

    @ParameterizedTest
    @EnumSource(PythonSystem.class)
    void everyPythonSystemHasItsScriptBesideTheServer(PythonSystem system) {
        assertThat(system.script()).isRegularFile();
        assertThat(system.script().resolveSibling("workload_server.py")).isRegularFile();
    }
}
