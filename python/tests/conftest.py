import os
import random
import struct
import sys
import zlib
from pathlib import Path

import pytest
from pyspark.sql import functions

import resnetspark
from resnetspark.ml import ResNetClassifier

# For the processes that tests start.
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")])
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

SIDE = 16
NETWORK = "cifar-resnet20+blocks=1-1-1+widths=8-8-16"
ROOT = Path(__file__).resolve().parents[2]


def noise(seed, shade, side=SIDE):
    """Noise, dark for shade 0 and light for shade 1, as rows of red, green, blue."""
    randomly = random.Random(seed)
    return bytes((shade * 256 + randomly.randrange(256)) // 2 for _ in range(side * side * 3))


def png(rgb, side=SIDE):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + rgb[y * side * 3 : (y + 1) * side * 3] for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def classifier(**params):
    """Of the smallest network, trained for a moment."""
    given = dict(architecture=NETWORK, inputSize=SIDE, epochs=1, batchSize=8, averagingFrequency=2)
    given.update(augmentation="none", learningRate=0.05)
    return ResNetClassifier(**{**given, **params})


def tiny_images(spark, count=40):
    rows = [(i, bytearray(png(noise(i, i % 2))), float(i % 2)) for i in range(count)]
    return spark.createDataFrame(rows, "id long, image binary, label double").repartition(2, functions.col("id"))


def write_folders(folder, each, seed=0, side=SIDE):
    """Class folders of images."""
    for shade, name in enumerate(("dark", "light")):
        (folder / name).mkdir(parents=True)
        for i in range(each):
            (folder / name / f"{i}.png").write_bytes(png(noise(seed + 2 * i + shade, shade, side), side))
    return str(folder)


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("warehouse").as_uri()
    session = resnetspark.start(
        "local[2]",
        conf={
            "spark.ui.enabled": False,
            "spark.sql.shuffle.partitions": 2,
            "spark.databricks.delta.snapshotPartitions": 2,
            "spark.sql.warehouse.dir": warehouse,
        },
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def images(spark):
    return tiny_images(spark).cache()


@pytest.fixture(scope="session")
def model(images):
    return classifier(epochs=6).fit(images)
