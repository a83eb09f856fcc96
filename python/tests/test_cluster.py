"""On a standalone cluster of two worker processes, started from PySpark's own Spark."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyspark
import pytest


@pytest.fixture
def master(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"spark://127.0.0.1:{port}"
    spark_class = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    worker = ["worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
    commands = [["master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]]
    commands += [[*worker, "--work-dir", str(tmp_path / f"worker-{i}"), url] for i in range(2)]
    processes = []
    try:
        for name, *arguments in commands:
            with open(tmp_path / f"{name}-{len(processes)}.log", "w") as log:
                command = [spark_class, "org.apache.spark.deploy." + name, *arguments]
                processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            while len(processes) == 1 and not answers(port):
                assert processes[0].poll() is None, (tmp_path / "master.Master-0.log").read_text()
                time.sleep(0.2)
        yield url
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_two_workers_train_and_predict(master, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    script = str(Path(__file__).parent / "on_cluster.py")
    done = subprocess.run(
        [sys.executable, script, master, str(shared)], capture_output=True, text=True, timeout=600, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr[-5000:]
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["executors"] == 2
    assert result["right"] >= 36
    assert "set workingDir" in result["refusal"]
    assert "handleInvalid can skip or keep" in result["failure"]
    assert [path.name for path in shared.iterdir() if path.name.startswith("resnet-spark-")] == []


def test_a_session_without_the_jar_is_refused(tmp_path):
    program = """
import pyspark, resnetspark
pyspark.sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", False).getOrCreate()
try:
    resnetspark.start("local[1]")
except resnetspark.ConfigurationError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert "already runs in this process without the application jar" in done.stdout, done.stderr[-3000:]
    missing = {**os.environ, "RESNET_SPARK_JAR": str(tmp_path / "no.jar")}
    program = "import resnetspark; resnetspark.start()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=missing, cwd=tmp_path)
    assert "ConfigurationError: There is no" in done.stderr
