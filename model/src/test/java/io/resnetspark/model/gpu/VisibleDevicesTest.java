package io.resnetspark.model.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class VisibleDevicesTest {

    private static VisibleDevices named(String variable) {
        return VisibleDevices.of(Optional.of(variable));
    }

    @Test
    void withoutTheVariableNumbersAreThoseOfTheMachine() {
        VisibleDevices all = VisibleDevices.of(Optional.empty());
        assertThat(all.ordinal("3")).hasValue(3);
        assertThat(all.first()).contains("0");
    }

    @Test
    void withTheVariableCudaCountsFromZero() {
        VisibleDevices some = named("3, GPU-aa");
        assertThat(some.ordinal("3")).hasValue(0);
        assertThat(some.ordinal("GPU-aa")).hasValue(1);
        assertThat(some.ordinal("0")).isEmpty();
        assertThat(some.first()).contains("3");
    }

    @Test
    void everythingAfterWhatNamesNoDeviceIsHidden() {
        assertThat(named("").first()).isEmpty();
        assertThat(named("-1").first()).isEmpty();
        assertThat(named("1,-1,2").ordinal("2")).isEmpty();
    }
}
