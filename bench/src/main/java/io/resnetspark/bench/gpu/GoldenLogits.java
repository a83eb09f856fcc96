package io.resnetspark.bench.gpu;

import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ParameterLayout;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.weights.StateDict;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Logits of networks at their full size, written where the CPU's kernels are known to be right (the tests hold them to
 * torchvision's) and compared elsewhere. Weights and images come from {@link Random}, which is the same everywhere.
 */
final class GoldenLogits {

    private static final List<String> NETWORKS = List.of("resnet18", "resnet50", "cifar-resnet20");
    private static final int IMAGES = 2;

    private GoldenLogits() {}

    static boolean run(String what, Path file) throws IOException {
        return switch (what) {
            case "write" -> write(file);
            case "check" -> check(file);
            default -> throw new IllegalArgumentException("write or check, not " + what);
        };
    }

    private static boolean write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (String network : NETWORKS) {
                for (float logit : logits(network, Kernels.ofHost())) {
                    out.writeFloat(logit);
                }
            }
        }
        return true;
    }

    private static boolean check(Path file) throws IOException {
        boolean agree = true;
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            for (String network : NETWORKS) {
                float[] actual = logits(network, Kernels.ofThisProcess());
                double differences = 0;
                double squares = 0;
                for (float logit : actual) {
                    float expected = in.readFloat();
                    differences += Math.pow((double) logit - expected, 2);
                    squares += Math.pow(expected, 2);
                }
                double difference = Math.sqrt(differences / squares);
                boolean same = difference < 1e-3; // 50 layers of rounding
                agree &= same;
                System.out.printf(
                        "{\"result\": \"golden\", \"network\": \"%s\", \"difference\": %.3g, \"agree\": %s,"
                                + " \"kernels\": \"%s\"}%n",
                        network, difference, same, Kernels.ofThisProcess().description());
            }
        }
        return agree;
    }

    private static float[] logits(String network, Kernels kernels) {
        ResNetSpec spec = NetworkName.parse(network).spec();
        ParameterLayout layout = ParameterLayout.of(spec);
        Random random = new Random(11);
        float[] flat = new float[layout.length()];
        for (ParameterLayout.Segment segment : layout.segments()) {
            long[] shape = layout.shapes().get(segment.key());
            double inputs = 1; // of each sum, where it is a matrix
            for (int i = 1; i < shape.length; i++) {
                inputs *= shape[i];
            }
            boolean positive = shape.length == 1
                    && (segment.key().endsWith(".weight") || segment.key().endsWith(".running_var"));
            double deviation = shape.length == 1 ? 0.1 : Math.sqrt(2 / inputs);
            for (int i = segment.offset(); i < segment.end(); i++) {
                flat[i] = positive ? 0.5f + random.nextFloat() / 2 : (float) (deviation * random.nextGaussian());
            }
        }
        StateDict weights = NetworkWeights.fromFlat(layout, flat);
        float[] images = new float[IMAGES * spec.inputSize() * spec.inputSize() * spec.channels()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) random.nextGaussian();
        }
        try (NetworkClassifier classifier = NetworkClassifier.create(spec, weights, IMAGES, kernels)) {
            return classifier.logits(images, IMAGES);
        }
    }
}
