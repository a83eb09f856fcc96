"""The stages with everything of PySpark ML that they are used with."""

import numpy
import pytest
from conftest import NETWORK, SIDE, classifier, noise
from pyspark.errors import IllegalArgumentException
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import IndexToString, StringIndexer
from pyspark.ml.tuning import CrossValidator, CrossValidatorModel, ParamGridBuilder
from pyspark.sql import functions as F

import generate_params
from resnetspark import BadDataError, ConfigurationError
from resnetspark.ml import ResNetClassificationModel, ResNetClassifier, ResNetFeaturizer
from resnetspark.session import jvm

STAGES = (ResNetClassifier, ResNetClassificationModel, ResNetFeaturizer)


def accuracy(predicted):
    return MulticlassClassificationEvaluator(metricName="accuracy").evaluate(predicted)


def scores(predicted):
    return predicted.orderBy("id").select("id", "rawPrediction", "probability", "prediction").collect()


def test_parameters_are_those_of_java(spark):
    written = generate_params.source(jvm(spark))
    assert generate_params.FILE.read_text() == written, "run generate_params.py"


def test_values_reach_java_and_come_back(spark):
    stage = classifier(seed=2**40, thresholds=[1, 0.5], validationIndicatorCol="held")
    stage._transfer_params_to_java()
    for param in stage.params:
        if stage.isSet(param):
            java = stage._java_obj.getOrDefault(stage._java_obj.getParam(param.name))
            assert (list(java) if param.name == "thresholds" else java) == stage.getOrDefault(param)
    again = ResNetClassifier._from_java(stage._java_obj)
    assert again.uid == stage.uid
    assert again.extractParamMap() == stage.extractParamMap()
    assert "(default: 10, current: 1)" in again.explainParam("epochs")


def test_mistakes_in_parameters_are_python_exceptions(spark, images):
    with pytest.raises(TypeError, match="epoch"):
        ResNetClassifier(epoch=3)
    with pytest.raises(AttributeError, match="setEpoch"):
        ResNetClassifier().setEpoch(3)
    with pytest.raises(TypeError, match='"epochs"'):
        ResNetClassifier(epochs="many")
    with pytest.raises(IllegalArgumentException, match="epochs given invalid value 0"):
        classifier(epochs=0).fit(images)
    with pytest.raises(IllegalArgumentException, match="label must be numeric"):
        classifier().fit(images.withColumn("label", F.lit("cat")))
    with pytest.raises(BadDataError, match="40 of 40 labels"):
        classifier().fit(images.withColumn("label", F.col("label") + 0.5))
    with pytest.raises(ConfigurationError, match="set model"):
        ResNetFeaturizer().transform(images)


def test_a_failure_within_a_task_has_our_message(images, model):
    damaged = images.withColumn("image", F.when(F.col("id") == 3, F.lit(b"no image")).otherwise(F.col("image")))
    with pytest.raises(BadDataError, match="handleInvalid can skip or keep") as failure:
        model.transform(damaged).collect()
    assert failure.value.java_exception is not None
    kept = model.copy().setHandleInvalid("keep").transform(damaged)
    assert [row.id for row in kept.where("prediction IS NULL").collect()] == [3]


def test_learns_and_says_what_it_is(images, model):
    assert accuracy(model.transform(images)) > 0.9
    assert (model.numClasses, model.labels, model.architecture, model.inputSize) == (2, ["0", "1"], NETWORK, SIDE)


def test_predictions_in_pandas_and_back(spark, images, model):
    frame = model.transform(images).drop("image").orderBy("id").toPandas()
    probability = numpy.stack([vector.toArray() for vector in frame.probability])
    logits = numpy.stack([vector.toArray() for vector in frame.rawPrediction])
    softmax = numpy.exp(logits) / numpy.exp(logits).sum(axis=1, keepdims=True)
    numpy.testing.assert_allclose(probability, softmax, atol=1e-6)
    assert (frame.prediction == probability.argmax(axis=1)).all()
    back = spark.createDataFrame(frame[["id", "prediction"]])
    assert back.join(model.transform(images).withColumnRenamed("prediction", "p"), "id").where("p = prediction").count() == 40


