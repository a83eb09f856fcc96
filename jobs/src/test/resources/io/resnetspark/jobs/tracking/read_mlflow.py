"""Asks an MLflow server, with MLflow's own client, what our commands told it. Arguments: URI, folder with expected.json."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import mlflow
import numpy as np
from mlflow.data.delta_dataset_source import DeltaDatasetSource

uri, folder = sys.argv[1], pathlib.Path(sys.argv[2])
os.environ["MLFLOW_TRACKING_URI"] = uri
expected = json.loads((folder / "expected.json").read_text())
size = expected["champion"]["size"]
image = np.fromfile(folder / "image.u8", np.uint8).reshape(1, size, size, 3)
client = mlflow.MlflowClient(uri)
experiment = client.get_experiment_by_name("resnet-spark")


def find(name):
    found = client.search_runs([experiment.experiment_id], f"tags.`mlflow.runName` = '{name}'")
    assert found, (name, [run.info.run_name for run in client.search_runs([experiment.experiment_id])])
    return found


def one(name):
    found = find(name)
    assert len(found) == 1, (name, found)
    return found[0]


def history(run, key):
    return [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, key)]


def check_logits(model, wanted):
    logits = mlflow.pyfunc.load_model(model).predict(image)["logits"][0]
    assert np.abs(logits - np.float32(wanted["logits"])).max() < 1e-4, (model, logits, wanted)


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
serving = subprocess.Popen(
    [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/shapes@champion"]
    + ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
    # MLflow starts uvicorn by its name: this Python's.
    env={**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
    stdout=open(folder / "serving.log", "w"), stderr=subprocess.STDOUT)
try:
    # A training, resumed.
    training = one("shapes-1")
    assert training.info.status == "FINISHED", training.info
    assert training.data.tags["resnet-spark.id"] == expected["run"]
    assert training.data.params["batch_size"] == "8"
    assert [step for step, _ in history(training, "epoch_train_loss")] == [1, 2, 3]
    losses = history(training, "train_loss")
    assert [step for step, _ in losses] == list(range(1, len(losses) + 1)), losses
    assert "val_top1" in training.data.metrics
    system = [key for key in training.data.metrics if key.startswith("system/")]
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes",
            "system/disk_usage_percentage", "system/network_receive_megabytes"} <= set(system), system
    assert 0 < training.data.metrics["system/system_memory_usage_percentage"] < 100
    inputs = {each.tags[0].value: each.dataset for each in training.inputs.dataset_inputs}
    assert inputs.keys() == {"training", "validation"}, inputs
    source = mlflow.data.get_source(inputs["training"])
    assert isinstance(source, DeltaDatasetSource), source
    assert source.path.endswith("/dataset/images") and (pathlib.Path(folder) / "dataset/images").exists()
    assert source.delta_table_version >= 0
    assert json.loads(inputs["training"].profile)["num_rows"] > json.loads(inputs["validation"].profile)["num_rows"] > 0
    files = [file.path for file in client.list_artifacts(training.info.run_id, "report")]
    assert files == ["report/index.html"], files

    # Its model.
    uri_of_model = f"runs:/{training.info.run_id}/model"
    check_logits(uri_of_model, expected["trained"])
    info = mlflow.models.get_model_info(uri_of_model)
    assert set(info.flavors) == {"onnx", "python_function"}, info.flavors
    assert info.metadata["classes"] == expected["trained"]["labels"]
    assert [list(each.shape) for each in info.signature.inputs.inputs] == [[-1, size, size, 3]]
    model = mlflow.pyfunc.load_model(uri_of_model)
    example = model.input_example
    assert model.predict(example)["logits"].shape == (1, len(expected["trained"]["labels"]))
    import mlflow.onnx
    import onnx
    onnx.checker.check_model(mlflow.onnx.load_model(uri_of_model))

    # An evaluation.
    evaluation = one("evaluate " + str(folder / "runs/shapes-1"))
    assert 0 <= evaluation.data.metrics["test_top1"] <= 1
    assert [each.tags[0].value for each in evaluation.inputs.dataset_inputs] == ["evaluation"]
    files = {file.path for file in client.list_artifacts(evaluation.info.run_id, "report")}
    assert files == {"report/index.html", "report/report.json", "report/per_class.csv"}, files

    # A retrain cycle and its challenger, an experiment and its trainings.
    cycle = one("retrain cycle 1")
    assert cycle.info.status == "FINISHED"
    assert cycle.data.tags["resnet-spark.verdict"] == "promoted"
    assert "challenger_test_top1" in cycle.data.metrics
    challenger = one("run")
    assert challenger.data.tags["mlflow.parentRunId"] == cycle.info.run_id
    whole = one("experiment degradation")
    nested = client.search_runs(
        [experiment.experiment_id], f"tags.`mlflow.parentRunId` = '{whole.info.run_id}'")
    assert len(nested) == 1 and all(run.info.status == "FINISHED" for run in nested), nested

    # The registry: two versions, the first champion again after the rollback.
    versions = client.search_model_versions("name='shapes'")
    assert sorted(int(version.version) for version in versions) == [1, 2], versions
    champion = client.get_model_version_by_alias("shapes", "champion")
    assert champion.version == "1" and champion.run_id == challenger.info.run_id, champion
    second = client.get_model_version("shapes", "2")
    assert second.run_id == training.info.run_id and second.source.endswith("/model"), second
    check_logits("models:/shapes@champion", expected["champion"])
    check_logits("models:/shapes/2", expected["trained"])

    # mlflow models serve.
    address = f"http://127.0.0.1:{port}"
    for attempt in range(600):
        assert serving.poll() is None and attempt < 599, (folder / "serving.log").read_text()
        try:
            urllib.request.urlopen(address + "/ping").read()
            break
        except OSError:
            time.sleep(0.1)
    request = urllib.request.Request(
        address + "/invocations", json.dumps({"inputs": image.tolist()}).encode(), {"Content-Type": "application/json"})
    try:
        answer = json.loads(urllib.request.urlopen(request).read())
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read())
    logits = np.float32(answer["predictions"]["logits"][0])
    assert np.abs(logits - np.float32(expected["champion"]["logits"])).max() < 1e-4, answer
finally:
    subprocess.run(["kill", str(serving.pid)])
    serving.wait()
print("MLflow", mlflow.__version__, "knows", len(client.search_runs([experiment.experiment_id])), "runs")
