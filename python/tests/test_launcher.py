"""bin/resnet on the Spark that pip installed, as with a SPARK_HOME of one's own."""

import os
import subprocess
from pathlib import Path

import pyspark
import pytest

from conftest import ROOT, write_folders

pytestmark = pytest.mark.skipif(not (ROOT / "bin" / "resnet").exists(), reason="not in the project")


def resnet(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment.update(SPARK_HOME=str(Path(pyspark.__file__).parent), RESNET_BUILD="never", RESNET_DRIVER_MEMORY="1g")
    done = subprocess.run(
        [str(ROOT / "bin" / "resnet"), *arguments, "--master", "local[2]", "--no-ui"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=folder,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_it_runs_on_this_spark_as_quietly_as_on_its_own(tmp_path):
    images = write_folders(tmp_path / "images", 6)
    said = resnet(tmp_path, "prepare", "--format", "image-folder", "--input", images, "--output", str(tmp_path / "data"))
    assert "12 added" in said
    assert " INFO " not in said and " WARN " not in said, said
    assert len(said.splitlines()) < 15, said


def test_the_doctor_names_what_fits(tmp_path):
    lines = [line.split() for line in resnet(tmp_path, "doctor").splitlines()]
    assert ["ok", "Spark", "Spark", pyspark.__version__, "on", "local[2]"] in lines
    delta = [line for line in lines if line[1:3] == ["Delta", "Lake"]]
    assert delta and delta[0][0] == "ok", lines
