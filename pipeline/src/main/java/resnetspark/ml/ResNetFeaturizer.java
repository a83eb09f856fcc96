package resnetspark.ml;

import io.resnetspark.model.error.ConfigurationException;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Appends what the last layer of a residual network reads, a vector: features of an image for any other stage of Spark ML.
 *
 * <p>The network is opened by its name on first use. A saved stage has it inside: what the name comes to mean later changes
 * nothing about it.
 */
public final class ResNetFeaturizer extends Transformer implements MLWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;
    private final InputParams input;
    private final Param<String> outputCol;
    private final Param<String> model;
    private final Param<String> architecture;

    private @Nullable Opened opened;

    /** A network, and the values of {@link #model} and {@link #architecture} that it stands for. */
    private record Opened(String model, String architecture, ResNetClassificationModel network)
            implements Serializable {}

    public ResNetFeaturizer() {
        this(Identifiable$.MODULE$.randomUID("resnet_featurizer"));
    }

    public ResNetFeaturizer(String uid) {
        this.uid = uid;
        this.input = new InputParams(this);
        this.outputCol = new Param<>(this, "outputCol", "column name for the features, a vector");
        this.model = new Param<>(
                this,
                "model",
                "the network: a run's directory, a .safetensors or .pth file, torchvision:NAME, registry:NAME@champion");
        this.architecture = new Param<>(
                this, "architecture", "network of a model that does not say itself which it is; empty where it does");
        setDefault(outputCol, "features");
        setDefault(architecture, "");
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public StructType transformSchema(StructType schema) {
        ImageColumn.in(schema, getInputCol());
        return Columns.append(schema, getOutputCol(), SQLDataTypes.VectorType(), getHandleInvalid());
    }

    /**
     * @throws ConfigurationException if there is no {@link #model}
     * @throws io.resnetspark.model.error.BadDataException if it names nothing usable
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        transformSchema(dataset.schema(), true);
        return network()
                .setInputCol(getInputCol())
                .setEmbeddingCol(getOutputCol())
                .setHandleInvalid(getHandleInvalid())
                .setBatchSize(getBatchSize())
                .setInferencePrecision(getInferencePrecision())
                .transform(dataset);
    }

    private synchronized ResNetClassificationModel network() {
        if (!isSet(model)) {
            throw new ConfigurationException(
                    "%s has no network: set model, for example to torchvision:resnet18".formatted(uid));
        }
        Opened known = opened;
        if (known != null
                && known.model().equals(getModel())
                && known.architecture().equals(getArchitecture())) {
            return known.network();
        }
        ResNetClassificationModel network = getArchitecture().isEmpty()
                ? ResNetClassificationModel.fromModel(getModel())
                : ResNetClassificationModel.fromModel(getModel(), getArchitecture());
        open(network);
        return network;
    }

    private ResNetFeaturizer open(ResNetClassificationModel network) {
        network.setRawPredictionCol("").setProbabilityCol("").setPredictionCol("");
        opened = new Opened(getModel(), getArchitecture(), network);
        return this;
    }

    @Override
    public ResNetFeaturizer copy(ParamMap extra) {
        ResNetFeaturizer copied = copyValues(new ResNetFeaturizer(uid), extra);
        copied.opened = opened;
        return copied;
    }

    @Override
    public MLWriter write() {
        return new ModelStorage.Writer(this, network().network());
    }

    /** Reads what {@link #write} wrote. */
    public static MLReader<ResNetFeaturizer> read() {
        return new ModelStorage.Reader<>(
                ResNetFeaturizer.class,
                (uid, network) -> new ResNetFeaturizer(uid),
                (stage, network) -> stage.open(new ResNetClassificationModel(stage.uid(), network.get())));
    }

    /** Reads what {@code save} wrote. */
    public static ResNetFeaturizer load(String path) throws IOException {
        return read().load(path);
    }

    public Param<String> inputCol() {
        return input.inputCol;
    }

    public Param<String> outputCol() {
        return outputCol;
    }

    public Param<String> model() {
        return model;
    }

    public Param<String> architecture() {
        return architecture;
    }

    public Param<String> handleInvalid() {
        return input.handleInvalid;
    }

    public Param<String> inferencePrecision() {
        return input.inferencePrecision;
    }

    public IntParam batchSize() {
        return input.batchSize;
    }

    public String getInputCol() {
        return getOrDefault(inputCol());
    }

    public String getOutputCol() {
        return getOrDefault(outputCol());
    }

    public String getModel() {
        return getOrDefault(model());
    }

    public String getArchitecture() {
        return getOrDefault(architecture());
    }

    public String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    public String getInferencePrecision() {
        return getOrDefault(inferencePrecision());
    }

    public int getBatchSize() {
        return (Integer) getOrDefault(batchSize());
    }

    public ResNetFeaturizer setInputCol(String name) {
        set(inputCol(), name);
        return this;
    }

    public ResNetFeaturizer setOutputCol(String name) {
        set(outputCol(), name);
        return this;
    }

    public ResNetFeaturizer setModel(String name) {
        set(model(), name);
        return this;
    }

    public ResNetFeaturizer setArchitecture(String name) {
        set(architecture(), name);
        return this;
    }

    public ResNetFeaturizer setHandleInvalid(String behaviour) {
        set(handleInvalid(), behaviour);
        return this;
    }

    public ResNetFeaturizer setInferencePrecision(String precision) {
        set(inferencePrecision(), precision);
        return this;
    }

    public ResNetFeaturizer setBatchSize(int images) {
        set(batchSize(), images);
        return this;
    }
}
