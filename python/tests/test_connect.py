"""Spark Connect: the client is this process alone, which has no JVM; the server has the application jar."""

import os
import subprocess
import sys
from pathlib import Path

import pyspark
import pytest

from resnetspark.session import _delta_jars, _find

pytestmark = pytest.mark.skipif(
    int(pyspark.__version__.split(".")[0]) < 4, reason="machine learning over Spark Connect came with Spark 4"
)

# In a process of its own: pyspark is either of both kinds for good.
PROGRAM = """
import sys
from pyspark.sql import SparkSession
sys.path.insert(0, {tests!r})
from conftest import classifier, tiny_images
from resnetspark.ml import ResNetClassificationModel, ResNetFeaturizer

settings = {settings!r}
builder = SparkSession.builder.remote("local[2]")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
try:
    assert not hasattr(spark, "_jvm") or "connect" in type(spark).__module__, type(spark)
    images = tiny_images(spark)
    model = classifier(epochs=6).fit(images)
    predicted = model.transform(images)
    right = predicted.where("prediction = label").count()
    path = {folder!r} + "/model"
    model.write().save(path)
    loaded = ResNetClassificationModel.load(path)
    again = loaded.transform(images)
    same = predicted.join(again.withColumnRenamed("prediction", "again").select("id", "again"), "id")
    differing = same.where("prediction <> again").count()
    estimator = {folder!r} + "/estimator"
    classifier(epochs=3).write().save(estimator)
    from resnetspark.ml import ResNetClassifier
    epochs = ResNetClassifier.load(estimator).getEpochs()
    print("RESULT", type(spark).__module__, right, differing, epochs)
finally:
    spark.stop()
"""


def test_fit_transform_save_and_load(tmp_path):
    pytest.importorskip("grpc")
    jars = [_find(None), *_delta_jars(_find(None))]
    settings = {
        "spark.jars": ",".join(map(str, jars)),
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.ui.enabled": "false",
        "spark.sql.artifact.isolation.enabled": "false",
    }
    program = PROGRAM.format(tests=str(Path(__file__).parent), settings=settings, folder=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=400, cwd=tmp_path, env={**os.environ}
    )
    result = [line.split() for line in done.stdout.splitlines() if line.startswith("RESULT")]
    assert result, done.stderr[-6000:]
    module, right, differing, epochs = result[0][1:]
    assert ".connect." in module
    assert int(right) >= 36
    assert int(differing) == 0
    assert int(epochs) == 3
