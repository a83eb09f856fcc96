package io.resnetspark.pipeline.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.pipeline.dataset.ImageDataset;
import io.resnetspark.pipeline.dataset.PrepareConfig;
import io.resnetspark.pipeline.dataset.PrepareConfig.SourceFormat;
import io.resnetspark.pipeline.dataset.Split;
import io.resnetspark.pipeline.dataset.TestDatasets;
import io.resnetspark.pipeline.dataset.prepare.PrepareJob;
import io.resnetspark.pipeline.evaluation.ClusterEvaluation;
import io.resnetspark.pipeline.evaluation.EvaluateConfig;
import io.resnetspark.pipeline.evaluation.EvaluationData;
import io.resnetspark.pipeline.evaluation.EvaluationReport;
import io.resnetspark.pipeline.evaluation.ModelUnderTest;
import io.resnetspark.pipeline.evaluation.Provenance;
import io.resnetspark.pipeline.evaluation.RunCurves;
import io.resnetspark.pipeline.model.LoadedModel;
import io.resnetspark.pipeline.model.ModelClassifierSource;
import io.resnetspark.pipeline.model.ModelExport;
import io.resnetspark.pipeline.model.ModelSource;
import io.resnetspark.pipeline.model.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The published ResNet-20 in lower precisions, on a thousand of CIFAR-10's test images. */
@EnabledIfEnvironmentVariable(
        named = "RESNET_TEST_DATA",
        matches = ".+",
        disabledReason = "RESNET_TEST_DATA does not name the folder of real test data")
class ModelQuantizationIT {

    @TempDir
    Path folder;

    @Test
    void anIntegerModelIsWrittenReadAndAsGood() {
        assumeTrue(Kernels.ofThisProcess().infersIn(InferencePrecision.INT8));
        SparkSession spark = TestDatasets.spark();
        Path data = Path.of(System.getenv("RESNET_TEST_DATA"));
        String path = folder.resolve("dataset").toString();
        PrepareJob.run(
                spark,
                PrepareConfig.of(data.resolve("cifar10/cifar-10-batches-bin").toString(), SourceFormat.CIFAR10, path));
        ImageDataset dataset = ImageDataset.open(spark, path);
        LoadedModel exact = ModelSource.load(
                data.resolve("weights/resnet20-12fca82f.th").toString(),
                Optional.of("cifar-resnet20"),
                Optional.of(dataset.classes().names()),
                new Configuration());

        LoadedModel quantized = new ModelQuantization(256, 32, 1).quantize(spark, dataset, Split.TRAIN, exact);
        Path file = folder.resolve("int8.safetensors");
        ModelExport.write(quantized, file);
        LoadedModel read = ModelSource.load(file.toString(), Optional.empty(), Optional.empty(), new Configuration());
        assertThat(read.card()).isEqualTo(quantized.card());
        assertThat(read.card().quantization().images()).isEqualTo(256);
        assertThat(read.card().quantization().source()).contains("256 images of the train split");
        assertThat(read.fingerprint()).isEqualTo(quantized.fingerprint()).isNotEqualTo(exact.fingerprint());
        assertThat(Precision.MODEL.of(read)).isEqualTo(InferencePrecision.INT8);
        assertThat(Precision.MODEL.of(exact)).isEqualTo(InferencePrecision.FP32);
        assertThatThrownBy(() -> Precision.INT8.of(exact))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("quantize");

        EvaluationReport report = new ClusterEvaluation(spark, EvaluateConfig.standard())
                .run(
                        EvaluationData.of(dataset, Split.TEST),
                        List.of(
                                new ModelUnderTest("it", new ModelClassifierSource(read, 64), RunCurves.NONE),
                                new ModelUnderTest(
                                        "it", new ModelClassifierSource(read, 64, Precision.FP32), RunCurves.NONE),
                                new ModelUnderTest(
                                        "it", new ModelClassifierSource(exact, 64, Precision.AUTO), RunCurves.NONE)),
                        Optional.empty(),
                        Provenance.Stated.NOTHING)
                .report();
        assertThat(report.subject().model().precision()).isEqualTo("int8");
        EvaluationReport.Comparison single = report.findings().comparisons().get(0);
        assertThat(single.second().precision()).isEqualTo("fp32");
        assertThat(single.scores().top1()).as("the weights are those of before").isCloseTo(0.915, within(1e-9));
        assertThat(report.scores().top1()).isCloseTo(0.915, within(0.01));
        assertThat(single.paired().differenceCi95().low())
                .isLessThanOrEqualTo(single.paired().difference());
        assertThat(single.paired().onlyFirst() + single.paired().onlySecond())
                .as("images that tip over")
                .isBetween(1L, 40L);
        EvaluationReport.Comparison automatic = report.findings().comparisons().get(1);
        assertThat(automatic.second().precision())
                .isEqualTo(Kernels.ofThisProcess().fastestPrecision().label());
        assertThat(automatic.scores().top1()).isCloseTo(0.915, within(0.006));
        System.out.printf(
                "int8 %s, fp32 %s, difference %s %s; auto %s%n",
                report.scores().top1(),
                single.scores().top1(),
                single.paired().difference(),
                single.paired().differenceCi95(),
                automatic.scores().top1());
    }
}
