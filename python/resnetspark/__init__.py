"""resnet-spark from Python: residual networks as PySpark ML stages (:mod:`resnetspark.ml`), and its commands."""

from resnetspark.commands import evaluate, predict, prepare, quantize, retrain, train
from resnetspark.errors import BadDataError, ConfigurationError, DivergedError, ResNetSparkError, convert
from resnetspark.session import start

convert()

__all__ = [
    "BadDataError",
    "ConfigurationError",
    "DivergedError",
    "ResNetSparkError",
    "evaluate",
    "predict",
    "prepare",
    "quantize",
    "retrain",
    "start",
    "train",
]
