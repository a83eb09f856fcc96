package io.resnetspark.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.Classifier;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.image.augment.Preprocessor;
import io.resnetspark.model.image.decode.DecodeLimits;
import io.resnetspark.model.image.decode.ImageDecoder;
import io.resnetspark.model.image.decode.RejectedImageException;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Published weights, used as a user would: from their files to predictions on image files. */
@EnabledIfEnvironmentVariable(
        named = "RESNET_TEST_DATA",
        matches = ".+",
        disabledReason = "RESNET_TEST_DATA does not name the folder of real test data")
@Tag("full")
class PretrainedModelsIT {

    @TempDir
    Path temporary;

    private final Configuration hadoop = new Configuration();

    private static Path data(String name) {
        return Path.of(System.getenv("RESNET_TEST_DATA")).resolve(name);
    }

    private LoadedModel load(Path weights, String architecture, List<String> labels) {
        return ModelSource.load(weights.toString(), Optional.of(architecture), Optional.of(labels), hadoop);
    }

    @Test
    void cifarResNet20GetsItsPublishedTestImagesRight() {
        SparkSession spark = TestDatasets.spark();
        String path = temporary.resolve("dataset").toString();
        PrepareJob.run(
                spark, PrepareConfig.of(data("cifar10/cifar-10-batches-bin").toString(), SourceFormat.CIFAR10, path));
        ImageDataset dataset = ImageDataset.open(spark, path);
        LoadedModel model = load(
                data("weights/resnet20-12fca82f.th"),
                "cifar-resnet20",
                dataset.classes().names());
        EvaluationReport report = new ClusterEvaluation(spark, EvaluateConfig.standard())
                .run(
                        EvaluationData.of(dataset, Split.TEST),
                        List.of(new ModelUnderTest(
                                "resnet20-12fca82f", new ModelClassifierSource(model, 64), RunCurves.NONE)),
                        Optional.empty(),
                        Provenance.Stated.NOTHING)
                .report();
        assertThat(report.subject().examples()).isEqualTo(1000);
        assertThat(Math.round(report.scores().top1() * 1000)).isEqualTo(915);
    }

    /** torchvision, from Pillow's pixels, has 78 of the 98 right; another decoder may tip one photo over. */
    @Test
    void resNet18ClassifiesPhotosLikeTorchvision() throws IOException, RejectedImageException {
        List<String> labels = new ArrayList<>();
        List<String> synsets = new ArrayList<>();
        JsonNode index = new ObjectMapper()
                .readTree(data("imagenet-sample/imagenet_class_index.json").toFile());
        for (int i = 0; i < 1000; i++) {
            synsets.add(index.get(Integer.toString(i)).get(0).asText());
            labels.add(index.get(Integer.toString(i)).get(1).asText());
        }
        LoadedModel model = load(data("weights/ktb_resnet18_small.pth"), "resnet18", labels);
        int photos = 0;
        int correct = 0;
        try (Classifier classifier = new ModelClassifierSource(model, 1).open();
                Stream<Path> files = Files.list(data("imagenet-sample/images"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                String synset = name.substring(0, name.indexOf('_'));
                photos++;
                correct += synsets.get(predicted(classifier, model.card().preprocessing(), file))
                                .equals(synset)
                        ? 1
                        : 0;
            }
            int dog = predicted(classifier, model.card().preprocessing(), data("imagenet-sample/dog.jpg"));
            assertThat(model.card().labels().get(dog)).isEqualTo("Samoyed");
        }
        assertThat(photos).isEqualTo(98);
        assertThat(correct).isBetween(77, 79);
    }

    private static int predicted(Classifier classifier, Preprocessing preprocessing, Path file)
            throws IOException, RejectedImageException {
        ImageDecoder decoder = new ImageDecoder(DecodeLimits.standard(), preprocessing.channels());
        float[] pixels = new Preprocessor(preprocessing).apply(decoder.decode(Files.readAllBytes(file)));
        float[] logits = classifier.logits(pixels, 1);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    @Test
    void exportedModelsComeBackToTheBit() throws IOException, RejectedImageException {
        for (String[] published :
                new String[][] {{"ktb_resnet18_small.pth", "resnet18"}, {"resnet20-12fca82f.th", "cifar-resnet20"}}) {
            LoadedModel model = load(data("weights/" + published[0]), published[1], List.of());
            Path file = temporary.resolve(published[1] + ".safetensors");
            ModelExport.write(model, file);
            LoadedModel back = ModelSource.load(file.toString(), Optional.empty(), Optional.empty(), hadoop);
            assertThat(back.card()).isEqualTo(model.card());
            assertThat(back.weights()).isEqualTo(model.weights());

            Preprocessing preprocessing = model.card().preprocessing();
            ImageDecoder decoder = new ImageDecoder(DecodeLimits.standard(), preprocessing.channels());
            float[] pixels = new Preprocessor(preprocessing)
                    .apply(decoder.decode(Files.readAllBytes(data("imagenet-sample/dog.jpg"))));
            try (Classifier before = new ModelClassifierSource(model, 1).open();
                    Classifier after = new ModelClassifierSource(back, 1).open()) {
                assertThat(after.logits(pixels, 1)).isEqualTo(before.logits(pixels, 1));
            }
        }
    }
}
