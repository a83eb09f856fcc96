package resnetspark.ml;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Augmentation;
import io.resnetspark.model.optim.LearningRateSchedule;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.pipeline.dataset.DeltaSession;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.ResizeRule;
import io.resnetspark.pipeline.dataset.SparkSerializer;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.AveragingConfigBuilder;
import io.resnetspark.pipeline.training.ComputeConfigBuilder;
import io.resnetspark.pipeline.training.DatasetConfigBuilder;
import io.resnetspark.pipeline.training.LearningRateFactors;
import io.resnetspark.pipeline.training.ModelConfig;
import io.resnetspark.pipeline.training.ModelConfigBuilder;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.OptimizationConfigBuilder;
import io.resnetspark.pipeline.training.Precision;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.RunConfigBuilder;
import io.resnetspark.pipeline.training.SlowMomentum;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.TrainConfigBuilder;
import io.resnetspark.pipeline.training.loop.TrainingLoop;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a residual network on a DataFrame with a column of images and a numeric column of labels 0, 1, …, by parameter
 * averaging over Spark tasks.
 *
 * <p>The rows are written once, to {@link #workingDir}, as a dataset as the command {@code prepare} makes it, which is
 * deleted in the end. As there, copies of an image count once. {@code explainParams()} documents the parameters.
 */
public final class ResNetClassifier extends Estimator<ResNetClassificationModel>
        implements ImageStage, DefaultParamsWritable {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ResNetClassifier.class);

    private final String uid;
    private final InputParams input;
    private final OutputParams outputs;
    private final TrainingParams training;

    public ResNetClassifier() {
        this(Identifiable$.MODULE$.randomUID("resnet"));
    }

    public ResNetClassifier(String uid) {
        this.uid = uid;
        this.input = new InputParams(this);
        this.outputs = new OutputParams(this);
        this.training = new TrainingParams(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** @throws IllegalArgumentException if a column is missing, of the wrong type, or in the way */
    @Override
    public StructType transformSchema(StructType schema) {
        ImageColumn.in(schema, getInputCol());
        if (!(Columns.require(schema, getLabelCol(), "label").dataType() instanceof NumericType)) {
            throw new IllegalArgumentException(
                    "The label column %s must be numeric; index it with StringIndexer".formatted(getLabelCol()));
        }
        if (isSet(validationIndicatorCol())
                && !(Columns.require(schema, getValidationIndicatorCol(), "validation indicator")
                                .dataType()
                        instanceof BooleanType)) {
            throw new IllegalArgumentException(
                    "The validation indicator column %s must be boolean".formatted(getValidationIndicatorCol()));
        }
        if (isSet(weightCol())
                && !(Columns.require(schema, getWeightCol(), "weight").dataType() instanceof NumericType)) {
            throw new IllegalArgumentException("The weight column %s must be numeric".formatted(getWeightCol()));
        }
        if (getEarlyStoppingEpochs() > 0 && !isSet(validationIndicatorCol())) {
            throw new IllegalArgumentException(
                    "earlyStoppingEpochs needs validationIndicatorCol: training stops by the validation");
        }
        return Columns.withPredictions(schema, this, List.of());
    }

    /**
     * Trains.
     *
     * @param dataset of a session with {@link DeltaSession#SETTINGS}
     * @throws io.resnetspark.model.error.ConfigurationException if session and parameters do not allow it
     * @throws io.resnetspark.model.error.BadDataException if labels or images cannot be used
     * @throws io.resnetspark.model.error.DivergedException if the loss stops being a number
     */
    @Override
    public ResNetClassificationModel fit(Dataset<?> dataset) {
        transformSchema(dataset.schema(), true);
        SparkSession spark = dataset.sparkSession();
        DeltaSession.check(spark);
        SparkSerializer.check(spark.sparkContext().getConf());
        LOG.info("Fitting {} with {}", dataset.schema().simpleString(), extractParamMap());
        try (ScratchDirectory scratch = ScratchDirectory.create(spark, chosen(workingDir()))) {
            TrainingTable table = TrainingTable.write(
                    dataset,
                    ImageColumn.in(dataset.schema(), getInputCol()),
                    getLabelCol(),
                    chosen(validationIndicatorCol()),
                    chosen(weightCol()),
                    scratch.child("rows"));
            OutputParams.checkThresholds(this, table.labels().size());
            String prepared = scratch.child("dataset");
            PrepareJob.run(spark, preparation(table, prepared))
                    .describe()
                    .forEach(line -> LOG.info("Preparation: {}", line));
            String run = scratch.child("run");
            TrainingLoop.run(spark, training(prepared, run), Resume.NEW_RUN, List.of());
            LoadedModel model = ModelSource.load(
                    run,
                    Optional.empty(),
                    Optional.empty(),
                    spark.sessionState().newHadoopConf());
            List<Integer> outputs =
                    model.card().labels().stream().map(Integer::valueOf).toList();
            ResNetClassificationModel trained = new ResNetClassificationModel(
                    uid, new TrainedNetwork(model, new ClassLabels(table.labels(), outputs)));
            return copyValues(trained.setParent(this), ParamMap.empty());
        }
    }

    private int networkInputSize() {
        return isSet(inputSize())
                ? getInputSize()
                : NetworkName.parse(getArchitecture()).spec().inputSize();
    }

    private PrepareConfig preparation(TrainingTable table, String output) {
        int size = networkInputSize();
        // As large as training and prediction resize images in any case: nothing is lost, and nothing decoded twice.
        int shorterSide = Preprocessing.shorterSideFor(size);
        double tolerated = InputParams.InvalidImages.of(getHandleInvalid()) == InputParams.InvalidImages.ERROR ? 0 : 1;
        return PrepareConfig.of(table.path(), PrepareConfig.SourceFormat.PARQUET, output)
                .withParquet(new PrepareConfig.ParquetColumns(
                        TrainingTable.IMAGE, TrainingTable.LABEL, TrainingTable.SPLIT, TrainingTable.WEIGHT))
                .withSplit(new PrepareConfig.Splits(PrepareConfig.SplitOrigin.SOURCE, 1, 0, 0, 0, 0))
                .withResize(ResizeRule.SHORTER_SIDE, shorterSide)
                .withMaxRejectedFraction(tolerated);
    }

    private TrainConfig training(String dataset, String run) {
        return TrainConfigBuilder.builder()
                .dataset(DatasetConfigBuilder.builder()
                        .data(dataset)
                        .validateOn(Split.VAL)
                        .augmentation(
                                switch (getAugmentation()) {
                                    case "none" -> Augmentation.none();
                                    case "imagenet" -> Augmentation.imageNet();
                                    default -> Augmentation.cifar();
                                })
                        .classWeights(getClassWeights())
                        .build())
                .model(ModelConfigBuilder.builder()
                        .arch(getArchitecture())
                        .inputSize(Optional.of(networkInputSize()))
                        .weights(chosen(weights()))
                        .zeroInitResidual(ModelConfig.ZeroInitResidual.OFF)
                        .freeze(List.of())
                        .frozenFeatures(ModelConfig.FrozenFeatures.CACHED)
                        .build())
                .averaging(AveragingConfigBuilder.builder()
                        .averager(AveragingConfig.Averager.SLICED)
                        .workers(getNumWorkers())
                        .averagingFrequency(getAveragingFrequency())
                        .slowMomentum(SlowMomentum.OFF)
                        .transfer(AveragingConfig.Transfer.FLOAT32)
                        .build())
                .optimization(OptimizationConfigBuilder.builder()
                        .optimizer(new OptimizerConfig.Sgd(
                                0.9, OptimizerConfig.Sgd.Momentum.NESTEROV, 5e-4, OptimizerConfig.DecayScope.ALL))
                        .learningRate(getLearningRate())
                        .factors(LearningRateFactors.EQUAL)
                        .schedule(new LearningRateSchedule.OneCycle(0.3, 0.1, 0.01))
                        .batchSize(getBatchSize())
                        .epochs(getEpochs())
                        .earlyStoppingEpochs(getEarlyStoppingEpochs())
                        .build())
                .compute(
                        ComputeConfigBuilder.builder().precision(Precision.AUTO).build())
                // nothing resumes this run: only its last and its best weights are of use
                .run(RunConfigBuilder.builder()
                        .output(run)
                        .checkpointEveryEpochs(getEpochs())
                        .keepCheckpoints(1)
                        .build())
                .seed(getSeed())
                .onDivergence(OnDivergence.standard())
                .build();
    }

    private Optional<String> chosen(Param<String> param) {
        return isSet(param) ? Optional.of(getOrDefault(param)) : Optional.empty();
    }

    @Override
    public ResNetClassifier copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /** Reads what {@link #write} wrote. */
    public static MLReader<ResNetClassifier> read() {
        return new ModelStorage.Reader<>(ResNetClassifier.class, (uid, network) -> new ResNetClassifier(uid));
    }

    /** Reads what {@code save} wrote. */
    public static ResNetClassifier load(String path) throws IOException {
        return read().load(path);
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

    public Param<String> labelCol() {
        return training.labelCol;
    }

    public Param<String> validationIndicatorCol() {
        return training.validationIndicatorCol;
    }

    public Param<String> weightCol() {
        return training.weightCol;
    }

    public Param<String> classWeights() {
        return training.classWeights;
    }

    public IntParam earlyStoppingEpochs() {
        return training.earlyStoppingEpochs;
    }

    public Param<String> architecture() {
        return training.architecture;
    }

    public IntParam inputSize() {
        return training.inputSize;
    }

    public Param<String> weights() {
        return training.weights;
    }

    public IntParam epochs() {
        return training.epochs;
    }

    public IntParam numWorkers() {
        return training.numWorkers;
    }

    public IntParam averagingFrequency() {
        return training.averagingFrequency;
    }

    public DoubleParam learningRate() {
        return training.learningRate;
    }

    public Param<String> augmentation() {
        return training.augmentation;
    }

    public LongParam seed() {
        return training.seed;
    }

    public Param<String> workingDir() {
        return training.workingDir;
    }

    public String getLabelCol() {
        return getOrDefault(labelCol());
    }

    public String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    public String getWeightCol() {
        return getOrDefault(weightCol());
    }

    public String getClassWeights() {
        return getOrDefault(classWeights());
    }

    public int getEarlyStoppingEpochs() {
        return (Integer) getOrDefault(earlyStoppingEpochs());
    }

    public String getArchitecture() {
        return getOrDefault(architecture());
    }

    public int getInputSize() {
        return (Integer) getOrDefault(inputSize());
    }

    public String getWeights() {
        return getOrDefault(weights());
    }

    public int getEpochs() {
        return (Integer) getOrDefault(epochs());
    }

    public int getNumWorkers() {
        return (Integer) getOrDefault(numWorkers());
    }

    public int getAveragingFrequency() {
        return (Integer) getOrDefault(averagingFrequency());
    }

    public double getLearningRate() {
        return (Double) getOrDefault(learningRate());
    }

    public String getAugmentation() {
        return getOrDefault(augmentation());
    }

    public long getSeed() {
        return (Long) getOrDefault(seed());
    }

    public String getWorkingDir() {
        return getOrDefault(workingDir());
    }

    public ResNetClassifier setInputCol(String name) {
        set(inputCol(), name);
        return this;
    }

    public ResNetClassifier setPredictionCol(String name) {
        set(predictionCol(), name);
        return this;
    }

    public ResNetClassifier setProbabilityCol(String name) {
        set(probabilityCol(), name);
        return this;
    }

    public ResNetClassifier setRawPredictionCol(String name) {
        set(rawPredictionCol(), name);
        return this;
    }

    public ResNetClassifier setEmbeddingCol(String name) {
        set(embeddingCol(), name);
        return this;
    }

    public ResNetClassifier setThresholds(double... values) {
        set(thresholds(), values);
        return this;
    }

    public ResNetClassifier setHandleInvalid(String behaviour) {
        set(handleInvalid(), behaviour);
        return this;
    }

    public ResNetClassifier setInferencePrecision(String precision) {
        set(inferencePrecision(), precision);
        return this;
    }

    public ResNetClassifier setBatchSize(int images) {
        set(batchSize(), images);
        return this;
    }

    public ResNetClassifier setLabelCol(String name) {
        set(labelCol(), name);
        return this;
    }

    public ResNetClassifier setValidationIndicatorCol(String name) {
        set(validationIndicatorCol(), name);
        return this;
    }

    public ResNetClassifier setWeightCol(String name) {
        set(weightCol(), name);
        return this;
    }

    public ResNetClassifier setClassWeights(String weights) {
        set(classWeights(), weights);
        return this;
    }

    public ResNetClassifier setEarlyStoppingEpochs(int patience) {
        set(earlyStoppingEpochs(), patience);
        return this;
    }

    public ResNetClassifier setArchitecture(String name) {
        set(architecture(), name);
        return this;
    }

    public ResNetClassifier setInputSize(int pixels) {
        set(inputSize(), pixels);
        return this;
    }

    public ResNetClassifier setWeights(String source) {
        set(weights(), source);
        return this;
    }

    public ResNetClassifier setEpochs(int passes) {
        set(epochs(), passes);
        return this;
    }

    public ResNetClassifier setNumWorkers(int workers) {
        set(numWorkers(), workers);
        return this;
    }

    public ResNetClassifier setAveragingFrequency(int minibatches) {
        set(averagingFrequency(), minibatches);
        return this;
    }

    public ResNetClassifier setLearningRate(double rate) {
        set(learningRate(), rate);
        return this;
    }

    public ResNetClassifier setAugmentation(String recipe) {
        set(augmentation(), recipe);
        return this;
    }

    public ResNetClassifier setSeed(long value) {
        set(seed(), value);
        return this;
    }

    public ResNetClassifier setWorkingDir(String directory) {
        set(workingDir(), directory);
        return this;
    }
}
