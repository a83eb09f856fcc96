package resnetspark.ml;

import io.resnetspark.model.ClassifierSource;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.dataset.SparkSerializer;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.model.Precision;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A residual network that appends {@code rawPrediction} (logits), {@code probability} (their softmax) and {@code
 * prediction} (the most probable label, or what {@code thresholds} make of it) to rows with images. The vectors have an element for each of {@link #numClasses}
 * labels; labels that had no training images have the logit −∞ and the probability 0.
 *
 * <p>With {@code handleInvalid} = {@code keep} the three columns are null where the image cannot be read.
 */
public final class ResNetClassificationModel extends Model<ResNetClassificationModel>
        implements ImageStage, MLWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;
    private final InputParams input;
    private final OutputParams outputs;
    /** Null in a model that Spark Connect made to look at its class. */
    private final @Nullable TrainedNetwork network;

    /** Lives as long as this model is referenced; Spark's context cleaner then removes it from the executors. */
    private transient @Nullable Sent sent;

    private record Sent(SparkContext context, int batchSize, String precision, Broadcast<ClassifierSource> model) {}

    /** Spark Connect finds the class by it, as a service, and makes no use of it: a model comes from fitting or loading. */
    public ResNetClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("resnet"), null);
    }

    ResNetClassificationModel(String uid, @Nullable TrainedNetwork network) {
        this.uid = uid;
        this.input = new InputParams(this);
        this.outputs = new OutputParams(this);
        this.network = network;
    }

    /**
     * A model trained elsewhere: the directory of a run, a {@code .safetensors} file with a model card, {@code
     * torchvision:NAME} of weights that say their network, {@code registry:NAME@champion} in the registry that {@code
     * spark.hadoop.resnet.registry.path} or the environment variable {@code RESNET_REGISTRY} names.
     *
     * @throws io.resnetspark.model.error.BadDataException if there is nothing usable
     */
    public static ResNetClassificationModel fromModel(String name) {
        return of(ModelSource.load(name, Optional.empty(), Optional.empty(), hadoop()));
    }

    /** As {@link #fromModel(String)} for weights that do not say which network they are for. */
    public static ResNetClassificationModel fromModel(String name, String architecture) {
        return of(ModelSource.load(name, Optional.of(architecture), Optional.empty(), hadoop()));
    }

    private static ResNetClassificationModel of(LoadedModel model) {
        return new ResNetClassificationModel(
                Identifiable$.MODULE$.randomUID("resnet"),
                new TrainedNetwork(model, ClassLabels.of(model.card().labels())));
    }

    private static org.apache.hadoop.conf.Configuration hadoop() {
        return SparkSession.active().sessionState().newHadoopConf();
    }

    @Override
    public String uid() {
        return uid;
    }

    TrainedNetwork network() {
        if (network == null) {
            throw new ConfigurationException(
                    "%s has no network: models come from fitting, fromModel or load".formatted(uid));
        }
        return network;
    }

    /** Number of labels: 0 to {@code numClasses() - 1}. */
    public int numClasses() {
        return network().labels().count();
    }

    /** Names of the labels 0, 1, …: those of the label column's metadata, else the numbers. */
    public String[] labels() {
        return network().labels().names().toArray(new String[0]);
    }

    /** The named architecture, for example {@code resnet18}. */
    public String architecture() {
        return network().card().spec().architecture();
    }

    /** Height and width in pixels of the network's input. */
    public int inputSize() {
        return network().card().spec().inputSize();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        ImageColumn.in(schema, getInputCol());
        OutputParams.checkThresholds(this, numClasses());
        return Columns.withPredictions(schema, this, network().labels().names());
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema(), true);
        ClassifyRows classify = new ClassifyRows(
                broadcast(dataset.sparkSession().sparkContext()),
                network().labels(),
                ImageColumn.in(dataset.schema(), getInputCol()),
                InputParams.InvalidImages.of(getHandleInvalid()),
                getBatchSize(),
                ClassifyRows.Outputs.of(this));
        Dataset<Row> classified = dataset.toDF().mapPartitions(classify, Encoders.row(schema));
        // An encoder drops the metadata of columns, on which other stages rely.
        return classified.select(Arrays.stream(schema.fields())
                .map(field -> Columns.named(field.name()).as(field.name(), field.metadata()))
                .toArray(Column[]::new));
    }

    private synchronized Broadcast<ClassifierSource> broadcast(SparkContext context) {
        if (sent == null
                || sent.context() != context
                || sent.batchSize() != getBatchSize()
                || !sent.precision().equals(getInferencePrecision())) {
            SparkSerializer.check(context.getConf());
            ClassifierSource source =
                    network().source("model " + uid, getBatchSize(), Precision.named(getInferencePrecision()));
            sent = new Sent(
                    context,
                    getBatchSize(),
                    getInferencePrecision(),
                    JavaSparkContext.fromSparkContext(context).broadcast(source));
        }
        return sent.model();
    }

    @Override
    public ResNetClassificationModel copy(ParamMap extra) {
        ResNetClassificationModel copied = copyValues(new ResNetClassificationModel(uid, network), extra);
        copied.setParent(parent());
        return copied;
    }

    @Override
    public MLWriter write() {
        return new ModelStorage.Writer(this, network());
    }

    /** Reads what {@link #write} wrote. */
    public static MLReader<ResNetClassificationModel> read() {
        return new ModelStorage.Reader<>(
                ResNetClassificationModel.class, (uid, network) -> new ResNetClassificationModel(uid, network.get()));
    }

    /** Reads what {@code save} wrote. */
    public static ResNetClassificationModel load(String path) throws IOException {
        return read().load(path);
    }

    @Override
    public String toString() {
        return "ResNetClassificationModel: uid=%s, architecture=%s, numClasses=%d"
                .formatted(uid, architecture(), numClasses());
    }

    @Override
    public Param<String> inputCol() {
        return input.inputCol;
    }

    @Override
    public Param<String> predictionCol() {
        return outputs.predictionCol;
    }

    @Override
    public Param<String> probabilityCol() {
        return outputs.probabilityCol;
    }

    @Override
    public Param<String> rawPredictionCol() {
        return outputs.rawPredictionCol;
    }

    @Override
    public Param<String> embeddingCol() {
        return outputs.embeddingCol;
    }

    @Override
    public DoubleArrayParam thresholds() {
        return outputs.thresholds;
    }

    @Override
    public Param<String> handleInvalid() {
        return input.handleInvalid;
    }

    @Override
    public Param<String> inferencePrecision() {
        return input.inferencePrecision;
    }

    @Override
    public IntParam batchSize() {
        return input.batchSize;
    }

    public ResNetClassificationModel setInputCol(String name) {
        set(inputCol(), name);
        return this;
    }

    public ResNetClassificationModel setPredictionCol(String name) {
        set(predictionCol(), name);
        return this;
    }

    public ResNetClassificationModel setProbabilityCol(String name) {
        set(probabilityCol(), name);
        return this;
    }

    public ResNetClassificationModel setRawPredictionCol(String name) {
        set(rawPredictionCol(), name);
        return this;
    }

    public ResNetClassificationModel setEmbeddingCol(String name) {
        set(embeddingCol(), name);
        return this;
    }

    public ResNetClassificationModel setThresholds(double... values) {
        set(thresholds(), values);
        return this;
    }

    public ResNetClassificationModel setHandleInvalid(String behaviour) {
        set(handleInvalid(), behaviour);
        return this;
    }

    public ResNetClassificationModel setInferencePrecision(String precision) {
        set(inferencePrecision(), precision);
        return this;
    }

    public ResNetClassificationModel setBatchSize(int images) {
        set(batchSize(), images);
        return this;
    }
}
