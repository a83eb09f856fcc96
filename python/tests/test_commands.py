"""The commands as functions, on tiny images, in the session's JVM."""

import pytest
from conftest import NETWORK, write_folders
from pyspark.sql import SparkSession

import resnetspark
from resnetspark import BadDataError, ConfigurationError, ResNetSparkError
from resnetspark.commands import _arguments
from resnetspark.ml import ResNetClassificationModel

TRAINING = dict(arch=NETWORK, input_size=16, epochs=4, batch_size=8, workers=2, averaging_frequency=2, learning_rate=0.05)


@pytest.fixture(scope="module")
def dataset(spark, tmp_path_factory):
    photos = write_folders(tmp_path_factory.mktemp("photos") / "photos", each=30)
    output = str(tmp_path_factory.mktemp("data") / "photos")
    made = resnetspark.prepare(photos, output, format="image-folder", image_size=16, split=dict(train=0.6, val=0.2, test=0.2))
    assert made.endswith("/photos")
    return made


@pytest.fixture(scope="module")
def run(dataset, tmp_path_factory):
    return resnetspark.train(dataset, str(tmp_path_factory.mktemp("runs") / "1"), **TRAINING)


def test_keyword_arguments_are_options():
    options = dict(learning_rate=0.1, resume=True, ui=False, weights=None, model=["a", "b"], split={"train": 0.8, "val": 0.2})
    assert list(_arguments({**options, "settings": {"train.ema-decay": 0.9, "spark.ui": True}})) == [
        *("--learning-rate", "0.1", "--resume", "--model", "a", "--model", "b", "--split", "train=0.8,val=0.2"),
        *("--set", "train.ema-decay=0.9", "--set", "spark.ui=true"),
    ]


def test_images_become_predictions(spark, dataset, run, tmp_path):
    report = resnetspark.evaluate(dataset, run, str(tmp_path / "report"), split="test")
    assert (tmp_path / "report" / "index.html").is_file()
    assert report["top1"] > 0.6
    assert report["dataset"]["split"] == "test"
    more = write_folders(tmp_path / "more", each=3, seed=1000)
    predicted = resnetspark.predict(more, run, str(tmp_path / "predictions"))
    assert predicted.count() == 6
    assert {"path", "label", "probability"} <= set(predicted.columns)
    assert predicted.toPandas().label.isin(["dark", "light"]).all()
    assert ResNetClassificationModel.fromModel(run).labels == ["dark", "light"]


def test_the_session_stays_and_keeps_its_settings(spark, dataset):
    assert SparkSession.getActiveSession() is not None
    assert spark.range(3).count() == 3
    assert spark._jvm.org.apache.spark.sql.SparkSession.active().equals(spark._jsparkSession)
    assert spark.conf.get("spark.sql.shuffle.partitions") == "2"


def test_mistakes_are_python_exceptions_with_the_commands_message(spark, dataset, run, tmp_path):
    with pytest.raises(ConfigurationError, match="--epoch'"):
        resnetspark.train(dataset, str(tmp_path / "run"), epoch=3)
    with pytest.raises(ConfigurationError, match="batch-size"):
        resnetspark.train(dataset, str(tmp_path / "run"), **{**TRAINING, "batch_size": 0})
    with pytest.raises(BadDataError, match="nowhere"):
        resnetspark.train(str(tmp_path / "nowhere"), str(tmp_path / "run"), **TRAINING)
    with pytest.raises(ResNetSparkError, match="top1"):
        resnetspark.evaluate(dataset, run, str(tmp_path / "report"), split="test", fail_under="top1=1.1")


def test_a_retraining_makes_the_first_champion(spark, tmp_path):
    write_folders(tmp_path / "incoming" / "first" / "train", each=20)
    write_folders(tmp_path / "incoming" / "first" / "test", each=10, seed=500)
    (tmp_path / "retrain.conf").write_text(
        f"""
        registry.path = "{tmp_path}/registry"
        retrain {{ incoming = "{tmp_path}/incoming", dataset = "{tmp_path}/dataset", work = "{tmp_path}/work", model = shades }}
        retrain.challenger.epochs = 4
        prepare {{ format = image-folder, resize {{ rule = exact, size-pixels = 16 }}, split.from = source }}
        train {{ arch = "{NETWORK}", input-size = 16, workers = 2, epochs = 4, batch-size = 8, learning-rate = 0.05 }}
        """
    )
    settings = {"retrain.trigger.minimum-images": 10}
    done = resnetspark.retrain(str(tmp_path / "retrain.conf"), settings=settings)
    assert done.version == 1, done
    assert done.verdict and done.report
    again = resnetspark.retrain(str(tmp_path / "retrain.conf"), settings=settings)
    assert again.version is None, again
