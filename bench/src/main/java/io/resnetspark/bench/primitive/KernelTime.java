package io.resnetspark.bench.primitive;

import io.resnetspark.model.kernel.onednn.training.OneDnnTrainingProgram.StepTime;
import io.resnetspark.model.program.Activation;
import io.resnetspark.model.program.ImageShape;
import io.resnetspark.model.program.MemoryPlan;
import io.resnetspark.model.program.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All steps of a network that do the same on maps of the same shape.
 *
 * @param network for example {@code resnet18@224}
 * @param precision for example {@code bf16}
 * @param kernel what the steps do, for example {@code 3x3 convolution 64 > 64, 56 x 56}
 * @param steps how many there are
 * @param forwardMillis of all of them together
 * @param backwardMillis likewise
 * @param forwardShare of the ceiling, 0 to 1; a kernel whose maps fit into a cache can pass that of memory
 * @param backwardShare likewise
 */
record KernelTime(
        String network,
        String precision,
        String kernel,
        int steps,
        double forwardMillis,
        double backwardMillis,
        double forwardShare,
        double backwardShare) {

    /** In the order of the network. */
    static List<KernelTime> of(
            String network, String precision, List<StepTime> times, MemoryPlan plan, int batch, Ceiling ceiling) {
        Map<String, List<StepTime>> kernels = new LinkedHashMap<>();
        for (StepTime time : times) {
            kernels.computeIfAbsent(name(time.step()), any -> new ArrayList<>()).add(time);
        }
        List<KernelTime> result = new ArrayList<>();
        kernels.forEach((name, same) -> {
            double forward = 0;
            double backward = 0;
            double forwardWork = 0;
            double backwardWork = 0;
            double most = 0;
            for (StepTime time : same) {
                StepWork work = StepWork.of(time.step(), plan, batch);
                most = ceiling.of(work.bound());
                forward += time.forward() / 1e9;
                backward += time.backward() / 1e9;
                forwardWork += work.forward();
                backwardWork += work.backward();
            }
            result.add(new KernelTime(
                    network,
                    precision,
                    name,
                    same.size(),
                    1e3 * forward,
                    1e3 * backward,
                    forwardWork / forward / most,
                    backward == 0 ? 0 : backwardWork / backward / most));
        });
        return result;
    }

    private static String name(Step step) {
        ImageShape out = step.output().shape();
        String at = ", %d x %d".formatted(out.height(), out.width());
        if (step instanceof Step.Convolution convolution) {
            int size = convolution.window().size();
            int stride = convolution.window().stride();
            return "%dx%d convolution%s %d > %d%s"
                    .formatted(
                            size,
                            size,
                            stride > 1 ? " / " + stride : "",
                            convolution.input().channels(),
                            out.channels(),
                            at);
        }
        if (step instanceof Step.BatchNorm norm) {
            String after = (norm.addend().isPresent() ? " + add" : "")
                    + (norm.activation() == Activation.RELU ? " + ReLU" : "");
            return "batch norm%s %d%s".formatted(after, out.channels(), at);
        }
        if (step instanceof Step.Linear linear) {
            return "linear %d > %d".formatted(linear.input().channels(), out.channels());
        }
        return "%s %d%s".formatted(words(step), out.channels(), at);
    }

    private static String words(Step step) {
        return step.getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
