package io.resnetspark.pipeline.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Normalisation;
import io.resnetspark.model.block.Shortcut;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.image.Preprocessing;
import io.resnetspark.model.weights.SafeTensors;
import io.resnetspark.model.weights.TransformersNames;
import io.resnetspark.pipeline.storage.DirectoryPublication;
import io.resnetspark.pipeline.storage.JsonDocument;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a model as a folder of the Hugging Face hub that {@code AutoModelForImageClassification} and {@code
 * AutoImageProcessor} load (transformers: configuration_resnet.py, image_processing_bit.py). What reads it back here is
 * {@link HubModel}.
 */
final class HubFolder {

    private static final String WEIGHTS = "model.safetensors";
    private static final String CARD = "README.md";

    private final LoadedModel model;
    private final ResNetSpec spec;

    /** @throws ConfigurationException if transformers has no such network */
    HubFolder(LoadedModel model) {
        this.model = model;
        this.spec = model.card().spec();
        boolean known = spec.stem() == Stem.IMAGENET
                && (spec.block() == BlockKind.BASIC || spec.block() == BlockKind.BOTTLENECK)
                && spec.shortcut() == Shortcut.PROJECTION
                && spec.normalisation() == Normalisation.BATCH;
        if (!known) {
            throw new ConfigurationException(
                    "transformers' ResNets cannot express %s: they have an ImageNet stem, projection shortcuts and batch norms; export it as onnx, pth or safetensors"
                            .formatted(spec.architecture()));
        }
    }

    void write(DirectoryPublication folder, String name, Optional<EvaluationSummary> evaluation) throws IOException {
        folder.write("config.json", JsonDocument.bytes(config()));
        folder.write("preprocessor_config.json", JsonDocument.bytes(preprocessor()));
        folder.write(CARD, card(name, evaluation).getBytes(StandardCharsets.UTF_8));
        try (OutputStream out = new BufferedOutputStream(folder.create(WEIGHTS))) {
            SafeTensors.write(TransformersNames.of(model.weights().withBatchesTracked()), Map.of("format", "pt"), out);
        }
    }

    private Map<String, Object> config() {
        boolean bottleneck = spec.block() == BlockKind.BOTTLENECK;
        Map<String, String> labels = new LinkedHashMap<>();
        Map<String, Integer> indices = new LinkedHashMap<>();
        for (int i = 0; i < spec.classes(); i++) {
            labels.put(Integer.toString(i), model.card().labels().get(i));
            indices.put(model.card().labels().get(i), i);
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("ResNetForImageClassification"));
        config.put("model_type", "resnet");
        config.put("num_channels", spec.channels());
        config.put("embedding_size", spec.widths().get(0));
        config.put(
                "hidden_sizes",
                spec.widths().stream()
                        .map(width -> bottleneck ? 4 * width : width)
                        .toList());
        config.put("depths", spec.blocks());
        config.put("layer_type", bottleneck ? "bottleneck" : "basic");
        config.put("hidden_act", "relu");
        config.put("downsample_in_first_stage", false);
        config.put("downsample_in_bottleneck", false);
        config.put("torch_dtype", "float32");
        config.put("id2label", labels);
        config.put("label2id", indices);
        return config;
    }

    /**
     * BiT's image processor says what is done here: shorter side, centre crop, mean and standard deviation. ConvNeXT's, of
     * Microsoft's ResNets, gives the shorter side by a share of the crop and squeezes images of 384 pixels and more.
     */
    private Map<String, Object> preprocessor() {
        Preprocessing preprocessing = model.card().preprocessing();
        boolean resized = preprocessing.resizeShorterSide() > 0;
        int size = preprocessing.inputSize();
        Map<String, Object> crop = new LinkedHashMap<>();
        crop.put("height", size);
        crop.put("width", size);
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("image_processor_type", "BitImageProcessor");
        settings.put("do_convert_rgb", preprocessing.channels() == 3);
        settings.put("do_resize", resized);
        settings.put("size", Map.of("shortest_edge", resized ? preprocessing.resizeShorterSide() : size));
        settings.put("resample", preprocessing.filter().pillowNumber());
        settings.put("do_center_crop", true);
        settings.put("crop_size", crop);
        settings.put("do_rescale", true);
        settings.put("rescale_factor", 1 / 255.0);
        settings.put("do_normalize", true);
        settings.put("image_mean", preprocessing.mean());
        settings.put("image_std", preprocessing.std());
        return settings;
    }

