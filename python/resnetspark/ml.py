"""Residual networks as stages of Spark ML pipelines. Everything is computed by the Java classes of the same names."""

from typing import Any, List, Optional

from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel, JavaTransformer

from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from resnetspark._params import ResNetClassificationModelParams, ResNetClassifierParams, ResNetFeaturizerParams
from resnetspark.session import jvm

__all__ = ["ResNetClassificationModel", "ResNetClassifier", "ResNetFeaturizer"]


class ResNetClassificationModel(
    ResNetClassificationModelParams,
    JavaModel,
    JavaMLReadable["ResNetClassificationModel"],
    JavaMLWritable,
):
    """Appends logits, probabilities and the predicted label to rows with images."""

    @classmethod
    def fromModel(cls, name: str, architecture: Optional[str] = None) -> "ResNetClassificationModel":
        """A model trained elsewhere: a run's directory, a ``.safetensors`` file, ``torchvision:resnet50``, a folder of the
        Hugging Face hub, ``registry:NAME@champion``.

        :param architecture: which network it is, where that is not said there
        """
        java = jvm(SparkSession.active()).resnetspark.ml.ResNetClassificationModel
        return cls._from_java(java.fromModel(name) if architecture is None else java.fromModel(name, architecture))

    def _asked(self, name: str) -> Any:
        """What the JVM's model says of itself. Over Spark Connect a server tells that of Spark's own models only."""
        if is_remote():
            raise AttributeError(f"{name} of a model is not to be had over Spark Connect")
        return self._call_java(name)

    @property
    def numClasses(self) -> int:
        """Number of labels: 0 to ``numClasses - 1``."""
        return self._asked("numClasses")

    @property
    def labels(self) -> List[str]:
        """Names of the labels 0, 1, …: those of the label column's metadata, else the numbers."""
        return list(self._asked("labels"))

    @property
    def architecture(self) -> str:
        """The named network, for example ``resnet18``."""
        return self._asked("architecture")

    @property
    def inputSize(self) -> int:
        """Height and width in pixels of the network's input."""
        return self._asked("inputSize")


class ResNetClassifier(
    ResNetClassifierParams,
    JavaEstimator[ResNetClassificationModel],
    JavaMLReadable["ResNetClassifier"],
    JavaMLWritable,
):
    """Trains a residual network on a column of images and a numeric column of labels 0, 1, …, by averaging parameters
    over Spark tasks. ``explainParams()`` documents the parameters.
    """

    def _create_model(self, java_model: Any) -> ResNetClassificationModel:
        return ResNetClassificationModel(java_model)


class ResNetFeaturizer(
    ResNetFeaturizerParams,
    JavaTransformer,
    JavaMLReadable["ResNetFeaturizer"],
    JavaMLWritable,
):
    """Appends what the last layer of a network reads: features of an image for any other stage. A saved stage has its
    network inside.
    """
