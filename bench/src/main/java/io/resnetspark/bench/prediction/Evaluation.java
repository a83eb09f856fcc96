package io.resnetspark.bench.prediction;

import io.resnetspark.bench.spark.Contender;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.evaluation.ClusterEvaluation;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.evaluation.Provenance;
import io.resnetspark.pipeline.evaluation.RunCurves;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.storage.AtomicStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** An evaluation as {@code evaluate} does it, from reading the images to the written report. */
final class Evaluation implements Contender {

    private static final EvaluateConfig CONFIG = EvaluateConfig.standard();

    private final SparkSession spark;
    private final LoadedModel model;
    private final String dataset;
    private final Path work;
    private int runs;

    Evaluation(SparkSession spark, LoadedModel model, String dataset, Path work) {
        this.spark = spark;
        this.model = model;
        this.dataset = dataset;
        this.work = work;
    }

    @Override
    public String label() {
        return "evaluate, pixels";
    }

    @Override
    public double repetition() {
        String output = work.resolve("evaluation-%d".formatted(runs++)).toString();
        long begin = System.nanoTime();
        EvaluationData data = EvaluationData.of(ImageDataset.open(spark, dataset), Split.TRAIN);
        ModelUnderTest judged = new ModelUnderTest(
                "bench", new ModelClassifierSource(model, CONFIG.inference().batchSize()), RunCurves.NONE);
        new ClusterEvaluation(spark, CONFIG)
                .run(data, List.of(judged), Optional.empty(), Provenance.Stated.NOTHING)
                .write(AtomicStore.at(output, spark.sessionState().newHadoopConf()));
        return data.expected() / ((System.nanoTime() - begin) / 1e9);
    }

    @Override
    public void close() {
        // Nothing stays open between runs.
    }
}
