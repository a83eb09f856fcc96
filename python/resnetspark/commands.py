"""The commands of ``resnet`` as functions, in the JVM of the session.

Keyword arguments are the command's options, with underscores for hyphens: ``learning_rate=0.05`` is
``--learning-rate 0.05``. ``True`` gives an option that takes no value, a list gives it several times, a dictionary becomes
``key=value,…``. ``config`` names configuration files and ``settings={"train.seed": 3}`` single keys, as ``--config`` and
``--set`` do. The session is the active one, or the one that :func:`resnetspark.start` makes.
"""

import json
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Union

from pyspark.sql import DataFrame, SparkSession

from resnetspark.errors import BY_EXIT_CODE, ResNetSparkError
from resnetspark.session import jvm, start

Option = Union[str, int, float, bool, Path, Sequence[Any], Mapping[str, Any], None]


class Retraining(NamedTuple):
    """How a retraining came out."""

    message: str
    """What ``resnet retrain`` prints in the end."""
    verdict: Optional[str]
    """``promote``, ``keep``, …; none where there was nothing to do."""
    version: Optional[int]
    """The challenger's number in the registry."""
    report: Optional[str]
    """The page with the reasons."""


def prepare(input: str, output: str, **options: Option) -> str:
    """Labelled images into a dataset; returns its directory. ``format="image-folder"``, ``image_size=224``, …"""
    return _run("prepare", input=input, output=output, **options)["outputs"]["dataset"]


def train(data: str, output: str, **options: Option) -> str:
    """A dataset into a run; returns its directory, a model wherever one is named. ``arch="resnet18"``, ``epochs=5``, …"""
    return _run("train", data=data, output=output, **options)["outputs"]["run"]


def evaluate(data: str, model: Union[str, Sequence[str]], output: str, **options: Option) -> Dict[str, Any]:
    """Models and a split into a report; returns ``report.json``, whose page is ``output``'s ``index.html``."""
    _run("evaluate", data=data, model=model, output=output, **options)
    session = SparkSession.active()
    text = session.read.text(output.rstrip("/") + "/report.json", wholetext=True).first()
    return json.loads(text[0]) if text else {}


def predict(input: str, model: str, output: str, **options: Option) -> DataFrame:
    """Images into a table of labels and probabilities; returns it, as it lies in ``output``."""
    _run("predict", input=input, model=model, output=output, **options)
    return SparkSession.active().read.parquet(output.rstrip("/") + "/predictions.parquet")


def quantize(data: str, model: str, output: str, **options: Option) -> str:
    """A model into one that classifies in 8-bit integers, calibrated by images of ``data``; returns its file."""
    return _run("quantize", data=data, model=model, output=output, **options)["outputs"]["model"]


def retrain(config: Union[str, Sequence[str]], **options: Option) -> Retraining:
    """New batches of images into a challenger, and the better model into the registry."""
    outcome = _run("retrain", config=config, **options)
    outputs = outcome["outputs"]
    version = outputs.get("version")
    return Retraining(
        outcome["message"], outputs.get("verdict"), None if version is None else int(version), outputs.get("report")
    )


def _run(command: str, **options: Option) -> Dict[str, Any]:
    session = SparkSession.getActiveSession() or start()
    vm = jvm(session)
    with tempfile.TemporaryDirectory(prefix="resnetspark-") as folder:
        arguments = [command, *_arguments(options), "--outcome", folder]
        given = session._sc._gateway.new_array(vm.String, len(arguments))  # type: ignore[union-attr]
        for i, argument in enumerate(arguments):
            given[i] = argument
        said = vm.java.io.StringWriter()
        line = vm.io.resnetspark.jobs.command.Commands.commandLine()
        line.setErr(vm.java.io.PrintWriter(said, True))
        code = line.execute(given)
        file = Path(folder, "outcome.json")
        outcome: Dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    if code != 0:
        raise BY_EXIT_CODE.get(code, ResNetSparkError)(outcome.get("message") or said.toString().strip())
    return outcome


def _arguments(options: Mapping[str, Option]) -> Iterator[str]:
    for name, value in options.items():
        if name == "settings" and isinstance(value, Mapping):
            for key, setting in value.items():
                yield from ("--set", f"{key}={_text(setting)}")
            continue
        option = "--" + name.replace("_", "-")
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each is True:
                yield option
            elif each is not None and each is not False:
                yield from (option, _text(each))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{key}={_text(each)}" for key, each in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
