package resnetspark.ml;

import io.resnetspark.model.Architecture;
import io.resnetspark.model.NetworkName;
import io.resnetspark.model.error.ConfigurationException;
import io.resnetspark.pipeline.training.ClassWeights;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/** The parameters of {@link ResNetClassifier} that a trained model has no use for. Defaults are those of the command. */
final class TrainingParams implements Serializable {

    private static final long serialVersionUID = 1L;

    final Param<String> labelCol;
    final Param<String> validationIndicatorCol;
    final Param<String> weightCol;
    final Param<String> classWeights;
    final IntParam earlyStoppingEpochs;
    final Param<String> architecture;
    final IntParam inputSize;
    final Param<String> weights;
    final IntParam epochs;
    final IntParam numWorkers;
    final IntParam averagingFrequency;
    final DoubleParam learningRate;
    final Param<String> augmentation;
    final LongParam seed;
    final Param<String> workingDir;

    TrainingParams(Params stage) {
        labelCol = new Param<>(stage, "labelCol", "column of labels: whole numbers 0, 1, ... of any numeric type");
        validationIndicatorCol = new Param<>(
                stage,
                "validationIndicatorCol",
                "boolean column: rows with true do not train but choose the epoch whose weights are kept; without it the"
                        + " last epoch's are");
        weightCol = new Param<>(
                stage,
                "weightCol",
                "column of numbers (>= 0): how much a row counts in training; 0 leaves it out, null counts as 1; all alike if"
                        + " not set");
        classWeights = new Param<>(
                stage,
                "classWeights",
                "how much the rows of each class count, on top of weightCol: none, balanced (classes alike), or"
                        + " label=weight,... such as 0=2.5,1=1",
                (Function1<String, Object> & Serializable) TrainingParams::areClassWeights);
        earlyStoppingEpochs = new IntParam(
                stage,
                "earlyStoppingEpochs",
                "epochs without a better validation after which fit ends (>= 0); 0 trains all epochs; needs"
                        + " validationIndicatorCol",
                ParamValidators.gtEq(0));
        List<String> names =
                Arrays.stream(Architecture.values()).map(Architecture::label).toList();
        architecture = new Param<>(
                stage,
                "architecture",
                "network, one of: " + String.join(", ", names) + "; or a variation, cifar-resnet20+blocks=6-6-6",
                (Function1<String, Object> & Serializable) TrainingParams::isNetwork);
        inputSize = new IntParam(
                stage,
                "inputSize",
                "height and width of the network's input in pixels (>= 1); the size the network was published for if not"
                        + " set",
                ParamValidators.gtEq(1));
        weights = new Param<>(
                stage,
                "weights",
                "where to start: a run's directory, a .safetensors or .pth file, torchvision:NAME, registry:NAME@champion; "
                        + "random if not set");
        epochs = new IntParam(stage, "epochs", "passes over the training images (>= 1)", ParamValidators.gtEq(1));
        numWorkers = new IntParam(
                stage,
                "numWorkers",
                "training tasks, each with its own network (>= 1); not more than the cluster runs at once",
                ParamValidators.gtEq(1));
        averagingFrequency = new IntParam(
                stage,
                "averagingFrequency",
                "minibatches each worker trains between averagings of the networks (>= 1)",
                ParamValidators.gtEq(1));
        learningRate = new DoubleParam(
                stage,
                "learningRate",
                "largest learning rate (> 0); it rises to that during 30 % of the training and falls along a cosine",
                ParamValidators.gt(0));
        augmentation = new Param<>(
                stage,
                "augmentation",
                "what is random about training images: none, cifar (shift by up to 4 pixels, flip) or imagenet (random"
                        + " resized crop, flip)",
                ParamValidators.inArray(List.of("none", "cifar", "imagenet")));
        seed = new LongParam(stage, "seed", "seed of initial weights, order and augmentation");
        workingDir = new Param<>(
                stage,
                "workingDir",
                "directory that driver and executors share, for the prepared images while fit runs; if not set, Spark's"
                        + " checkpoint directory, or java.io.tmpdir in local mode");
        stage.setDefault(labelCol, "label");
        stage.setDefault(classWeights, "none");
        stage.setDefault(earlyStoppingEpochs, 0);
        stage.setDefault(architecture, "resnet18");
        stage.setDefault(epochs, 10);
        stage.setDefault(numWorkers, 2);
        stage.setDefault(averagingFrequency, 10);
        stage.setDefault(learningRate, 0.1);
        stage.setDefault(augmentation, "cifar");
        stage.setDefault(seed, 1L);
    }

    private static boolean areClassWeights(String text) {
        try {
            ClassWeights.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isNetwork(String name) {
        try {
            NetworkName.parse(name);
            return true;
        } catch (ConfigurationException e) {
            return false;
        }
    }
}
