package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Weights of any format this package reads, told apart by content, not by the file's name. */
public final class WeightsFile {

    /** First bytes of files that are taken for weights, and what to do about them. */
    private static final Map<String, String> FOREIGN = Map.of(
            "\u0089HDF\r\n\u001a\n", "a Keras HDF5 file, which is not read; convert it to safetensors",
            "version https://git-lfs", "a Git LFS pointer, not the file itself; run `git lfs pull`",
            "<!DOCTYPE", "a web page, not weights; download the file itself",
            "<html", "a web page, not weights; download the file itself");

    private static final int SAFETENSORS_JSON_OFFSET = Long.BYTES;

    private WeightsFile() {}

    /**
     * Reads PyTorch checkpoints (zip, and both legacy formats) and safetensors. A state dict wrapped in a training
     * checkpoint ({@code state_dict}, {@code model}, …) is found, and the prefixes {@code module.} and {@code
     * _orig_mod.} are removed from the names.
     *
     * @return all tensors as float, in the file's order
     * @throws BadDataException if the file is missing, damaged, of another format, or names anything but tensors; the
     *     message names the file and the reason. Nothing in the file is executed
     */
    public static StateDict read(Path file) {
        ByteBuffer bytes = MappedFile.open(file);
        StateDict weights = read(file, bytes);
        try {
            return weights.withoutWrapperPrefixes();
        } catch (IllegalArgumentException e) {
            throw new BadDataException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static StateDict read(Path file, ByteBuffer bytes) {
        if (TorchZipReader.accepts(bytes)) {
            return TorchZipReader.read(file, bytes);
        }
        if (TorchStackedReader.accepts(bytes)) {
            return TorchStackedReader.read(bytes, file.toString());
        }
        if (TorchTarReader.accepts(bytes)) {
            return TorchTarReader.read(file, bytes);
        }
        if (bytes.limit() > SAFETENSORS_JSON_OFFSET && bytes.get(SAFETENSORS_JSON_OFFSET) == '{') {
            return SafeTensors.read(bytes, file.toString());
        }
        throw new BadDataException("%s is %s".formatted(file, foreignFormat(bytes)));
    }

    private static String foreignFormat(ByteBuffer bytes) {
        ByteBuffer start = bytes.slice(0, Math.min(64, bytes.limit()));
        String text = StandardCharsets.ISO_8859_1.decode(start).toString();
        return FOREIGN.entrySet().stream()
                .filter(entry -> text.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("neither a PyTorch checkpoint (.pth, .pt, .th) nor safetensors, or damaged at its beginning");
    }
}
