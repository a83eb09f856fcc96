package io.resnetspark.model.weights;

import io.resnetspark.model.weights.PickleMachine.Buildable;
import io.resnetspark.model.weights.PickleMachine.Callable;
import io.resnetspark.model.weights.PickleMachine.Skipped;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Exactly the classes and functions that tensors in a checkpoint need, by Python's name, and those that training scripts
 * put beside them. The first stand for their effect on data, the second are skipped; nothing is loaded by name.
 */
final class TorchClasses {

    /** Legacy {@code torch.nn.parameter.Parameter}: made empty, then given the state {@code (data, grad, …)}. */
    static final class Parameter implements Buildable {

        private @Nullable TensorView data;

        @Override
        public void setState(Object state) {
            if (!(state instanceof Object[] fields) || fields.length == 0 || !(fields[0] instanceof TensorView view)) {
                throw new IllegalArgumentException("a parameter without a tensor");
            }
            data = view;
        }

        Optional<TensorView> data() {
            return Optional.ofNullable(data);
        }
    }

    /** Names of PyTorch's storages and tensors without {@code Storage} or {@code Tensor}. */
    private static final Map<String, ElementType> ELEMENT_TYPES = Map.of(
            "Double", ElementType.F64,
            "Float", ElementType.F32,
            "Half", ElementType.F16,
            "BFloat16", ElementType.BF16,
            "Long", ElementType.I64,
            "Int", ElementType.I32,
            "Short", ElementType.I16,
            "Char", ElementType.I8,
            "Byte", ElementType.U8,
            "Bool", ElementType.BOOL);

    private static final Map<String, Callable> FUNCTIONS = Map.of(
            "collections.OrderedDict", TorchClasses::orderedDict,
            "torch.Size", TorchClasses::size,
            "torch.nn.parameter.Parameter", arguments -> new Parameter(),
            "torch._utils._rebuild_tensor", TorchClasses::rebuildTensor,
            // requires_grad, backward_hooks and metadata follow; they do not change the values
            "torch._utils._rebuild_tensor_v2", TorchClasses::rebuildTensor,
            "torch._utils._rebuild_parameter", TorchClasses::rebuildParameter);

    /** What training scripts keep beside tensors: metrics, options and paths. */
    private static final Set<String> BESIDE_TENSORS = Set.of(
            "argparse.Namespace",
            "types.SimpleNamespace",
            "numpy.core.multiarray.scalar",
            "numpy._core.multiarray.scalar",
            "numpy.core.multiarray._reconstruct",
            "numpy._core.multiarray._reconstruct",
            "numpy.dtype",
            "numpy.ndarray",
            "_codecs.encode", // how protocol 2 has bytes
            "collections.Counter", // the milestones of MultiStepLR
            "collections.defaultdict",
            "collections.deque",
            "builtins.set",
            "__builtin__.set",
            "builtins.dict",
            "__builtin__.dict",
            "builtins.list",
            "__builtin__.list",
            "datetime.datetime",
            "datetime.timedelta",
            "pathlib.Path",
            "pathlib.PosixPath",
            "pathlib.WindowsPath",
            "pathlib._local.PosixPath",
            "pathlib._local.WindowsPath",
            "pytorch_lightning.utilities.parsing.AttributeDict",
            "lightning.pytorch.utilities.parsing.AttributeDict",
            "lightning_fabric.utilities.data.AttributeDict",
            "lightning.fabric.utilities.data.AttributeDict",
            "easydict.EasyDict",
            "yacs.config.CfgNode",
            "torch.torch_version.TorchVersion",
            "torch.device",
            "torch.float32",
            "torch.float16",
            "torch.bfloat16",
            "torch.float64",
            "torch.int64");

    private TorchClasses() {}

    /** What that name stands for: a {@link Callable} or, for storage and tensor types, an {@link ElementType}. */
    static Optional<Object> find(String module, String name) {
        if (module.equals("torch") || module.equals("torch.cuda")) {
            for (String suffix : List.of("Storage", "Tensor")) {
                if (name.endsWith(suffix)) {
                    String element = name.substring(0, name.length() - suffix.length());
                    return Optional.ofNullable(ELEMENT_TYPES.get(element));
                }
            }
        }
        String qualified = module + "." + name;
        return BESIDE_TENSORS.contains(qualified)
                ? Optional.of(new Skipped(qualified))
                : Optional.ofNullable(FUNCTIONS.get(qualified));
    }

    /** Empty, or from Python 2 with a list of {@code [key, value]} pairs. */
    private static Object orderedDict(Object[] arguments) {
        Map<Object, Object> dictionary = new LinkedHashMap<>();
        if (arguments.length > 0) {
            for (Object pair : list(arguments[0])) {
                List<?> keyAndValue = list(pair);
                if (keyAndValue.size() != 2 || !(keyAndValue.get(0) instanceof String key)) {
                    throw new IllegalArgumentException("an OrderedDict of something else than names and values");
                }
                dictionary.put(key, keyAndValue.get(1));
            }
        }
        return dictionary;
    }

    private static Object size(Object[] arguments) {
        return arguments.length == 0 ? new Object[0] : list(arguments[0]).toArray();
    }

    /** Arguments: storage, offset, size, strides. */
    private static Object rebuildTensor(Object[] arguments) {
        if (arguments.length < 4
                || !(arguments[0] instanceof Storage.Slice storage)
                || !(arguments[1] instanceof Long offset)) {
            throw new IllegalArgumentException("a tensor that is not made of storage, offset, size and strides");
        }
        return new TensorView(storage, offset, longs(arguments[2]), longs(arguments[3]));
    }

    /** Arguments: tensor, requires_grad, backward_hooks. */
    private static Object rebuildParameter(Object[] arguments) {
        if (arguments.length == 0 || !(arguments[0] instanceof TensorView tensor)) {
            throw new IllegalArgumentException("a parameter without a tensor");
        }
        return tensor;
    }

    private static List<Long> longs(Object sequence) {
        return list(sequence).stream()
                .map(element -> {
                    if (!(element instanceof Long number)) {
                        throw new IllegalArgumentException("a tensor's size or stride that is not a 64-bit integer");
                    }
                    return number;
                })
                .toList();
    }

    /** A tuple's or list's elements. */
    static List<?> list(Object sequence) {
        if (sequence instanceof Object[] tuple) {
            return Arrays.asList(tuple);
        }
        if (sequence instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("a list or tuple is missing");
    }
}
