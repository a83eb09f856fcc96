package io.resnetspark.pipeline.model;

import io.resnetspark.model.checkpoint.CheckpointFormat;
import io.resnetspark.model.onnx.OnnxInput;
import io.resnetspark.model.onnx.OnnxModel;
import io.resnetspark.model.weights.TorchZipWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** What a model can be written as. */
public sealed interface ExportFormat {

    /** What the command line calls it. */
    String name();

    /** One file. */
    sealed interface SingleFile extends ExportFormat permits SafeTensors, Torch, Onnx {

        /** How the file's name should end. */
        String ending();

        /** Whether labels and preprocessing lie in a JSON file beside it, for readers of other tools. */
        boolean isDescribedBeside();

        void write(LoadedModel model, OutputStream out) throws IOException;
    }

    /** Safetensors under torchvision's keys, with the model card in the metadata. */
    record SafeTensors() implements SingleFile {

        @Override
        public String name() {
            return "safetensors";
        }

        @Override
        public String ending() {
            return ".safetensors";
        }

        @Override
        public boolean isDescribedBeside() {
            return true;
        }

        @Override
        public void write(LoadedModel model, OutputStream out) throws IOException {
            CheckpointFormat.writeModel(model.card(), model.weights(), out);
        }
    }

    /** A state dict under torchvision's keys, as {@code torch.save} writes it. */
    record Torch() implements SingleFile {

        @Override
        public String name() {
            return "pth";
        }

        @Override
        public String ending() {
            return ".pth";
        }

        @Override
        public boolean isDescribedBeside() {
            return true;
        }

        @Override
        public void write(LoadedModel model, OutputStream out) throws IOException {
            TorchZipWriter.write(model.weights().withBatchesTracked(), out);
        }
    }

    /** ONNX, with labels and preprocessing in its metadata. */
    record Onnx(OnnxInput input) implements SingleFile {

        @Override
        public String name() {
            return "onnx";
        }

        @Override
        public String ending() {
            return ".onnx";
        }

        @Override
        public boolean isDescribedBeside() {
            return false;
        }

        @Override
        public void write(LoadedModel model, OutputStream out) throws IOException {
            OnnxModel.write(model.card(), model.weights(), input, out);
        }
    }

    /**
     * A folder as on the Hugging Face hub, for transformers.
     *
     * @param evaluation what the model card tells about the model's quality
     */
    record HuggingFace(Optional<EvaluationSummary> evaluation) implements ExportFormat {

        @Override
        public String name() {
            return "huggingface";
        }
    }
}
