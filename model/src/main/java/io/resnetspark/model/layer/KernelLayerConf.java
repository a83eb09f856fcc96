package io.resnetspark.model.layer;

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
        return List.of(); // weight decay belongs to our optimiser, which knows the kind of each parameter
    }

    @Override
    public boolean isPretrainParam(String name) {
        return false;
    }

    /** For DL4J's own {@code fit}; {@link io.resnetspark.model.optim} replaces it in training. */
    @Override
    public IUpdater getUpdaterByParam(String name) {
        boolean trainable = parameters().stream()
                .anyMatch(parameter ->
                        parameter.name().equals(name) && parameter.kind().trainable());
        return trainable ? new Nesterovs(0.1, 0.9) : new NoOp();
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
