package io.resnetspark.pipeline.training.dl4j;

import io.resnetspark.model.ResNet;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.model.layer.KernelLayerConf;
import io.resnetspark.model.optim.OptimizerConfig;
import io.resnetspark.model.optim.OptimizerConfig.DecayScope;
import io.resnetspark.model.optim.Progress;
import io.resnetspark.pipeline.device.DeviceRequest;
import io.resnetspark.pipeline.device.DeviceType;
import io.resnetspark.pipeline.training.AveragingConfig;
import io.resnetspark.pipeline.training.OnDivergence;
import io.resnetspark.pipeline.training.OptimizationConfig;
import io.resnetspark.pipeline.training.Precision;
import io.resnetspark.pipeline.training.Resume;
import io.resnetspark.pipeline.training.TrainConfig;
import io.resnetspark.pipeline.training.worker.TrainingPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** A training's settings in the terms of DL4J and its own averaging, as far as they have words for them. */
public final class StockSettings {

    private StockSettings() {}

    /**
     * Refuses what the stock master could only ignore.
     *
     * @throws ConfigurationException with everything that is in the way
     */
    public static void check(TrainConfig config, Resume resume, DeviceRequest device) {
        AveragingConfig averaging = config.averaging();
        OptimizationConfig optimization = config.optimization();
        Precision precision = config.compute().precision();
        List<String> problems = new ArrayList<>();
        if (device.type() != DeviceType.CPU) {
            problems.add("device.type %s: it makes networks before it can be told on which GPU"
                    .formatted(device.type().label()));
        }
        if (resume == Resume.CONTINUE) {
            problems.add("--resume: it does not know where it stands in an epoch");
        }
        if (!config.model().freeze().isEmpty()) {
            problems.add("freeze: it trains every layer");
        }
        if (averaging.everyStepEpochs() != 0
                || averaging.slowMomentum().momentum() != 0
                || averaging.emaDecay() != 0
                || averaging.transfer() != AveragingConfig.Transfer.FLOAT32) {
            problems.add("every-step-epochs, slow-momentum, ema-decay or transfer: it only averages");
        }
        if (precision != Precision.AUTO && precision != Precision.FP32) {
            problems.add("precision %s: it trains in fp32".formatted(precision.label()));
        }
        if (config.onDivergence().action() == OnDivergence.Action.RETURN) {
            problems.add("on-divergence.action return: it cannot go on from a checkpoint");
        }
        if (optimization.factors().biasLearningRateFactor() != 1) {
            problems.add("bias-learning-rate-factor: DL4J has one rate for a layer; set it to 1");
        }
        if (optimization.clipNorm() != 0) {
            problems.add("clip-norm: DL4J clips layer by layer; set it to 0");
        }
        if (optimization.optimizer() instanceof OptimizerConfig.Lars) {
            problems.add("optimizer lars: DL4J has none; use sgd or adam-w");
        }
        if (optimization.optimizer() instanceof OptimizerConfig.Sgd sgd
                && sgd.momentum() > 0
                && sgd.form() == OptimizerConfig.Sgd.Momentum.CLASSIC) {
            problems.add("optimizer form classic: DL4J has Nesterov's momentum only; use nesterov");
        }
        if (optimization.schedule().factor(new Progress(0, optimization.epochs())) == 0) {
            problems.add("schedule: it starts at 0 and the stock master never advances it; use constant");
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(
                    "The stock averager cannot do this: " + String.join("; ", problems) + ". Or use averager sliced");
        }
    }

    /** Sets every layer's update rule; schedules go by DL4J's count of iterations. */
    static void install(ComputationGraphConfiguration network, TrainingPlan plan) {
        OptimizationConfig optimization = plan.optimization();
        Map<Integer, Double> rates = new HashMap<>();
        int steps = plan.stepsPerEpoch();
        for (int iteration = 0; iteration < optimization.epochs() * steps; iteration++) {
            double rate = plan.learningRate(iteration / steps, iteration % steps);
            Double before = iteration == 0 ? null : rates.get(iteration - 1);
            if (before == null || before != rate) {
                rates.put(iteration, rate);
            }
        }
        OptimizerConfig rule = optimization.optimizer();
        List<Regularization> ofWeights = regularization(rule);
        List<Regularization> ofOthers = rule.decayScope() == DecayScope.ALL ? ofWeights : List.of();
        network.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof KernelLayerConf conf) {
                double factor =
                        name.equals(ResNet.LOGITS) ? optimization.factors().headLearningRateFactor() : 1;
                conf.trainWithFitBy(updater(rule, schedule(rates, factor)), ofWeights, ofOthers);
            }
        });
    }

    private static ISchedule schedule(Map<Integer, Double> rates, double factor) {
        Map<Integer, Double> scaled = new HashMap<>();
        rates.forEach((iteration, rate) -> scaled.put(iteration, factor * rate));
        return new MapSchedule(ScheduleType.ITERATION, scaled);
    }

    private static IUpdater updater(OptimizerConfig rule, ISchedule rate) {
        if (rule instanceof OptimizerConfig.AdamW adam) {
            return Adam.builder()
                    .learningRateSchedule(rate)
                    .beta1(adam.beta1())
                    .beta2(adam.beta2())
                    .epsilon(adam.epsilon())
                    .build();
        }
        double momentum = ((OptimizerConfig.Sgd) rule).momentum();
        return momentum == 0 ? new Sgd(rate) : new Nesterovs(rate, momentum);
    }

    private static List<Regularization> regularization(OptimizerConfig rule) {
        if (rule.weightDecay() == 0) {
            return List.of();
        }
        return rule instanceof OptimizerConfig.AdamW
                ? List.of(new WeightDecay(rule.weightDecay(), true))
                : List.of(new L2Regularization(rule.weightDecay()));
    }
}
