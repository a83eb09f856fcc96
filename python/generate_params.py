"""Writes resnetspark/_params.py from the parameters of the Java stages: python generate_params.py (a test compares)."""

import json
import textwrap
from pathlib import Path
from typing import Any, Iterator, List, NamedTuple

FILE = Path(__file__).parent / "resnetspark" / "_params.py"
STAGES = ("ResNetClassifier", "ResNetClassificationModel", "ResNetFeaturizer")
TYPES = {
    "Param": ("str", "toString"),
    "IntParam": ("int", "toInt"),
    "LongParam": ("int", "toInt"),
    "DoubleParam": ("float", "toFloat"),
    "DoubleArrayParam": ("List[float]", "toListFloat"),
}

HEAD = '''\
"""Parameters of the stages. Written by generate_params.py from their Java classes; a test compares."""

from typing import Any, Dict, List, Optional, TypeVar

from pyspark import keyword_only
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.wrapper import JavaParams

Stage = TypeVar("Stage", bound=Params)
'''


class Parameter(NamedTuple):
    name: str
    doc: str
    type: str
    converter: str
    default: Any

    @property
    def capital(self) -> str:
        return self.name[0].upper() + self.name[1:]


def parameters(jvm: Any, stage: str) -> List[Parameter]:
    """As the Java class declares them."""
    if stage == "ResNetClassificationModel":  # has no constructor of its own; it shares those of its estimator
        java = jvm.Thread.currentThread().getContextClassLoader().loadClass("resnetspark.ml." + stage)
        shared = {
            method.getName()
            for method in java.getMethods()
            if method.getReturnType().getName().startswith("org.apache.spark.ml.param.")
        }
        return [each for each in parameters(jvm, "ResNetClassifier") if each.name in shared]
    java = getattr(jvm.resnetspark.ml, stage)()
    found = []
    for param in java.params():
        default = java.getDefault(param)
        found.append(
            Parameter(
                param.name(),
                param.doc(),
                *TYPES[param.getClass().getSimpleName()],
                default.get() if default.isDefined() else None,
            )
        )
    return found


def literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def declared(params: List[Parameter]) -> Iterator[str]:
    for param in params:
        yield f"    {param.name}: Param[{param.type}] = Param(\n        Params._dummy(),\n        {literal(param.name)},"
        yield from textwrap.indent(folded(param.doc), " " * 8).splitlines()
        yield f"        typeConverter=TypeConverters.{param.converter},\n    )"
    yield ""


def folded(doc: str) -> str:
    lines = textwrap.wrap(doc, 100, break_on_hyphens=False)
    return "\n".join(literal(line + " " * (i < len(lines) - 1)) for i, line in enumerate(lines)) + ","


def keywords(params: List[Parameter]) -> str:
    return "".join(
        f"        {param.name}: "
        + (f"Optional[{param.type}] = None" if param.default is None else f"{param.type} = {literal(param.default)}")
        + ",\n"
        for param in params
    )


def defaults(params: List[Parameter]) -> Iterator[str]:
    yield "        self._setDefault("
    yield from (f"            {param.name}={literal(param.default)}," for param in params if param.default is not None)
    yield "        )"


def source(jvm: Any) -> str:
    lines = [HEAD]
    for stage in STAGES:
        params = parameters(jvm, stage)
        lines += ["", f"class {stage}Params(JavaParams):", f'    """Of ``{stage}``."""', ""]
        lines += ["    _java_obj: Any = None  # also where the constructor refuses its arguments"]
        if not stage.endswith("Model"):
            lines += ["    _input_kwargs: Dict[str, Any]  # what keyword_only was given"]
        lines += ["", *declared(params)]
        if stage.endswith("Model"):
            lines += ["    def __init__(self, java_model: Any = None) -> None:", "        super().__init__(java_model)"]
            lines += defaults(params)
        else:
            lines += ["    @keyword_only", f"    def __init__(\n        self,\n        *,\n{keywords(params)}    ) -> None:"]
            lines += ["        super().__init__()"]
            lines += [f'        self._java_obj = self._new_java_obj("resnetspark.ml.{stage}", self.uid)']
            lines += defaults(params)
            lines += ["        self._set(**self._input_kwargs)", "", "    @keyword_only"]
            lines += [f"    def setParams(\n        self: Stage,\n        *,\n{keywords(params)}    ) -> Stage:"]
            lines += ['        """Sets those that are given."""']
            lines += ["        return self._set(**self._input_kwargs)  # type: ignore[attr-defined]"]
        for param in params:
            lines += ["", f"    def get{param.capital}(self) -> {param.type}:"]
            lines += [f"        return self.getOrDefault(self.{param.name})"]
            lines += ["", f"    def set{param.capital}(self: Stage, value: {param.type}) -> Stage:"]
            lines += [f"        return self._set({param.name}=value)"]
        lines += [""]
    return "\n".join(lines)


if __name__ == "__main__":
    import resnetspark.session

    FILE.write_text(source(resnetspark.session.jvm(resnetspark.session.start("local[1]"))))
