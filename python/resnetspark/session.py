"""A Spark session with everything of resnet-spark in place."""

import os
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional

import pyspark
from pyspark.sql import SparkSession

from resnetspark.errors import ConfigurationError

_JAR = "resnet-spark.jar"
_BUILT = Path("jobs", "target", _JAR)

# What datasets, which are Delta tables, need of a session from its start.
_DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}


def start(
    master: str = "local[*]",
    *,
    app_name: str = "resnet-spark",
    jar: Optional[str] = None,
    conf: Optional[Mapping[str, Any]] = None,
) -> SparkSession:
    """A session with the application jar and Delta Lake, on the Spark that PySpark brings.

    :param master: ``local[N]``, ``spark://host:port``, …
    :param jar: the application jar; otherwise ``RESNET_SPARK_JAR`` names it, or it is packaged with this module, or built
        in a project above this module or the working directory
    :param conf: any of Spark's own settings; they win over those made here
    :raises ConfigurationError: if there is no jar, or Spark already runs without it
    """
    path = _find(jar)
    settings = {**_settings(master, path), **{key: str(value) for key, value in (conf or {}).items()}}
    # oneDNN's threads spin while they wait; several tasks on the same cores then slow each other down several times.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    builder = SparkSession.builder.master(master).appName(app_name)
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    jvm(session)
    for key, value in _DELTA.items():
        if value not in (session.conf.get(key, "") or ""):
            raise ConfigurationError(f"Spark already runs without Delta Lake: {key} must be {value} from its start")
    return session


def jvm(session: SparkSession) -> Any:
    """The JVM of a session, once it is known to have resnet-spark."""
    machine: Any = session._jvm
    try:
        machine.Thread.currentThread().getContextClassLoader().loadClass("resnetspark.ml.ResNetClassifier")
    except Exception:
        raise ConfigurationError(
            "Spark already runs in this process without the application jar: call resnetspark.start() first, or give it "
            f"{_JAR} by spark.jars and Delta Lake's settings"
        ) from None
    return machine


def _find(given: Optional[str]) -> Path:
    named = given or os.environ.get("RESNET_SPARK_JAR")
    if named:
        if not Path(named).is_file():
            raise ConfigurationError(f"There is no {named}; RESNET_SPARK_JAR or jar names the application jar")
        return Path(named).resolve()
    for path in _places():
        if path.is_file():
            return path.resolve()
    raise ConfigurationError(
        f"{_JAR} is not found: build it with ./mvnw -DskipTests package in the project of resnet-spark, and name it by "
        f"RESNET_SPARK_JAR or start(jar=…)"
    )


def _places() -> Iterator[Path]:
    here = Path(__file__).resolve().parent
    yield here / "jars" / _JAR
    for root in (*here.parents, Path.cwd(), *Path.cwd().parents):
        yield root / _BUILT


def _delta_jars(jar: Path) -> List[Path]:
    """The Delta Lake made for this Spark, which lies beside the application jar."""
    minor = ".".join(pyspark.__version__.split(".")[:2])
    jars = sorted((jar.parent / "delta" / minor).glob("*.jar"))
    if not jars:
        raise ConfigurationError(
            f"There is no Delta Lake for Spark {minor} in {jar.parent / 'delta'}: resnet-spark runs on PySpark 3.5, or 4.0.1 "
            f"and later"
        )
    return jars


def _settings(master: str, jar: Path) -> Dict[str, str]:
    jars = [jar, *_delta_jars(jar)]
    settings = {
        **_DELTA,
        # Its own class loader: what is in spark.jars alone, Delta's start of a session does not see everywhere.
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.driver.memory": os.environ.get("RESNET_DRIVER_MEMORY", f"{_heap_mib()}m"),
        # Networks live outside the heap: JavaCPP would allow them as much as the heap.
        "spark.driver.extraJavaOptions": "-Dorg.bytedeco.javacpp.logger=slf4j -Dorg.bytedeco.javacpp.maxbytes="
        + os.environ.get("RESNET_NATIVE_MEMORY", f"{_memory_mib() // 2}m")
        + f" -Dorg.bytedeco.javacpp.maxphysicalbytes={_memory_mib() * 9 // 10}m",
        "spark.executorEnv.OMP_WAIT_POLICY": "passive",
        # Weights, pixels and JPEG files do not get smaller, and compressing takes as long as writing them.
        "spark.shuffle.compress": "false",
        "spark.broadcast.compress": "false",
    }
    if master.startswith("local[") or master == "local":
        # No other machine takes part, and a laptop's own name often resolves to nothing.
        settings["spark.driver.host"] = settings["spark.driver.bindAddress"] = "127.0.0.1"
    else:
        settings["spark.jars"] = ",".join(path.as_uri() for path in jars)
    return settings


def _memory_mib() -> int:
    """Of the machine or, where that is less, of the container."""
    mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and limit.read_text().strip().isdigit():
        mib = min(mib, int(limit.read_text()) >> 20)
    return mib


def _heap_mib() -> int:
    return min(max(_memory_mib() // 4, 1024), 8192)
