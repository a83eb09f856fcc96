package io.resnetspark.model.weights;

import io.resnetspark.model.error.BadDataException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Weights of any format this package reads, told apart by content, not by the file's name. */
public final class WeightsFile {

    /** What Hugging Face's libraries call a model's weights in its folder, the preferred first. */
    private static final List<String> NAMES_IN_FOLDERS = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json");

    private static final int SAFETENSORS_JSON_OFFSET = Long.BYTES;

    private WeightsFile() {}

    /**
     * Reads PyTorch checkpoints (zip, and both legacy formats), safetensors, and either in parts by their {@code
     * .index.json}. A state dict wrapped in a training checkpoint ({@code state_dict}, {@code model}, …) is found, and the
     * prefixes {@code module.} and {@code _orig_mod.} are removed from the names.
     *
     * @param file a file, or a folder as Hugging Face's libraries write it
     * @return all tensors as float, in the file's order
     * @throws BadDataException if the file is missing, damaged, of another format, or names anything but tensors; the
     *     message names the file and the reason. Nothing in the file is executed
     */
    public static StateDict read(Path file) {
        if (Files.isDirectory(file)) {
            return read(inFolder(file)
                    .orElseThrow(() -> new BadDataException(
                            "%s is a folder without weights; it has none of %s".formatted(file, NAMES_IN_FOLDERS))));
        }
        ByteBuffer bytes = MappedFile.open(file);
        StateDict weights =
                ShardIndex.accepts(bytes) ? ShardIndex.read(file, bytes).weights() : read(file, bytes);
        try {
            return weights.withoutWrapperPrefixes();
        } catch (IllegalArgumentException e) {
            throw new BadDataException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The weights of a folder as Hugging Face's libraries write it, if it has any. */
    public static Optional<Path> inFolder(Path folder) {
        return NAMES_IN_FOLDERS.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Whether the file seems to be safetensors, which may say more than tensors in their metadata. */
    public static boolean isSafeTensors(Path file) {
        return Files.isRegularFile(file) && isSafeTensors(MappedFile.open(file));
    }

    private static boolean isSafeTensors(ByteBuffer bytes) {
        return bytes.limit() > SAFETENSORS_JSON_OFFSET
                && bytes.get(SAFETENSORS_JSON_OFFSET) == '{'
                && bytes.get(SAFETENSORS_JSON_OFFSET - 1) == 0; // of a length of less than 2^56; of no text
    }

    /** One file of tensors under the names it has. */
    static StateDict readOne(Path file) {
        return read(file, MappedFile.open(file));
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
        if (isSafeTensors(bytes)) {
            return SafeTensors.read(bytes, file.toString());
        }
        throw new BadDataException("%s is %s".formatted(file, ForeignWeights.of(file, bytes)));
    }
}
