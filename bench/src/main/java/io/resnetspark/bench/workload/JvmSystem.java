package io.resnetspark.bench.workload;

import io.resnetspark.model.ResNetSpec;
import io.resnetspark.model.kernel.Kernels;
import io.resnetspark.model.program.InferencePrecision;
import io.resnetspark.model.program.TrainingPrecision;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Systems that Java calls. What they need is switched once per JVM, so each system has its own. */
public enum JvmSystem implements SystemUnderTest {
    /** In the precision that this processor is fastest in. */
    OURS("ours") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return Ours.open(batch, mode, Kernels.ofThisProcess().defaultPrecision());
        }
    },
    OURS_FP32("ours-fp32") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return Ours.open(batch, mode, TrainingPrecision.FP32);
        }
    },
    /** This project in bfloat16. */
    OURS_BF16("ours-bf16") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return mode == Mode.TRAIN
                    ? Ours.open(batch, mode, TrainingPrecision.BF16)
                    : Ours.open(batch, InferencePrecision.BF16);
        }
    },
    /** This project in 8-bit integers. */
    OURS_INT8("ours-int8") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return Ours.open(batch, InferencePrecision.INT8);
        }

        @Override
        public boolean does(Mode mode) {
            return mode == Mode.INFER;
        }

        @Override
        public String description() {
            return Ours.description() + ", int8";
        }
    },
    /** Stock DL4J with its defaults, which never use oneDNN. */
    DL4J("dl4j") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return StockDl4j.open(batch, mode, StockDl4j.Helpers.AS_IT_COMES);
        }

        @Override
        public String description() {
            return StockDl4j.description(StockDl4j.Helpers.AS_IT_COMES);
        }

        @Override
        public long parameters(ResNetSpec spec) {
            return StockDl4j.parameters(spec);
        }
    },
    /** Stock DL4J on its natives that contain oneDNN, with its helpers made to load. */
    DL4J_ONEDNN("dl4j-onednn") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return StockDl4j.open(batch, mode, StockDl4j.Helpers.ONEDNN);
        }

        @Override
        public List<String> jvmOptions(int threads) {
            return List.of(
                    "-Dorg.eclipse.deeplearning4j.helpers.disable=false",
                    "-Dorg.bytedeco.javacpp.platform.extension=" + OneDnnNatives.extension());
        }

        @Override
        public String classPath() {
            return OneDnnNatives.jar() + File.pathSeparator + super.classPath();
        }

        @Override
        public String description() {
            return StockDl4j.description(StockDl4j.Helpers.ONEDNN);
        }

        @Override
        public long parameters(ResNetSpec spec) {
            return StockDl4j.parameters(spec);
        }
    },
    DJL_PYTORCH("djl-pytorch") {
        @Override
        public Workload open(SyntheticBatch batch, Mode mode) {
            return DjlPyTorch.open(batch, mode);
        }

        @Override
        public List<String> jvmOptions(int threads) {
            return List.of(
                    "-Dai.djl.pytorch.num_threads=" + threads,
                    "-Dai.djl.pytorch.num_interop_threads=1",
                    // Its natives come from the class path; it shall neither download nor report anything.
                    "-Dai.djl.offline=true",
                    "-DOPT_OUT_TRACKING=true",
                    "-DDJL_CACHE_DIR=" + DjlPyTorch.cacheDirectory());
        }

        @Override
        public String description() {
            return DjlPyTorch.description();
        }

        @Override
        public long parameters(ResNetSpec spec) {
            return DjlResNet.parameters(spec);
        }
    };

    private final String label;

    JvmSystem(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /** The network that {@code batch} is for, ready to compute, in a JVM with {@link #jvmOptions}. */
    public abstract Workload open(SyntheticBatch batch, Mode mode);

    /** Name, version and backend, from the JVM where it is open; this project's unless it is a peer. */
    public String description() {
        return Ours.description();
    }

    /**
     * Number of trained parameters of its version of a network, without its native library where it has its own; this project's
     * unless it is a peer.
     */
    public long parameters(ResNetSpec spec) {
        return Ours.parameters(spec);
    }

    /** Options for its JVM beyond those of all. */
    public List<String> jvmOptions(int threads) {
        return List.of();
    }

    /** Class path of its JVM. */
    public String classPath() {
        return System.getProperty("java.class.path");
    }

    static Optional<JvmSystem> labelled(String label) {
        return Arrays.stream(values())
                .filter(system -> system.label.equals(label))
                .findFirst();
    }

    /** The system with a label that exists. */
    public static JvmSystem named(String label) {
        return labelled(label).orElseThrow();
    }
}
