package io.resnetspark.model.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names what users take for weights and this package does not read, and says what to do about it. */
final class ForeignWeights {

    private static final int START_BYTES = 256;
    private static final int TEXT_SHOWN = 40;

    private static final String ONNX =
            "an ONNX model, which is not read; export the network it was made from as a PyTorch state_dict or safetensors";
    private static final String KERAS =
            "which is not read; convert its weights to torchvision's names as safetensors with their own tools";
    private static final String WEB_PAGE = "a web page, not weights; download the file itself";

    /** First characters of files, in Latin 1. */
    private static final Map<String, String> BEGINNINGS = new LinkedHashMap<>();

    static {
        BEGINNINGS.put("\u0089HDF\r\n\u001a\n", "a Keras HDF5 file (.h5), " + KERAS);
        BEGINNINGS.put(
                "GGUF",
                "a GGUF file, which holds quantised weights of other networks; use PyTorch or safetensors weights");
        BEGINNINGS.put("version https://git-lfs", "a Git LFS pointer, not the file itself; run `git lfs pull`");
        BEGINNINGS.put("\u0093NUMPY", "a NumPy array; save named tensors as safetensors");
        BEGINNINGS.put("\u001f\u008b", "compressed with gzip; unpack it first");
        BEGINNINGS.put("BZh", "compressed with bzip2; unpack it first");
        BEGINNINGS.put("\u00fd7zXZ", "compressed with xz; unpack it first");
        BEGINNINGS.put("(\u00b5/\u00fd", "compressed with Zstandard; unpack it first");
        BEGINNINGS.put("7z\u00bc\u00af", "a 7-Zip archive; unpack it first");
        BEGINNINGS.put("Rar!", "a RAR archive; unpack it first");
    }

    private ForeignWeights() {}

    /** What the file is, to follow "FILE is ". */
    static String of(Path file, ByteBuffer bytes) {
        ByteBuffer start = bytes.slice(0, Math.min(START_BYTES, bytes.limit()));
        if (!start.hasRemaining()) {
            return "empty; copy or download it again";
        }
        String text = StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString();
        for (Map.Entry<String, String> beginning : BEGINNINGS.entrySet()) {
            if (text.startsWith(beginning.getKey())) {
                return beginning.getValue();
            }
        }
        if (text.startsWith("TFL3", 4)) {
            return "a TensorFlow Lite model, " + KERAS;
        }
        if (isOnnx(start)
                || file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            return ONNX;
        }
        if (text.chars().allMatch(character -> character == 0)) {
            return "full of zeros at its beginning, as of a copy that broke off; copy or download it again";
        }
        return textual(start)
                .orElse("neither a PyTorch checkpoint (.pth, .pt, .th) nor safetensors, or damaged at its beginning");
    }

    private static Optional<String> textual(ByteBuffer start) {
        String text = StandardCharsets.UTF_8.decode(start.duplicate()).toString();
        String content = text.replace("\uFEFF", "").strip();
        String lower = content.toLowerCase(Locale.ROOT);
        if (lower.startsWith("<!doctype") || lower.startsWith("<html") || lower.startsWith("<head")) {
            return Optional.of(WEB_PAGE);
        }
        if (lower.startsWith("<?xml") || lower.startsWith("<error")) {
            return Optional.of(
                    "an XML document, perhaps a server's error message, not weights; download the file itself");
        }
        boolean binary = content.chars().anyMatch(c -> Character.isISOControl(c) && !Character.isWhitespace(c))
                || content.indexOf('\uFFFD') >= 0 && content.indexOf('\uFFFD') < content.length() - 1;
        if (binary || content.isEmpty()) {
            return Optional.empty();
        }
        String shown = content.lines().findFirst().orElse("");
        return Optional.of(
                "a text that begins with \"%s\", neither a PyTorch checkpoint nor safetensors; download the file itself"
                        .formatted(shown.length() > TEXT_SHOWN ? shown.substring(0, TEXT_SHOWN) + "…" : shown));
    }

    /**
     * An ONNX {@code ModelProto}: field 1, the version of the format, then the name of what wrote it (field 2, short text),
     * its version (3), the graph (7) or the operator sets (8). A TensorFlow graph has a message of bytes as field 2.
     */
    private static boolean isOnnx(ByteBuffer start) {
        if (start.limit() < 5 || start.get(0) != 0x08 || start.get(1) < 1 || start.get(1) > 30) {
            return false;
        }
        int next = start.get(2);
        if (next == 0x12) {
            int length = start.get(3);
            return length >= 0
                    && length < Math.min(64, start.limit() - 4)
                    && StandardCharsets.ISO_8859_1
                            .decode(start.slice(4, length))
                            .chars()
                            .allMatch(c -> c >= ' ' && c < 0x7F);
        }
        return next == 0x1A || next == 0x3A || next == 0x42;
    }

    /**
     * What a zip file is that is no checkpoint of PyTorch's.
     *
     * @param names of its entries
     * @return to follow "FILE is ", or empty if it may be a checkpoint
     */
    static Optional<String> ofZip(Set<String> names) {
        if (has(names, "constants.pkl") || names.stream().anyMatch(name -> name.contains("/code/__torch__"))) {
            return Optional.of("a TorchScript archive, a program with its weights, which is not read; save them alone:"
                    + " torch.save(torch.jit.load(FILE).state_dict(), \"weights.pth\")");
        }
        if (has(names, "model.weights.h5") || has(names, "variables.h5")) {
            return Optional.of("a Keras model (.keras), " + KERAS);
        }
        if (has(names, "data.pkl")) {
            return Optional.empty();
        }
        if (has(names, "archive_format") || has(names, "serialized_exported_program.json")) {
            return Optional.of("a program of torch.export (.pt2), which is not read; save the model's state_dict()");
        }
        if (names.stream().anyMatch(name -> name.endsWith(".npy"))) {
            return Optional.of("a file of NumPy arrays (.npz); save named tensors as safetensors");
        }
        return names.stream()
                .filter(name -> name.matches(".*\\.(pth|pt|th|bin|ckpt|safetensors|h5|onnx)"))
                .sorted()
                .findFirst()
                .map(name -> "a zip archive with %s in it; unpack it and name that file"
                        .formatted(PickleMachine.printable(name)));
    }

    private static boolean has(Set<String> names, String file) {
        return names.stream().anyMatch(name -> name.equals(file) || name.endsWith("/" + file));
    }
}
