"""Parameters of the stages. Written by generate_params.py from their Java classes; a test compares."""

from typing import Any, Dict, List, Optional, TypeVar

from pyspark import keyword_only
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.wrapper import JavaParams

Stage = TypeVar("Stage", bound=Params)


class ResNetClassifierParams(JavaParams):
    """Of ``ResNetClassifier``."""

    _java_obj: Any = None  # also where the constructor refuses its arguments
    _input_kwargs: Dict[str, Any]  # what keyword_only was given

    architecture: Param[str] = Param(
        Params._dummy(),
        "architecture",
        "network, one of: myresnet, resnet18, resnet34, resnet50, resnet101, resnet152, plain18, plain34, "
        "cifar-resnet20, cifar-resnet32, cifar-resnet44, cifar-resnet56, cifar-resnet110, cifar-plain20, "
        "cifar-plain32, cifar-plain44, cifar-plain56, cifar-plain110; or a variation, "
        "cifar-resnet20+blocks=6-6-6",
        typeConverter=TypeConverters.toString,
    )
    augmentation: Param[str] = Param(
        Params._dummy(),
        "augmentation",
        "what is random about training images: none, cifar (shift by up to 4 pixels, flip) or imagenet "
        "(random resized crop, flip)",
        typeConverter=TypeConverters.toString,
    )
    averagingFrequency: Param[int] = Param(
        Params._dummy(),
        "averagingFrequency",
        "minibatches each worker trains between averagings of the networks (>= 1)",
        typeConverter=TypeConverters.toInt,
    )
    batchSize: Param[int] = Param(
        Params._dummy(),
        "batchSize",
        "images per minibatch of each worker, and per call of the network in prediction (>= 1)",
        typeConverter=TypeConverters.toInt,
    )
    classWeights: Param[str] = Param(
        Params._dummy(),
        "classWeights",
        "how much the rows of each class count, on top of weightCol: none, balanced (classes alike), or "
        "label=weight,... such as 0=2.5,1=1",
        typeConverter=TypeConverters.toString,
    )
    earlyStoppingEpochs: Param[int] = Param(
        Params._dummy(),
        "earlyStoppingEpochs",
        "epochs without a better validation after which fit ends (>= 0); 0 trains all epochs; needs "
        "validationIndicatorCol",
        typeConverter=TypeConverters.toInt,
    )
    embeddingCol: Param[str] = Param(
        Params._dummy(),
        "embeddingCol",
        "column name for what the network's last layer reads, a vector; empty for none",
        typeConverter=TypeConverters.toString,
    )
    epochs: Param[int] = Param(
        Params._dummy(),
        "epochs",
        "passes over the training images (>= 1)",
        typeConverter=TypeConverters.toInt,
    )
    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "what to do with rows whose image cannot be read: error (fail), skip (leave the row out) or keep "
        "(nulls in the output columns; such rows never train)",
        typeConverter=TypeConverters.toString,
    )
    inferencePrecision: Param[str] = Param(
        Params._dummy(),
        "inferencePrecision",
        "what the network computes with in prediction: model (int8 if it was quantised, else fp32), auto "
        "(bf16 where the driver's processor has it), fp32, bf16 or int8",
        typeConverter=TypeConverters.toString,
    )
    inputCol: Param[str] = Param(
        Params._dummy(),
        "inputCol",
        "column of images: encoded bytes (binary), structs with encoded bytes, or Spark's image structs",
        typeConverter=TypeConverters.toString,
    )
    inputSize: Param[int] = Param(
        Params._dummy(),
        "inputSize",
        "height and width of the network's input in pixels (>= 1); the size the network was published for if "
        "not set",
        typeConverter=TypeConverters.toInt,
    )
    labelCol: Param[str] = Param(
        Params._dummy(),
        "labelCol",
        "column of labels: whole numbers 0, 1, ... of any numeric type",
        typeConverter=TypeConverters.toString,
    )
    learningRate: Param[float] = Param(
        Params._dummy(),
        "learningRate",
        "largest learning rate (> 0); it rises to that during 30 % of the training and falls along a cosine",
        typeConverter=TypeConverters.toFloat,
    )
    numWorkers: Param[int] = Param(
        Params._dummy(),
        "numWorkers",
        "training tasks, each with its own network (>= 1); not more than the cluster runs at once",
        typeConverter=TypeConverters.toInt,
    )
    predictionCol: Param[str] = Param(
        Params._dummy(),
        "predictionCol",
        "prediction column name; empty for none",
        typeConverter=TypeConverters.toString,
    )
    probabilityCol: Param[str] = Param(
        Params._dummy(),
        "probabilityCol",
        "column name for predicted class probabilities; empty for none",
        typeConverter=TypeConverters.toString,
    )
    rawPredictionCol: Param[str] = Param(
        Params._dummy(),
        "rawPredictionCol",
        "column name for the network's logits; empty for none",
        typeConverter=TypeConverters.toString,
    )
    seed: Param[int] = Param(
        Params._dummy(),
        "seed",
        "seed of initial weights, order and augmentation",
        typeConverter=TypeConverters.toInt,
    )
    thresholds: Param[List[float]] = Param(
        Params._dummy(),
        "thresholds",
        "one for each label, >= 0 and at most one of them 0: the label with the largest probability divided "
        "by its threshold is predicted; the most probable one if not set",
        typeConverter=TypeConverters.toListFloat,
    )
    validationIndicatorCol: Param[str] = Param(
        Params._dummy(),
        "validationIndicatorCol",
        "boolean column: rows with true do not train but choose the epoch whose weights are kept; without it "
        "the last epoch's are",
        typeConverter=TypeConverters.toString,
    )
    weightCol: Param[str] = Param(
        Params._dummy(),
        "weightCol",
        "column of numbers (>= 0): how much a row counts in training; 0 leaves it out, null counts as 1; all "
        "alike if not set",
        typeConverter=TypeConverters.toString,
    )
    weights: Param[str] = Param(
        Params._dummy(),
        "weights",
        "where to start: a run's directory, a .safetensors or .pth file, torchvision:NAME, "
        "registry:NAME@champion; random if not set",
        typeConverter=TypeConverters.toString,
    )
    workingDir: Param[str] = Param(
        Params._dummy(),
        "workingDir",
        "directory that driver and executors share, for the prepared images while fit runs; if not set, "
        "Spark's checkpoint directory, or java.io.tmpdir in local mode",
        typeConverter=TypeConverters.toString,
    )

    @keyword_only
    def __init__(
        self,
        *,
        architecture: str = "resnet18",
        augmentation: str = "cifar",
        averagingFrequency: int = 10,
        batchSize: int = 64,
        classWeights: str = "none",
        earlyStoppingEpochs: int = 0,
        embeddingCol: str = "",
        epochs: int = 10,
        handleInvalid: str = "error",
        inferencePrecision: str = "model",
        inputCol: str = "image",
        inputSize: Optional[int] = None,
        labelCol: str = "label",
        learningRate: float = 0.1,
        numWorkers: int = 2,
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        rawPredictionCol: str = "rawPrediction",
        seed: int = 1,
        thresholds: Optional[List[float]] = None,
        validationIndicatorCol: Optional[str] = None,
        weightCol: Optional[str] = None,
        weights: Optional[str] = None,
        workingDir: Optional[str] = None,
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("resnetspark.ml.ResNetClassifier", self.uid)
        self._setDefault(
            architecture="resnet18",
            augmentation="cifar",
            averagingFrequency=10,
            batchSize=64,
            classWeights="none",
            earlyStoppingEpochs=0,
            embeddingCol="",
            epochs=10,
            handleInvalid="error",
            inferencePrecision="model",
            inputCol="image",
            labelCol="label",
            learningRate=0.1,
            numWorkers=2,
            predictionCol="prediction",
            probabilityCol="probability",
            rawPredictionCol="rawPrediction",
            seed=1,
        )
        self._set(**self._input_kwargs)

    @keyword_only
    def setParams(
        self: Stage,
        *,
        architecture: str = "resnet18",
        augmentation: str = "cifar",
        averagingFrequency: int = 10,
        batchSize: int = 64,
        classWeights: str = "none",
        earlyStoppingEpochs: int = 0,
        embeddingCol: str = "",
        epochs: int = 10,
        handleInvalid: str = "error",
        inferencePrecision: str = "model",
        inputCol: str = "image",
        inputSize: Optional[int] = None,
        labelCol: str = "label",
        learningRate: float = 0.1,
        numWorkers: int = 2,
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        rawPredictionCol: str = "rawPrediction",
        seed: int = 1,
        thresholds: Optional[List[float]] = None,
        validationIndicatorCol: Optional[str] = None,
        weightCol: Optional[str] = None,
        weights: Optional[str] = None,
        workingDir: Optional[str] = None,
    ) -> Stage:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)  # type: ignore[attr-defined]

    def getArchitecture(self) -> str:
        return self.getOrDefault(self.architecture)

    def setArchitecture(self: Stage, value: str) -> Stage:
        return self._set(architecture=value)

    def getAugmentation(self) -> str:
        return self.getOrDefault(self.augmentation)

    def setAugmentation(self: Stage, value: str) -> Stage:
        return self._set(augmentation=value)

    def getAveragingFrequency(self) -> int:
        return self.getOrDefault(self.averagingFrequency)

    def setAveragingFrequency(self: Stage, value: int) -> Stage:
        return self._set(averagingFrequency=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setBatchSize(self: Stage, value: int) -> Stage:
        return self._set(batchSize=value)

    def getClassWeights(self) -> str:
        return self.getOrDefault(self.classWeights)

    def setClassWeights(self: Stage, value: str) -> Stage:
        return self._set(classWeights=value)

    def getEarlyStoppingEpochs(self) -> int:
        return self.getOrDefault(self.earlyStoppingEpochs)

    def setEarlyStoppingEpochs(self: Stage, value: int) -> Stage:
        return self._set(earlyStoppingEpochs=value)

    def getEmbeddingCol(self) -> str:
        return self.getOrDefault(self.embeddingCol)

    def setEmbeddingCol(self: Stage, value: str) -> Stage:
        return self._set(embeddingCol=value)

    def getEpochs(self) -> int:
        return self.getOrDefault(self.epochs)

    def setEpochs(self: Stage, value: int) -> Stage:
        return self._set(epochs=value)

    def getHandleInvalid(self) -> str:
        return self.getOrDefault(self.handleInvalid)

    def setHandleInvalid(self: Stage, value: str) -> Stage:
        return self._set(handleInvalid=value)

    def getInferencePrecision(self) -> str:
        return self.getOrDefault(self.inferencePrecision)

    def setInferencePrecision(self: Stage, value: str) -> Stage:
        return self._set(inferencePrecision=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setInputCol(self: Stage, value: str) -> Stage:
        return self._set(inputCol=value)

    def getInputSize(self) -> int:
        return self.getOrDefault(self.inputSize)

    def setInputSize(self: Stage, value: int) -> Stage:
        return self._set(inputSize=value)

    def getLabelCol(self) -> str:
        return self.getOrDefault(self.labelCol)

    def setLabelCol(self: Stage, value: str) -> Stage:
        return self._set(labelCol=value)

    def getLearningRate(self) -> float:
        return self.getOrDefault(self.learningRate)

    def setLearningRate(self: Stage, value: float) -> Stage:
        return self._set(learningRate=value)

    def getNumWorkers(self) -> int:
        return self.getOrDefault(self.numWorkers)

    def setNumWorkers(self: Stage, value: int) -> Stage:
        return self._set(numWorkers=value)

    def getPredictionCol(self) -> str:
        return self.getOrDefault(self.predictionCol)

    def setPredictionCol(self: Stage, value: str) -> Stage:
        return self._set(predictionCol=value)

    def getProbabilityCol(self) -> str:
        return self.getOrDefault(self.probabilityCol)

    def setProbabilityCol(self: Stage, value: str) -> Stage:
        return self._set(probabilityCol=value)

    def getRawPredictionCol(self) -> str:
        return self.getOrDefault(self.rawPredictionCol)

    def setRawPredictionCol(self: Stage, value: str) -> Stage:
        return self._set(rawPredictionCol=value)

    def getSeed(self) -> int:
        return self.getOrDefault(self.seed)

    def setSeed(self: Stage, value: int) -> Stage:
        return self._set(seed=value)

    def getThresholds(self) -> List[float]:
        return self.getOrDefault(self.thresholds)

    def setThresholds(self: Stage, value: List[float]) -> Stage:
        return self._set(thresholds=value)

    def getValidationIndicatorCol(self) -> str:
        return self.getOrDefault(self.validationIndicatorCol)

    def setValidationIndicatorCol(self: Stage, value: str) -> Stage:
        return self._set(validationIndicatorCol=value)

    def getWeightCol(self) -> str:
        return self.getOrDefault(self.weightCol)

    def setWeightCol(self: Stage, value: str) -> Stage:
        return self._set(weightCol=value)

    def getWeights(self) -> str:
        return self.getOrDefault(self.weights)

    def setWeights(self: Stage, value: str) -> Stage:
        return self._set(weights=value)

    def getWorkingDir(self) -> str:
        return self.getOrDefault(self.workingDir)

    def setWorkingDir(self: Stage, value: str) -> Stage:
        return self._set(workingDir=value)


class ResNetClassificationModelParams(JavaParams):
    """Of ``ResNetClassificationModel``."""

    _java_obj: Any = None  # also where the constructor refuses its arguments

    batchSize: Param[int] = Param(
        Params._dummy(),
        "batchSize",
        "images per minibatch of each worker, and per call of the network in prediction (>= 1)",
        typeConverter=TypeConverters.toInt,
    )
    embeddingCol: Param[str] = Param(
        Params._dummy(),
        "embeddingCol",
        "column name for what the network's last layer reads, a vector; empty for none",
        typeConverter=TypeConverters.toString,
    )
    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "what to do with rows whose image cannot be read: error (fail), skip (leave the row out) or keep "
        "(nulls in the output columns; such rows never train)",
        typeConverter=TypeConverters.toString,
    )
    inferencePrecision: Param[str] = Param(
        Params._dummy(),
        "inferencePrecision",
        "what the network computes with in prediction: model (int8 if it was quantised, else fp32), auto "
        "(bf16 where the driver's processor has it), fp32, bf16 or int8",
        typeConverter=TypeConverters.toString,
    )
    inputCol: Param[str] = Param(
        Params._dummy(),
        "inputCol",
        "column of images: encoded bytes (binary), structs with encoded bytes, or Spark's image structs",
        typeConverter=TypeConverters.toString,
    )
    predictionCol: Param[str] = Param(
        Params._dummy(),
        "predictionCol",
        "prediction column name; empty for none",
        typeConverter=TypeConverters.toString,
    )
    probabilityCol: Param[str] = Param(
        Params._dummy(),
        "probabilityCol",
        "column name for predicted class probabilities; empty for none",
        typeConverter=TypeConverters.toString,
    )
    rawPredictionCol: Param[str] = Param(
        Params._dummy(),
        "rawPredictionCol",
        "column name for the network's logits; empty for none",
        typeConverter=TypeConverters.toString,
    )
    thresholds: Param[List[float]] = Param(
        Params._dummy(),
        "thresholds",
        "one for each label, >= 0 and at most one of them 0: the label with the largest probability divided "
        "by its threshold is predicted; the most probable one if not set",
        typeConverter=TypeConverters.toListFloat,
    )

    def __init__(self, java_model: Any = None) -> None:
        super().__init__(java_model)
        self._setDefault(
            batchSize=64,
            embeddingCol="",
            handleInvalid="error",
            inferencePrecision="model",
            inputCol="image",
            predictionCol="prediction",
            probabilityCol="probability",
            rawPredictionCol="rawPrediction",
        )

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setBatchSize(self: Stage, value: int) -> Stage:
        return self._set(batchSize=value)

    def getEmbeddingCol(self) -> str:
        return self.getOrDefault(self.embeddingCol)

    def setEmbeddingCol(self: Stage, value: str) -> Stage:
        return self._set(embeddingCol=value)

    def getHandleInvalid(self) -> str:
        return self.getOrDefault(self.handleInvalid)

    def setHandleInvalid(self: Stage, value: str) -> Stage:
        return self._set(handleInvalid=value)

    def getInferencePrecision(self) -> str:
        return self.getOrDefault(self.inferencePrecision)

    def setInferencePrecision(self: Stage, value: str) -> Stage:
        return self._set(inferencePrecision=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setInputCol(self: Stage, value: str) -> Stage:
        return self._set(inputCol=value)

    def getPredictionCol(self) -> str:
        return self.getOrDefault(self.predictionCol)

    def setPredictionCol(self: Stage, value: str) -> Stage:
        return self._set(predictionCol=value)

    def getProbabilityCol(self) -> str:
        return self.getOrDefault(self.probabilityCol)

    def setProbabilityCol(self: Stage, value: str) -> Stage:
        return self._set(probabilityCol=value)

    def getRawPredictionCol(self) -> str:
        return self.getOrDefault(self.rawPredictionCol)

    def setRawPredictionCol(self: Stage, value: str) -> Stage:
        return self._set(rawPredictionCol=value)

    def getThresholds(self) -> List[float]:
        return self.getOrDefault(self.thresholds)

    def setThresholds(self: Stage, value: List[float]) -> Stage:
        return self._set(thresholds=value)


class ResNetFeaturizerParams(JavaParams):
    """Of ``ResNetFeaturizer``."""

    _java_obj: Any = None  # also where the constructor refuses its arguments
    _input_kwargs: Dict[str, Any]  # what keyword_only was given

    architecture: Param[str] = Param(
        Params._dummy(),
        "architecture",
        "network of a model that does not say itself which it is; empty where it does",
        typeConverter=TypeConverters.toString,
    )
    batchSize: Param[int] = Param(
        Params._dummy(),
        "batchSize",
        "images per minibatch of each worker, and per call of the network in prediction (>= 1)",
        typeConverter=TypeConverters.toInt,
    )
    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "what to do with rows whose image cannot be read: error (fail), skip (leave the row out) or keep "
        "(nulls in the output columns; such rows never train)",
        typeConverter=TypeConverters.toString,
    )
    inferencePrecision: Param[str] = Param(
        Params._dummy(),
        "inferencePrecision",
        "what the network computes with in prediction: model (int8 if it was quantised, else fp32), auto "
        "(bf16 where the driver's processor has it), fp32, bf16 or int8",
        typeConverter=TypeConverters.toString,
    )
    inputCol: Param[str] = Param(
        Params._dummy(),
        "inputCol",
        "column of images: encoded bytes (binary), structs with encoded bytes, or Spark's image structs",
        typeConverter=TypeConverters.toString,
    )
    model: Param[str] = Param(
        Params._dummy(),
        "model",
        "the network: a run's directory, a .safetensors or .pth file, torchvision:NAME, "
        "registry:NAME@champion",
        typeConverter=TypeConverters.toString,
    )
    outputCol: Param[str] = Param(
        Params._dummy(),
        "outputCol",
        "column name for the features, a vector",
        typeConverter=TypeConverters.toString,
    )

    @keyword_only
    def __init__(
        self,
        *,
        architecture: str = "",
        batchSize: int = 64,
        handleInvalid: str = "error",
        inferencePrecision: str = "model",
        inputCol: str = "image",
        model: Optional[str] = None,
        outputCol: str = "features",
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("resnetspark.ml.ResNetFeaturizer", self.uid)
        self._setDefault(
            architecture="",
            batchSize=64,
            handleInvalid="error",
            inferencePrecision="model",
            inputCol="image",
            outputCol="features",
        )
        self._set(**self._input_kwargs)

    @keyword_only
    def setParams(
        self: Stage,
        *,
        architecture: str = "",
        batchSize: int = 64,
        handleInvalid: str = "error",
        inferencePrecision: str = "model",
        inputCol: str = "image",
        model: Optional[str] = None,
        outputCol: str = "features",
    ) -> Stage:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)  # type: ignore[attr-defined]

    def getArchitecture(self) -> str:
        return self.getOrDefault(self.architecture)

    def setArchitecture(self: Stage, value: str) -> Stage:
        return self._set(architecture=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setBatchSize(self: Stage, value: int) -> Stage:
        return self._set(batchSize=value)

    def getHandleInvalid(self) -> str:
        return self.getOrDefault(self.handleInvalid)

    def setHandleInvalid(self: Stage, value: str) -> Stage:
        return self._set(handleInvalid=value)

    def getInferencePrecision(self) -> str:
        return self.getOrDefault(self.inferencePrecision)

    def setInferencePrecision(self: Stage, value: str) -> Stage:
        return self._set(inferencePrecision=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setInputCol(self: Stage, value: str) -> Stage:
        return self._set(inputCol=value)

    def getModel(self) -> str:
        return self.getOrDefault(self.model)

    def setModel(self: Stage, value: str) -> Stage:
        return self._set(model=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setOutputCol(self: Stage, value: str) -> Stage:
        return self._set(outputCol=value)
