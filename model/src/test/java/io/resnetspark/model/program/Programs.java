package io.resnetspark.model.program;

import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.SmallNetworks;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Programs of whole networks. */
public final class Programs {

    private Programs() {}

    public static Program training(ResNetSpec spec) {
        return ResNet.program(spec);
    }

    public static Program training(ResNetSpec spec, Predicate<String> frozen) {
        ParameterLayout layout = ParameterLayout.of(spec);
        Set<String> names = layout.segments().stream()
                .map(ParameterLayout.Segment::vertex)
                .filter(frozen)
                .collect(Collectors.toSet());
        return ProgramCompiler.compile(
                ResNet.configuration(spec, 0),
                layout.slices(),
                names,
                new ImageShape(1, spec.inputSize(), spec.inputSize(), spec.channels()));
    }

    public static Program folded(ResNetSpec spec) {
        float[] parameters = NetworkWeights.toFlat(ParameterLayout.of(spec), SmallNetworks.weights(spec, 1));
        return Folding.fold(training(spec), parameters).program();
    }
}
