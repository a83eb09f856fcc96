package io.resnetspark.bench.gpu;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.NetworkWeights;
import io.resnetspark.model.ResNet;
import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.Stem;
import io.resnetspark.model.inference.NetworkClassifier;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.layer.BatchNorm;
import io.resnetspark.model.layer.Freezable;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.OptimizerConfig.Sgd;
import io.resnetspark.model.optim.RateFactors;
import io.resnetspark.model.program.TrainingPrecision;
import io.resnetspark.model.training.StepResult;
import io.resnetspark.model.training.Trainer;
import io.resnetspark.model.weights.StateDict;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every architecture, whole and in full width on small images: probabilities, logits of the folded network, and the step along
 * the gradient, cuDNN's against oneDNN's. By the running statistics for all (with a small batch's own, deep networks multiply
 * differences of rounding), and by the batch's for those of 20 layers or fewer.
 */
final class Comparison {

    private static final int BATCH = 8;
    private static final int CLASSES = 10;
    private static final int DEEPEST_BY_BATCH = 20;

    /** Of each block: with 1, and running statistics that nobody measured, sums would grow by a factor per block. */
    private static final float LAST_SCALE = 0.2f;

    private Comparison() {}

    private record Outcome(float[] probabilities, float[] logits, float[] step, double loss) {}

    /**
     * Whether every difference is below the tolerance.
     *
     * @param names of architectures; all if none
     */
    static boolean run(double tolerance, List<String> names) {
        boolean agree = true;
        List<ResNetSpec> specs = names.isEmpty()
                ? Arrays.stream(Architecture.values()).map(Architecture::spec).toList()
                : names.stream().map(name -> NetworkName.parse(name).spec()).toList();
        for (ResNetSpec full : specs) {
            ResNetSpec spec = full;
            spec = spec.withClasses(CLASSES)
                    .withInput(3, spec.stem() == Stem.CIFAR ? 32 : 64)
                    .withLastScale(LAST_SCALE);
            int layers = spec.blocks().stream().mapToInt(Integer::intValue).sum() * 2 + 2;
            agree &= compare(spec, false, tolerance);
            if (layers <= DEEPEST_BY_BATCH) {
                agree &= compare(spec, true, tolerance);
            }
        }
        return agree;
    }

    private static boolean compare(ResNetSpec spec, boolean normsLearn, double tolerance) {
        Outcome expected = outcome(spec, normsLearn, Kernels.oneDnn(), TrainingPrecision.FP32);
        Outcome actual = outcome(spec, normsLearn, Kernels.cudnn(), GpuBench.precision());
        double probabilities = difference(actual.probabilities(), expected.probabilities());
        double logits = difference(actual.logits(), expected.logits());
        double step = difference(actual.step(), expected.step());
        double loss = Math.abs(actual.loss() - expected.loss()) / expected.loss();
        boolean agree = probabilities < tolerance && logits < tolerance && step < tolerance && loss < tolerance;
        System.out.printf(
                "{\"result\": \"compare\", \"network\": \"%s\", \"norms\": \"%s\", \"probabilities\": %.3g, \"logits\": %.3g,"
                        + " \"step\": %.3g, \"loss\": %.3g, \"tolerance\": %s, \"agree\": %s, \"kernels\": \"%s\"}%n",
                spec.architecture(),
                normsLearn ? "batch" : "running",
                probabilities,
                logits,
                step,
                loss,
                tolerance,
                agree,
                Kernels.cudnn().description());
        return agree;
    }

    private static Outcome outcome(ResNetSpec spec, boolean normsLearn, Kernels kernels, TrainingPrecision precision) {
        ComputationGraph network = ResNet.create(spec, 3, kernels);
        for (Layer layer : network.getLayers()) {
            if (!normsLearn && layer.conf().getLayer() instanceof BatchNorm) {
                ((Freezable) layer).freeze();
            }
        }
        StateDict weights = NetworkWeights.of(network);
        float[] pixels = pixels(spec);
        INDArray images =
                Nd4j.create(pixels, new long[] {BATCH, spec.inputSize(), spec.inputSize(), spec.channels()}, 'c');
        INDArray labels = Nd4j.zeros(BATCH, CLASSES);
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, i % CLASSES, 1);
        }
        float[] logits;
        try (NetworkClassifier classifier = NetworkClassifier.create(spec, weights, BATCH, kernels)) {
            logits = classifier.logits(pixels, BATCH);
        }
        Sgd plain = new Sgd(0, Sgd.Momentum.CLASSIC, 0, DecayScope.ALL);
        try (Trainer trainer = new Trainer(network, plain, Trainer.NO_CLIPPING, RateFactors.EQUAL, precision)) {
            INDArray probabilities = trainer.probabilities(images);
            float[] values = probabilities
                    .dup('c')
                    .reshape('c', new long[] {probabilities.length()})
                    .toFloatVector();
            float[] before = trainer.state().parameters();
            StepResult result = trainer.step(images, labels, 1, 0);
            float[] step = trainer.state().parameters();
            for (int i = 0; i < step.length; i++) {
                step[i] -= before[i];
            }
            return new Outcome(values, logits, step, result.loss());
        }
    }

    private static float[] pixels(ResNetSpec spec) {
        Random random = new Random(7);
        float[] pixels = new float[BATCH * spec.inputSize() * spec.inputSize() * spec.channels()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    /** L2 norm of the difference, relative to the second. */
    private static double difference(float[] actual, float[] expected) {
        double differences = 0;
        double squares = 0;
        for (int i = 0; i < actual.length; i++) {
            differences += Math.pow((double) actual[i] - expected[i], 2);
            squares += Math.pow(expected[i], 2);
        }
        return Math.sqrt(differences / squares);
    }
}
