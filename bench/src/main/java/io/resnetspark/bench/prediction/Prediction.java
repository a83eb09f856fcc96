package io.resnetspark.bench.prediction;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.pipeline.inference.BatchPrediction;
import io.resnetspark.pipeline.inference.PredictConfig;
import io.resnetspark.pipeline.inference.PredictConfig.Format;
import io.resnetspark.pipeline.inference.PredictConfigBuilder;
import io.resnetspark.pipeline.inference.PredictionInput;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Batch prediction as {@code predict} does it, from listing the images to the written tables. */
final class Prediction implements Contender {

    private final String label;
    private final SparkSession spark;
    private final LoadedModel model;
    private final String input;
    private final PredictConfig config;
    private final Path work;
    private int runs;

    /**
     * @param input a folder or dataset
     * @param work where outputs are written, a new one each time
     */
    Prediction(String label, SparkSession spark, LoadedModel model, String input, Format format, Path work) {
        this.label = label;
        this.spark = spark;
        this.model = model;
        this.input = input;
        this.config = PredictConfigBuilder.builder(PredictConfig.standard())
                .format(format)
                .build();
        this.work = work;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public double repetition() {
        String output = work.resolve("%s-%d".formatted(label, runs++)).toString();
        long begin = System.nanoTime();
        BatchPrediction.Outcome outcome = new BatchPrediction(spark, config)
                .run(
                        PredictionInput.open(spark, input, config),
                        new ModelClassifierSource(model, config.batchSize()),
                        "bench",
                        output);
        return outcome.predicted() / ((System.nanoTime() - begin) / 1e9);
    }

    @Override
    public void close() {
        // Nothing stays open between runs.
    }
}
