"""What a program does on a cluster: python on_cluster.py MASTER DIRECTORY. It prints what came out, as JSON."""

import json
import sys

from conftest import classifier, tiny_images
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import functions

import resnetspark

if __name__ == "__main__":
    master, folder = sys.argv[1:]
    conf = {"spark.ui.enabled": False, "spark.driver.memory": "1g", "spark.executor.memory": "1g"}
    conf.update({"spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": 2, "spark.databricks.delta.snapshotPartitions": 2})
    conf["spark.sql.warehouse.dir"] = folder + "/warehouse"
    spark = resnetspark.start(master, conf=conf)
    images = tiny_images(spark).cache()
    try:
        classifier().fit(images)
        refusal = ""
    except resnetspark.ConfigurationError as error:
        refusal = str(error)
    Pipeline(stages=[classifier(epochs=6, workingDir=folder)]).fit(images).save(folder + "/model")
    predicted = PipelineModel.load(folder + "/model").transform(images).cache()
    frame = predicted.select("label", "prediction").toPandas()
    damaged = images.withColumn("image", functions.lit(b"no image"))
    try:
        PipelineModel.load(folder + "/model").transform(damaged).collect()
        failure = ""
    except resnetspark.BadDataError as error:
        failure = str(error)
    hosts = spark._jsc.sc().statusTracker().getExecutorInfos()
    right = int((frame.label == frame.prediction).sum())
    print(json.dumps({"executors": len(hosts) - 1, "right": right, "refusal": refusal, "failure": failure}))
    spark.stop()
