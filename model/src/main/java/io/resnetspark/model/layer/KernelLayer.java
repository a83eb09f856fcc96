package io.resnetspark.model.layer;

import io.resnetspark.model.kernel.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the implementations of our layers have in common: views into the network's flat parameters and gradients, kernels
 * by input shape, results in DL4J's workspaces.
 */
abstract class KernelLayer<C extends KernelLayerConf> extends AbstractLayer<C>
        implements UsesKernels, Freezable, SparesGradients {

    private INDArray flatParameters;
    private Map<String, INDArray> parameters = Map.of();
    private INDArray flatGradients;
    private Map<String, INDArray> gradients = Map.of();
    private transient Kernels kernels;
    private boolean frozen;
    private boolean inputGradientSpared;

    KernelLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    abstract INDArray forward(boolean training, LayerWorkspaceMgr workspaces);

    /**
     * Writes the parameters' gradients unless frozen and returns the gradient of the input, or null if that is {@linkplain
     * #inputGradientSpared() spared}.
     */
    abstract INDArray backward(INDArray outputGradient, LayerWorkspaceMgr workspaces);

    @Override
    public void useKernels(Kernels chosen) {
        kernels = chosen;
        forgetKernels();
    }

    abstract void forgetKernels();

    @Override
    public final Kernels kernels() {
        if (kernels == null) {
            kernels = Kernels.ofThisProcess();
        }
        return kernels;
    }

    @Override
    public final void freeze() {
        frozen = true;
        if (flatGradients != null) {
            flatGradients.assign(0);
        }
        forgetKernels();
    }

    @Override
    public final boolean frozen() {
        return frozen;
    }

    @Override
    public final void spareInputGradients(Set<Integer> inputs) {
        inputGradientSpared = inputs.contains(0);
    }

    final boolean inputGradientSpared() {
        return inputGradientSpared;
    }

    private boolean hasTrainedParameters() {
        return !frozen
                && layerConf().parameters().stream()
                        .anyMatch(parameter -> parameter.kind().trainable());
    }

    final INDArray parameter(String name) {
        return parameters.get(name);
    }

    final INDArray gradient(String name) {
        return gradients.get(name);
    }

    final INDArray newOutput(LayerWorkspaceMgr workspaces, long... shape) {
        return workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, shape, 'c');
    }

    final INDArray newInputGradient(LayerWorkspaceMgr workspaces) {
        return workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
    }

    final void setParameters(INDArray flat, Map<String, INDArray> views) {
        flatParameters = flat;
        parameters = views;
    }

    @Override
    public final INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        return forward(training, workspaces);
    }

    @Override
    public final Pair<Gradient, INDArray> backpropGradient(INDArray outputGradient, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray inputGradient = null;
        if (!inputGradientSpared || hasTrainedParameters() || this instanceof IOutputLayer) {
            inputGradient = backward(outputGradient, workspaces);
        }
        if (inputGradientSpared) {
            inputGradient = SparesGradients.placeholder(workspaces);
        }
        Gradient named = new DefaultGradient();
        gradients.forEach(named::setGradientFor);
        return new Pair<>(named, inputGradient);
    }

    /** The input is used where it lies; DL4J's own layers copy it into a workspace. */
    @Override
    public final void setInput(INDArray newInput, LayerWorkspaceMgr workspaces) {
        input = newInput;
    }

    @Override
    public final boolean isPretrainLayer() {
        return false;
    }

    @Override
    public final void clearNoiseWeightParams() {
        // there is no weight noise
    }

    @Override
    public final INDArray params() {
        return flatParameters;
    }

    @Override
    public final long numParams() {
        return flatParameters == null ? 0 : flatParameters.length();
    }

    @Override
    public final INDArray getParam(String name) {
        return parameters.get(name);
    }

    @Override
    public final void setParam(String name, INDArray values) {
        parameters.get(name).assign(values);
    }

    @Override
    public final Map<String, INDArray> paramTable(boolean backpropParamsOnly) {
        return new LinkedHashMap<>(parameters);
    }

    @Override
    public final void setParamTable(Map<String, INDArray> values) {
        values.forEach(this::setParam);
    }

    @Override
    public final void setParams(INDArray values) {
        flatParameters.assign(values.reshape(flatParameters.shape()));
    }

    @Override
    public final void setParamsViewArray(INDArray view) {
        setParameters(view, FlatParameters.views(layerConf().parameters(), view));
    }

    @Override
    public final INDArray getGradientsViewArray() {
        return flatGradients;
    }

    @Override
    public final void setBackpropGradientsViewArray(INDArray view) {
        flatGradients = view;
        gradients = FlatParameters.views(layerConf().parameters(), view);
    }

    /** Batch-norm statistics are not gradients: nothing divides them by the batch size. */
    @Override
    public final boolean updaterDivideByMinibatch(String name) {
        return layerConf().parameters().stream()
                .anyMatch(parameter ->
                        parameter.name().equals(name) && parameter.kind().trainable());
    }

    /** Keeps the kernels of the few shapes a network sees: full batches, the last short one, evaluation. */
    static final class KernelCache<K, V> {
        private static final int SHAPES = 6;

        private final LinkedHashMap<K, V> kernels = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > SHAPES;
            }
        };

        V of(K shape, Function<K, V> make) {
            V kernel = kernels.get(shape);
            if (kernel == null) {
                kernel = make.apply(shape);
                kernels.put(shape, kernel);
            }
            return kernel;
        }

        void clear() {
            kernels.clear();
        }
    }
}
