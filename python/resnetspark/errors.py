"""Failures of resnet-spark as Python exceptions with its own message."""

from typing import Any, Callable, Dict, Optional, Type

from pyspark.errors.exceptions import captured


class ResNetSparkError(RuntimeError):
    """A failure. Its message says what is wrong, where, and what to do about it.

    ``java_exception`` is what was thrown in the JVM, if that is known.
    """

    java_exception: Optional[Any] = None


class ConfigurationError(ResNetSparkError, ValueError):
    """Options, parameters, the session or their combination cannot work."""


class BadDataError(ResNetSparkError, ValueError):
    """Images, datasets, weights or labels are missing, damaged or do not fit."""


class DivergedError(ResNetSparkError, ArithmeticError):
    """Training produced a loss that is not finite or exploded."""


_BY_CLASS: Dict[str, Type[ResNetSparkError]] = {
    "io.resnetspark.model.error.ConfigurationException": ConfigurationError,
    "io.resnetspark.model.error.BadDataException": BadDataError,
    "io.resnetspark.model.error.DivergedException": DivergedError,
}

# Of the command line, for commands.
BY_EXIT_CODE: Dict[int, Type[ResNetSparkError]] = {2: ConfigurationError, 3: BadDataError, 4: DivergedError}

# Causes that are looked through; Spark wraps what a task throws in a few of its own.
_DEPTH = 16


def _converted(thrown: Any) -> Optional[ResNetSparkError]:
    cause = thrown
    for _ in range(_DEPTH):
        if cause is None:
            return None
        error = _BY_CLASS.get(cause.getClass().getName())
        if error is not None:
            converted = error(cause.getMessage())
            converted.java_exception = thrown
            return converted
        cause = cause.getCause()
    return None


def convert() -> None:
    """Lets PySpark raise these exceptions, wherever ours are thrown: in ``fit`` as in a later ``collect``."""
    original: Callable[..., Any] = captured.convert_exception
    if getattr(original, "of_resnetspark", False):
        return

    def convert_exception(thrown: Any) -> Any:
        converted = _converted(thrown)
        return original(thrown) if converted is None else converted

    setattr(convert_exception, "of_resnetspark", True)
    setattr(captured, "convert_exception", convert_exception)
