package io.resnetspark.model.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Lays a layer's parameters one after another, each row-major, in its part of the network's flat parameter vector. */
final class FlatParameters implements ParamInitializer {

    static final FlatParameters INSTANCE = new FlatParameters();

    private FlatParameters() {}

    private static List<ParameterSpec> parameters(Layer layer) {
        return ((KernelLayerConf) layer).parameters();
    }

    /** Views of {@code flat}, by name, in the parameters' own shapes. */
    static Map<String, INDArray> views(List<ParameterSpec> parameters, INDArray flat) {
        Map<String, INDArray> views = new LinkedHashMap<>();
        INDArray vector = flat.reshape(flat.length());
        long offset = 0;
        for (ParameterSpec parameter : parameters) {
            long end = offset + parameter.length();
            views.put(
                    parameter.name(),
                    vector.get(NDArrayIndex.interval(offset, end)).reshape('c', parameter.shape()));
            offset = end;
        }
        return views;
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray flat, boolean initialize) {
        Map<String, INDArray> views = views(parameters(conf.getLayer()), flat);
        for (ParameterSpec parameter : parameters(conf.getLayer())) {
            conf.addVariable(parameter.name());
            if (initialize) {
                float[] values = new float[Math.toIntExact(parameter.length())];
                String key = conf.getLayer().getLayerName() + "." + parameter.name();
                parameter.initialization().fill(values, conf.getSeed(), key);
                views.get(parameter.name()).assign(Nd4j.createFromArray(values).reshape('c', parameter.shape()));
            }
        }
        return views;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray flat) {
        return views(parameters(conf.getLayer()), flat);
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return parameters(layer).stream().mapToLong(ParameterSpec::length).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return parameters(layer).stream().map(ParameterSpec::name).toList();
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return paramKeys(layer).stream()
                .filter(key -> isWeightParam(layer, key))
                .toList();
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return paramKeys(layer).stream().filter(key -> isBiasParam(layer, key)).toList();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return hasKind(layer, key, ParameterSpec.Kind.WEIGHT);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return hasKind(layer, key, ParameterSpec.Kind.SCALE_OR_BIAS);
    }

    private static boolean hasKind(Layer layer, String key, ParameterSpec.Kind kind) {
        return parameters(layer).stream()
                .anyMatch(parameter -> parameter.name().equals(key) && parameter.kind() == kind);
    }
}