def test_thresholds_move_predictions(images, model):
    moved = model.copy().setThresholds([0.0, 1.0])
    assert moved.transform(images).where("prediction = 0").count() == 40
    with pytest.raises(IllegalArgumentException, match="3 thresholds for 2 labels"):
        moved.setThresholds([1, 1, 1]).transform(images)


def test_pixels_in_sparks_structs_are_the_same_images(spark, images, model):
    def bgr(i):
        rgb = noise(i, i % 2)
        return bytearray(rgb[p * 3 + 2 - c] for p in range(SIDE * SIDE) for c in range(3))

    schema = "id long, image struct<origin: string, height: int, width: int, nChannels: int, mode: int, data: binary>"
    structs = spark.createDataFrame([(i, ("memory", SIDE, SIDE, 3, 16, bgr(i))) for i in range(40)], schema)
    assert scores(model.transform(structs)) == scores(model.transform(images))


def test_stages_are_saved_and_loaded(tmp_path, images, model):
    classifier(epochs=7).save(str(tmp_path / "classifier"))
    assert ResNetClassifier.load(str(tmp_path / "classifier")).getEpochs() == 7
    model.write().overwrite().save(str(tmp_path / "model"))
    loaded = ResNetClassificationModel.load(str(tmp_path / "model"))
    assert type(loaded) is ResNetClassificationModel
    assert scores(loaded.transform(images)) == scores(model.transform(images))
    network = str(tmp_path / "model" / "data" / "network.safetensors")
    assert scores(ResNetClassificationModel.fromModel(network).transform(images)) == scores(model.transform(images))


def test_pipelines_with_named_labels(tmp_path, images):
    named = images.withColumn("shade", F.when(F.col("label") == 0, "dark").otherwise("light")).drop("label")
    named = named.withColumn("held", F.col("id") >= 32)
    pipeline = Pipeline(
        stages=[
            StringIndexer(inputCol="shade", outputCol="label"),
            classifier(epochs=6, validationIndicatorCol="held"),
            IndexToString(inputCol="prediction", outputCol="predicted_shade"),
        ]
    )
    pipeline.save(str(tmp_path / "pipeline"))
    fitted = Pipeline.load(str(tmp_path / "pipeline")).fit(named)
    assert fitted.transform(named).where("shade = predicted_shade").count() >= 36
    fitted.save(str(tmp_path / "fitted"))
    loaded = PipelineModel.load(str(tmp_path / "fitted"))
    assert [type(stage).__name__ for stage in loaded.stages][1] == "ResNetClassificationModel"
    assert sorted(loaded.stages[1].labels) == ["dark", "light"]
    assert scores(loaded.transform(named)) == scores(fitted.transform(named))


def test_cross_validation_chooses_a_learning_rate(tmp_path, images):
    stage = classifier(epochs=2)
    search = CrossValidator(
        estimator=stage,
        evaluator=MulticlassClassificationEvaluator(metricName="logLoss"),
        estimatorParamMaps=ParamGridBuilder().addGrid(stage.learningRate, [1e-9, 0.05]).build(),
        numFolds=2,
        seed=3,
    )
    best = search.fit(images)
    assert best.avgMetrics[1] < best.avgMetrics[0]
    best.save(str(tmp_path / "best"))
    loaded = CrossValidatorModel.load(str(tmp_path / "best"))
    assert scores(loaded.transform(images)) == scores(best.transform(images))


def test_logistic_regression_on_features(tmp_path, images, model):
    model.save(str(tmp_path / "model"))
    featurizer = ResNetFeaturizer(model=str(tmp_path / "model" / "data" / "network.safetensors"))
    fitted = Pipeline(stages=[featurizer, LogisticRegression(maxIter=20)]).fit(images)
    assert accuracy(fitted.transform(images)) > 0.9
    fitted.save(str(tmp_path / "fitted"))
    loaded = PipelineModel.load(str(tmp_path / "fitted"))
    assert type(loaded.stages[0]) is ResNetFeaturizer
    assert loaded.stages[0].getOutputCol() == "features"
    assert scores(loaded.transform(images)) == scores(fitted.transform(images))
