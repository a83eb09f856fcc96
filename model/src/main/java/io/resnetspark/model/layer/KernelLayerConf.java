package io.resnetspark.model.layer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;

/** What the configurations of our layers have in common: named parameters, channels-last input, no preprocessors. */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public abstract class KernelLayerConf extends Layer {

    private static final long serialVersionUID = 1L;

    // How DL4J's own fit trains the layer.
    private IUpdater updater = new Nesterovs(0.1, 0.9);
    private List<Regularization> weightRegularization = List.of();
    private List<Regularization> otherRegularization = List.of();

    /**
     * Sets how DL4J's own {@code fit} trains the layer; {@link io.resnetspark.model.optim} does not look at it.
     *
     * @param ofWeights regularization of {@link ParameterSpec.Kind#WEIGHT}
     * @param ofOthers regularization of {@link ParameterSpec.Kind#SCALE_OR_BIAS}
     */
    public final void trainWithFitBy(
            IUpdater newUpdater, List<Regularization> ofWeights, List<Regularization> ofOthers) {
        updater = newUpdater;
        weightRegularization = new ArrayList<>(ofWeights);
        otherRegularization = new ArrayList<>(ofOthers);
    }

    private ParameterSpec.Kind kind(String name) {
        return parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(ParameterSpec::kind)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s has no parameter %s".formatted(layerName, name)));
    }

    /** The layer's parameters in the order of the flat vector. */
    public abstract List<ParameterSpec> parameters();

    /** Multiply-accumulate operations for one image of the given input. */
    public abstract long multiplyAccumulates(InputType input);

    abstract KernelLayer<?> instantiate(NeuralNetConfiguration conf, DataType dataType);

    /** What the layer makes of its input's shape. */
    abstract InputType outputType(InputType input);

    @Override
    public final org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parametersView,
            boolean initialize,
            DataType dataType) {
        KernelLayer<?> layer = instantiate(conf, dataType);
        layer.setListeners(listeners);
        layer.setIndex(index);
        if (parametersView != null) {
            layer.setParameters(parametersView, initializer().init(conf, parametersView, initialize));
        }
        return layer;
    }

    @Override
    public final FlatParameters initializer() {
        return FlatParameters.INSTANCE;
    }

    @Override
    public final InputType getOutputType(int layerIndex, InputType input) {
        return outputType(input);
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        // Sizes are fixed when the layer is configured.
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType input) {
        return null;
    }

    @Override
    public List<Regularization> getRegularizationByParam(String name) {
        return switch (kind(name)) {
            case WEIGHT -> weightRegularization;
            case SCALE_OR_BIAS -> otherRegularization;
            case RUNNING_MEAN, RUNNING_VARIANCE -> List.of();
        };
    }

    @Override
    public boolean isPretrainParam(String name) {
        return false;
    }

    /** For DL4J's own {@code fit}; {@link io.resnetspark.model.optim} replaces it in training. */
    @Override
    public IUpdater getUpdaterByParam(String name) {
        return kind(name).trainable() ? updater : new NoOp();
    }

    @Override
    public GradientNormalization getGradientNormalization() {
        return GradientNormalization.None;
    }

    @Override
    public double getGradientNormalizationThreshold() {
        return 0;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType input) {
        long parameters = initializer().numParams(this);
        long activations = outputType(input).arrayElementsPerExample();
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), input, outputType(input))
                .standardMemory(parameters, parameters)
                .workingMemory(0, 0, 0, activations)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }
}
