package io.resnetspark.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import io.resnetspark.model.program.Step.BatchNorm;
import io.resnetspark.model.program.Step.Convolution;
import io.resnetspark.model.program.Step.Learning;
import io.resnetspark.model.program.Step.ResidualAdd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgramCompilerTest {

    /** A residual sum costs nothing: it is part of the batch norm before it, and hands its gradient on. */
    @Test
    void sumsJoinBatchNorms() {
        assertThat(Programs.training(Architecture.RESNET50.spec()).steps())
                .noneMatch(step -> step instanceof ResidualAdd)
                .filteredOn(
                        step -> step instanceof BatchNorm norm && norm.addend().isPresent())
                .hasSize(16);
        Program withoutNorms =
                Programs.training(NetworkName.parse("cifar-resnet20+norm=none").spec());
        assertThat(withoutNorms.steps().stream().filter(step -> step instanceof ResidualAdd))
                .hasSize(9);
    }

    /** Each parameter of the flat vector belongs to one step. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void stepsShareTheFlatVectorOut(Architecture architecture) {
        ResNetSpec spec = SmallNetworks.spec(architecture);
        Program program = Programs.training(spec);
        List<ParameterSlice> slices = new ArrayList<>();
        for (Step step : program.steps()) {
            if (step instanceof Convolution convolution) {
                slices.add(convolution.weight());
                convolution.bias().ifPresent(slices::add);
            } else if (step instanceof BatchNorm norm) {
                slices.addAll(List.of(norm.scale(), norm.shift(), norm.runningMean(), norm.runningVariance()));
            } else if (step instanceof Step.Linear linear) {
                slices.addAll(List.of(linear.weight(), linear.bias()));
            }
        }
        slices.sort(Comparator.comparingInt(ParameterSlice::offset));
        int end = 0;
        for (ParameterSlice slice : slices) {
            assertThat(slice.offset()).isEqualTo(end);
            end = slice.end();
        }
        assertThat(program.parameters())
                .isEqualTo(end)
                .isEqualTo(ParameterLayout.of(spec).length());
    }

    @Test
    void whatIsFrozenDoesNotLearn() {
        Program program =
                Programs.training(SmallNetworks.spec(Architecture.RESNET18), vertex -> vertex.startsWith("layer1"));
        assertThat(program.steps().stream().filter(Step::learns).count())
                .isEqualTo(Programs.training(SmallNetworks.spec(Architecture.RESNET18)).steps().stream()
                                .filter(Step::learns)
                                .count()
                        - 8);
    }

    @Test
    void stepsThatDoNotFitTogetherAreRefused() {
        Value images = new Value(0, new ImageShape(1, 4, 4, 3));
        Value maps = new Value(1, new ImageShape(1, 4, 4, 2));
        Window pixel = new Window(1, 1, 0);
        assertThatThrownBy(() -> new Convolution(
                        images, pixel, new ParameterSlice(0, 5), Optional.empty(), Learning.TRAINED, maps))
                .hasMessageContaining("length 6");
        assertThatThrownBy(() -> new Convolution(
                        images,
                        new Window(1, 2, 0),
                        new ParameterSlice(0, 6),
                        Optional.empty(),
                        Learning.TRAINED,
                        maps))
                .hasMessageContaining("shape");
        assertThatThrownBy(() -> new ResidualAdd(images, maps, Activation.RELU, maps))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
