"""Retrains a resnet-spark model every night on the Spark cluster of the connection ``spark_default``.

Needs Airflow 2.4 or later with apache-airflow-providers-apache-spark, and on the worker: Spark 4.2, Java 17, the
application jar and the configuration file. spark-submit's exit code is the run's: anything but 0 fails the task.
"""

from datetime import timedelta

import pendulum
from airflow import DAG
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

APPLICATION = "/opt/resnet-spark/resnet-spark.jar"
CONFIGURATION = "/etc/resnet-spark/retrain.conf"

with DAG(
    dag_id="resnet_retrain",
    description="Prepare what is new, train from the champion, promote or keep",
    schedule="15 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    # One run makes up for all the nights missed: retrain takes whatever is new since the last one.
    catchup=False,
    max_active_runs=1,
    tags=["resnet-spark"],
) as dag:
    SparkSubmitOperator(
        task_id="retrain",
        conn_id="spark_default",
        name="resnet-retrain-{{ ds_nodash }}",
        application=APPLICATION,
        # The Delta Lake that is made for Spark 4.2.
        packages="io.delta:delta-spark_4.2_2.13:4.4.0",
        java_class="io.resnetspark.jobs.ResNetCli",
        application_args=["retrain", "--config", CONFIGURATION],
        driver_memory="4g",
        executor_memory="4g",
        # Networks live outside the Java heap.
        conf={
            "spark.executor.memoryOverhead": "6g",
            "spark.executorEnv.OMP_WAIT_POLICY": "passive",
        },
        env_vars={"OMP_WAIT_POLICY": "passive"},
        # A run that was killed continues where it was when it is started again.
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=6),
    )
