package io.resnetspark.bench.workload;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.initializer.XavierInitializer;
import io.resnetspark.model.BlockKind;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.block.Shortcut;
import java.util.ArrayList;
import java.util.List;

/**
 * torchvision's residual network in DJL blocks, {@code [N, C, H, W]}; DJL's own zoo ResNet-18 is another network. He et al.
 * 2015, arXiv:1512.03385.
 */
final class DjlResNet {

    private final ResNetSpec spec;

    private DjlResNet(ResNetSpec spec) {
        this.spec = spec;
    }

    static Block of(ResNetSpec spec) {
        Block network = new DjlResNet(spec).network();
        network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
        return network;
    }

    /** Number of trained parameters, from their shapes alone: needs no engine. */
    static long parameters(ResNetSpec spec) {
        Block network = of(spec);
        network.initialize(
                ShapesOnly.manager(),
                ai.djl.ndarray.types.DataType.FLOAT32,
                new Shape(1, spec.channels(), spec.inputSize(), spec.inputSize()));
        return trained(network);
    }

    /** Number of trained parameters of an initialised block. */
    static long trained(Block block) {
        return block.getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(parameter -> parameter.getShape().size())
                .sum();
    }

    private Block network() {
        List<Block> layers = new ArrayList<>(stem());
        int channels = spec.widths().get(0);
        for (int stage = 0; stage < spec.blocks().size(); stage++) {
            int width = spec.widths().get(stage);
            for (int i = 0; i < spec.blocks().get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                layers.add(block(channels, width, stride));
                channels = outputs(width);
            }
        }
        layers.add(new DjlFunction(Pool::globalAvgPool2d, shape -> new Shape(shape.get(0), shape.get(1))));
        layers.add(Linear.builder().setUnits(spec.classes()).build());
        return new DjlChain(layers);
    }

    private List<Block> stem() {
        if (spec.stem() == Stem.CIFAR) {
            return List.of(convolution(spec.widths().get(0), 3, 1), batchNorm(), relu());
        }
        Shape three = new Shape(3, 3);
        return List.of(
                convolution(spec.widths().get(0), 7, 2),
                batchNorm(),
                relu(),
                new DjlFunction(
                        x -> Pool.maxPool2d(x, three, new Shape(2, 2), new Shape(1, 1), false),
                        shape -> new Shape(
                                shape.get(0), shape.get(1), (shape.get(2) - 1) / 2 + 1, (shape.get(3) - 1) / 2 + 1)));
    }

    private int outputs(int width) {
        return spec.block() == BlockKind.BOTTLENECK ? 4 * width : width;
    }

    private Block block(int inputs, int width, int stride) {
        List<Block> branch = spec.block() == BlockKind.BOTTLENECK
                ? List.of(
                        convolution(width, 1, 1),
                        batchNorm(),
                        relu(),
                        convolution(width, 3, stride),
                        batchNorm(),
                        relu(),
                        convolution(outputs(width), 1, 1),
                        batchNorm())
                : List.of(convolution(width, 3, stride), batchNorm(), relu(), convolution(width, 3, 1), batchNorm());
        if (stride == 1 && inputs == outputs(width)) {
            return DjlResidual.identity(new DjlChain(branch));
        }
        Block shortcut = spec.shortcut() == Shortcut.PROJECTION
                ? new DjlChain(List.of(convolution(outputs(width), 1, stride), batchNorm()))
                : padded(inputs, outputs(width), stride);
        return DjlResidual.of(new DjlChain(branch), shortcut);
    }

    /** Option A: every {@code stride}-th pixel, and zero channels, split evenly before and after. */
    private static Block padded(int inputs, int outputs, int stride) {
        NDIndex pixels = new NDIndex(":, :, ::%d, ::%d".formatted(stride, stride));
        int missing = outputs - inputs;
        return new DjlFunction(
                x -> {
                    NDArray kept = x.get(pixels);
                    Shape shape = kept.getShape();
                    NDManager manager = x.getManager();
                    NDArray before = manager.zeros(new Shape(shape.get(0), missing / 2, shape.get(2), shape.get(3)));
                    NDArray after =
                            manager.zeros(new Shape(shape.get(0), missing - missing / 2, shape.get(2), shape.get(3)));
                    return NDArrays.concat(new NDList(before, kept, after), 1);
                },
                shape -> new Shape(
                        shape.get(0), outputs, (shape.get(2) - 1) / stride + 1, (shape.get(3) - 1) / stride + 1));
    }

    private static Block convolution(int outputs, int size, int stride) {
        return Conv2d.builder()
                .setKernelShape(new Shape(size, size))
                .setFilters(outputs)
                .optStride(new Shape(stride, stride))
                .optPadding(new Shape(size / 2, size / 2))
                .optBias(false)
                .build();
    }

    private static Block batchNorm() {
        return BatchNorm.builder()
                .optEpsilon(Hyperparameters.BATCH_NORM_EPSILON)
                .optMomentum(Hyperparameters.BATCH_NORM_DECAY)
                .build();
    }

    private static Block relu() {
        return new DjlFunction(Activation::relu, shape -> shape);
    }
}