    /** The hub's model card: metadata in YAML, of which JSON's strings are a part, then a page. */
    private String card(String name, Optional<EvaluationSummary> evaluation) throws JsonProcessingException {
        Preprocessing preprocessing = model.card().preprocessing();
        String title = quoted(name);
        String metadata = evaluation.isEmpty() ? "" : results(title, evaluation.get());
        return """
                ---
                library_name: transformers
                pipeline_tag: image-classification
                tags:
                - image-classification
                - resnet
                - resnet-spark
                %s---

                # %s

                A %s for %d classes, written by resnet-spark.

                ```python
                from PIL import Image
                from transformers import pipeline

                classify = pipeline("image-classification", model="PATH OR NAME OF THIS FOLDER")
                print(classify(Image.open("image.jpg")))
                ```

                ## Preprocessing

                %s, the middle %d x %d cut out; mean %s and standard deviation %s of pixels in 0..1.
                `AutoImageProcessor.from_pretrained(..., backend="pil")` has the pixels that resnet-spark has; the default,
                which resizes tensors, differs by one level of 255 at most.

                ## Evaluation

                %s

                ## Classes

                %s
                """.formatted(
                        metadata,
                        name,
                        spec.architecture(),
                        spec.classes(),
                        preprocessing.resizeShorterSide() > 0
                                ? "Shorter side resized to %d pixels, %s with antialiasing"
                                        .formatted(
                                                preprocessing.resizeShorterSide(),
                                                preprocessing.filter().label())
                                : "Images are not resized",
                        preprocessing.inputSize(),
                        preprocessing.inputSize(),
                        preprocessing.mean(),
                        preprocessing.std(),
                        evaluation.map(HubFolder::table).orElse("None was given when this folder was written."),
                        classes());
    }

    private static String results(String title, EvaluationSummary evaluation) throws JsonProcessingException {
        StringBuilder yaml = new StringBuilder();
        yaml.append("model-index:\n- name: ").append(title).append("\n  results:\n  - task:\n");
        yaml.append("      type: image-classification\n    dataset:\n      name: ");
        yaml.append(quoted(evaluation.dataset())).append("\n      type: ").append(quoted(evaluation.dataset()));
        yaml.append("\n      split: ").append(quoted(evaluation.split())).append("\n    metrics:\n");
        for (Map.Entry<String, Double> metric : evaluation.metrics().entrySet()) {
            String type = metric.getKey().equals("top1") ? "accuracy" : metric.getKey();
            yaml.append("    - type: ").append(type).append("\n      value: ").append(metric.getValue());
            yaml.append('\n');
        }
        return yaml.toString();
    }

    private static String quoted(String text) throws JsonProcessingException {
        return new ObjectMapper().writeValueAsString(text);
    }

    private static String table(EvaluationSummary evaluation) {
        List<String> lines = new ArrayList<>();
        lines.add("On %d images, split %s of %s:"
                .formatted(evaluation.examples(), evaluation.split(), evaluation.dataset()));
        lines.add("");
        lines.add("| metric | value |");
        lines.add("|---|---|");
        evaluation
                .metrics()
                .forEach((metric, value) -> lines.add(
                        switch (metric) {
                            case "top1", "top5" -> String.format(Locale.ROOT, "| %s | %.2f %% |", metric, 100 * value);
                            default -> String.format(Locale.ROOT, "| %s | %.4f |", metric, value);
                        }));
        return String.join("\n", lines);
    }

    private String classes() {
        int shown = 20;
        List<String> labels = model.card().labels();
        String some = String.join(", ", labels.subList(0, Math.min(shown, labels.size())));
        return labels.size() > shown ? "%s, … (`config.json` has all)".formatted(some) : some;
    }
}
