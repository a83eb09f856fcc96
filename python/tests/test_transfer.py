"""Features of published weights on photographs, where RESNET_TEST_DATA has them."""

import os
from pathlib import Path

import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import StringIndexer
from pyspark.sql import functions as F

from resnetspark.ml import ResNetFeaturizer

DATA = Path(os.environ.get("RESNET_TEST_DATA", "none"))
PHOTOS = DATA / "hymenoptera_data"
WEIGHTS = DATA / "weights" / "ktb_resnet18_small.pth"


@pytest.mark.skipif(not (PHOTOS.is_dir() and WEIGHTS.is_file()), reason="RESNET_TEST_DATA has no photographs")
def test_logistic_regression_reaches_the_result_of_transfer(spark):
    def photos(split):
        files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(str(PHOTOS / split))
        kind = F.element_at(F.split("path", "/"), -2)
        return files.select(F.col("content").alias("image"), kind.alias("kind")).repartition(2)

    featurizer = ResNetFeaturizer(model=str(WEIGHTS), architecture="resnet18", handleInvalid="skip", batchSize=16)
    train = featurizer.transform(photos("train")).drop("image").cache()
    test = featurizer.transform(photos("val")).drop("image").cache()
    # The penalty of scikit-learn's default: the squared weights, as they are, count once against the sum over all examples.
    regression = LogisticRegression(regParam=1 / train.count(), standardization=False)
    pipeline = Pipeline(stages=[StringIndexer(inputCol="kind", outputCol="label"), regression])
    predicted = pipeline.fit(train).transform(test)
    accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(predicted)
    print(f"{accuracy:.4f} of {test.count()} photographs with {train.count()} to learn from")
    assert accuracy > 0.93
