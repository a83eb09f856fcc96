package io.resnetspark.model.weights;

import static io.resnetspark.model.weights.CheckpointFiles.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resnetspark.model.error.BadDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that try to run something, to reach outside, to exhaust memory, or that do not add up. */
@Timeout(60)
class HostileFilesTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "posix, system",
        "os, system",
        "nt, system",
        "subprocess, Popen",
        "__builtin__, eval",
        "builtins, exec",
        "builtins, getattr",
        "torch.storage, _load_from_bytes",
        "torch, load",
        "java.lang, Runtime",
        "collections, ChainMap",
        "numpy, load",
        "argparse, ArgumentParser",
        "decimal, Decimal",
        "torch._utils, _rebuild_tensor_v2.__globals__",
    })
    void everyOtherNameIsRefusedByNameInEveryFormat(String module, String name) throws IOException {
        Path marker = directory.resolve("executed");
        String command = "touch " + marker;
        byte[] pickle = PickleBytes.protocol2().call(module, name, command).stop();
        Map<String, byte[]> members = new LinkedHashMap<>();
        members.put("storages", pickle);
        members.put("tensors", pickle);
        members.put("pickle", pickle);

        assertRefused(CheckpointFiles.zip(pickle, Map.of()), module + "." + name, "nothing was executed");
        assertRefused(CheckpointFiles.stacked(pickle, Map.of(), 4), module + "." + name, "nothing was executed");
        assertRefused(CheckpointFiles.tar(members), module + "." + name, "nothing was executed");
        assertRefused(pickle, module + "." + name);
        assertThat(marker).doesNotExist();
    }

    @Test
    void namesTakenFromTheStackAreRefusedToo() throws IOException {
        byte[] pickle = PickleBytes.protocol2()
                .text("posix")
                .text("system")
                .raw(0x93)
                .mark()
                .text("true")
                .tuple()
                .reduce()
                .stop();

        assertRefused(CheckpointFiles.zip(pickle, Map.of()), "posix.system");
    }

    @Test
    void namesAreShownWithoutControlCharacters() throws IOException {
        byte[] pickle = PickleBytes.protocol2().global("\u001b[2Jos", "system").stop();

        assertThatThrownBy(() -> read(CheckpointFiles.zip(pickle, Map.of())))
                .isInstanceOf(BadDataException.class)
                .message()
                .doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(ints = {'i', 'o', 'I', 'S', 0x82, 0x92, 0x8F, 0x96, 0x97, 0xFF})
    void otherInstructionsAreRefused(int opcode) throws IOException {
        byte[] pickle = PickleBytes.protocol2().mark().raw(opcode).text("x").stop();

        assertRefused(CheckpointFiles.zip(pickle, Map.of()), "instruction 0x%02X".formatted(opcode));
    }

    @Test
    void scriptOfProtocol0IsNoCheckpoint() throws IOException {
        assertRefused("cos\nsystem\n(S'true'\ntR.".getBytes(StandardCharsets.US_ASCII), "neither");
    }

    @Test
    void objectsThatAreNoStateDictAreRefused() throws IOException {
        assertPickleRefused(pickle -> pickle.raw(']'), "a list");
        assertPickleRefused(pickle -> pickle.integer(3), "the value 3");
        assertPickleRefused(PickleBytes::none, "None");
        assertPickleRefused(
                pickle -> pickle.dictionary(Map.of("epoch", () -> pickle.integer(3))), "no tensors", "epoch");
        assertPickleRefused(
                pickle -> pickle.call("argparse", "Namespace", "import os"), "an object of argparse.Namespace");
    }

    @Test
    void tensorsOutsideOfTheirStorageAreRefused() throws IOException {
        assertTensorRefused(2, 0, 3, 1, "too short");
        assertTensorRefused(2, 1, 2, 1, "too short");
        assertTensorRefused(2, 0, 2, 2, "too short");
        assertTensorRefused(2, -1, 2, 1, "offset -1");
        assertTensorRefused(2, 1, 2, -1, "negative stride");
        assertTensorRefused(2, 0, -2, 1, "negative size");
        assertTensorRefused(2, 0, 1L << 40, 0, "repeats");
        assertTensorRefused(2, 0, Long.MAX_VALUE, Long.MAX_VALUE, "shape");
        assertTensorRefused(2, Long.MAX_VALUE, 2, 1, "shape");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 1L << 20, Long.MAX_VALUE, -1})
    void storageOfAnotherLengthThanItsTensorsNeedIsRefused(long claimed) throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        pickle.dictionary(Map.of("x", () -> tensor(pickle, claimed, 0, 1, 1)));
        byte[] bytes = pickle.stop();
        Map<String, byte[]> storages = Map.of("0", floats(1, 2));

        assertRefused(CheckpointFiles.zip(bytes, storages), "storage");
        assertRefused(CheckpointFiles.stacked(bytes, storages, 4), "storage");
    }

    @Test
    void manyOverlappingViewsOfASmallStorageAreRefused() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        int elements = 4000;
        Map<String, Runnable> entries = new LinkedHashMap<>();
        for (int i = 0; i < 2000; i++) {
            int offset = i;
            entries.put("x" + i, () -> tensor(pickle, elements, offset, elements - offset, 1));
        }
        pickle.dictionary(entries);

        assertRefused(CheckpointFiles.zip(pickle.stop(), Map.of("0", new byte[4 * elements])), "overlap");
    }

    @Test
    void storageThatIsMissingIsNamed() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        pickle.dictionary(Map.of("x", () -> tensor(pickle, 2, 0, 2, 1)));

        byte[] bytes = pickle.stop();
        assertRefused(CheckpointFiles.zip(bytes, Map.of()), "archive/data/0");
        assertRefused(CheckpointFiles.stacked(bytes, Map.of(), 4), "storage 0");
    }

    @Test
    void stringOfTwoGibibytesIsRefusedBeforeItIsAllocated() throws IOException {
        assertPickleRefused(pickle -> pickle.raw('X', 0xFF, 0xFF, 0xFF, 0x7F), "cut short");
        assertPickleRefused(pickle -> pickle.raw('B', 0xFF, 0xFF, 0xFF, 0xFF), "cut short");
        assertPickleRefused(pickle -> pickle.raw(0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80), "cut short");
    }

    @Test
    void endlessPickleIsRefused() throws IOException {
        assertPickleRefused(
                pickle -> {
                    for (int i = 0; i <= PickleMachine.MAX_OPCODES; i++) {
                        pickle.raw(']');
                    }
                },
                "instructions");
    }

    /** No instruction of these is counted: what the stack holds is. */
    @Test
    void endlessRowOfNumbersIsRefused() throws IOException {
        assertPickleRefused(
                pickle -> {
                    for (int i = 0; i < PickleMachine.MAX_NUMBERS_KEPT + 2; i++) {
                        pickle.none();
                    }
                },
                "in a row");
    }

    @Test
    void containersAsKeysAreRefusedBecauseTheirHashNeverEnds() throws IOException {
        assertPickleRefused(
                pickle -> pickle.raw('}', ']', 'q', 0, 'h', 0, 'a').none().raw('s'), "as a key");
        assertPickleRefused(pickle -> pickle.raw('}', '}').none().raw('s'), "as a key");
    }

    @Test
    void listOfItselfIsOnlyDescribed() throws IOException {
        assertPickleRefused(pickle -> pickle.raw(']', 'q', 0, 'h', 0, 'a'), "a list");
        assertPickleRefused(
                pickle -> pickle.raw('}', 'q', 0).text("state_dict").raw('h', 0, 's'), "no tensors", "state_dict");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "archive/../../evil", "/etc/evil", "a\\..\\evil"})
    void zipEntryOutsideOfTheArchiveIsRefused(String name) throws IOException {
        PickleBytes pickle = PickleBytes.protocol2().emptyDictionary();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            CheckpointFiles.store(zip, "archive/data.pkl", pickle.stop());
            CheckpointFiles.store(zip, name, new byte[1]);
        }

        assertRefused(bytes.toByteArray(), "outside of the archive", "evil");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void compressedEntryIsRefusedWithoutExpandingIt() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        int elements = 4 << 20;
        pickle.dictionary(Map.of("x", () -> tensor(pickle, elements, 0, elements, 1)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            CheckpointFiles.store(zip, "archive/data.pkl", pickle.stop());
            zip.putNextEntry(new ZipEntry("archive/data/0"));
            zip.write(new byte[4 * elements]);
            zip.closeEntry();
        }

        assertRefused(bytes.toByteArray(), "compressed", "archive/data/0");
    }

    @Test
    void flippedBitInAStorageIsFoundByItsChecksum() throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        pickle.dictionary(Map.of("x", () -> tensor(pickle, 2, 0, 2, 1)));
        byte[] bytes = CheckpointFiles.zip(pickle.stop(), Map.of("0", floats(1.25f, -77.5f)));
        byte[] storage = floats(-77.5f);
        int at = indexOf(bytes, storage);
        bytes[at + 1] ^= 1;

        assertRefused(bytes, "checksum", "archive/data/0");
    }

    @ParameterizedTest
    @CsvSource({
        "<!DOCTYPE html><html>, web page",
        "<!doctype html>, web page",
        "'\uFEFF\r\n <HTML lang=en>', web page",
        "'<?xml version=\"1.0\"?><Error>', XML",
        "version https://git-lfs.github.com/spec/v1, git lfs pull",
        "Entry not found, 'begins with \"Entry not found\"'",
        "GGUF\u0003, GGUF",
        "'\u0089HDF\r\n\u001a\n', Keras HDF5",
        "'\u001f\u008b\b', gzip",
        "\u0093NUMPY\u0001, NumPy",
        "'\u0000\u0000\u0000\u0000', zeros",
        "'\b\u000e\u0012\u0007pytorch\u001a\u00062.15.0:|', ONNX",
        "'\b\u0003\u0012\u0000:\u0005', ONNX",
        "'', empty"
    })
    void filesTakenForWeightsAreExplained(String content, String advice) throws IOException {
        assertRefused(
                content.getBytes(content.contains("\uFEFF") ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
                advice);
    }

    @ParameterizedTest
    @CsvSource({
        "archive/constants.pkl, TorchScript",
        "archive/code/__torch__/model.py, TorchScript",
        "model.weights.h5, Keras",
        "serialized_exported_program.json, torch.export",
        "arr_0.npy, NumPy",
        "weights/best.pth, unpack it and name",
        "word/document.xml, no PyTorch checkpoint"
    })
    void zipFilesTakenForCheckpointsAreExplained(String entry, String advice) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            CheckpointFiles.store(zip, entry, new byte[10]);
        }

        assertRefused(bytes.toByteArray(), advice);
    }

    private static void tensor(PickleBytes pickle, long storage, long offset, long size, long stride) {
        pickle.tensor("FloatStorage", "0", storage, offset, new long[] {size}, new long[] {stride});
    }

    private void assertTensorRefused(long storage, long offset, long size, long stride, String reason)
            throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        pickle.dictionary(Map.of("x", () -> tensor(pickle, storage, offset, size, stride)));
        byte[] bytes = pickle.stop();
        Map<String, byte[]> storages = Map.of("0", new byte[4 * (int) storage]);
        assertRefused(CheckpointFiles.zip(bytes, storages), reason);
        assertRefused(CheckpointFiles.stacked(bytes, storages, 4), reason);
    }

    private void assertPickleRefused(Consumer<PickleBytes> content, String... reasons) throws IOException {
        PickleBytes pickle = PickleBytes.protocol2();
        content.accept(pickle);
        assertRefused(CheckpointFiles.zip(pickle.stop(), Map.of("0", floats(1, 2))), reasons);
    }

    private void assertRefused(byte[] bytes, String... reasons) throws IOException {
        Path file = Files.write(directory.resolve("hostile.pth"), bytes);
        assertThatThrownBy(() -> WeightsFile.read(file))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(reasons);
    }

    private StateDict read(byte[] bytes) throws IOException {
        return WeightsFile.read(Files.write(directory.resolve("hostile.pth"), bytes));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(new String(part, StandardCharsets.ISO_8859_1));
    }
}
