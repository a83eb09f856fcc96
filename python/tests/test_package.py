"""What is handed out: wheel and source distribution, their version and their types."""

import os
import subprocess
import sys
import tarfile
import zipfile
from xml.etree import ElementTree

from conftest import ROOT


def test_wheel_and_source_distribution(tmp_path):
    environment = {**os.environ, "PYTHON": sys.executable, "TARGET": str(tmp_path)}
    subprocess.run([ROOT / "python" / "build.sh"], check=True, env=environment)
    version = ElementTree.parse(ROOT / "pom.xml").findtext("{*}version")
    dist = tmp_path / "dist"
    modules = {"__init__.py", "_params.py", "commands.py", "errors.py", "ml.py", "py.typed", "session.py"}
    with zipfile.ZipFile(dist / f"resnetspark-{version}-py3-none-any.whl") as wheel:
        assert {name.split("/", 1)[1] for name in wheel.namelist() if name.startswith("resnetspark/")} == modules
        metadata = wheel.read(f"resnetspark-{version}.dist-info/METADATA").decode()
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == ["Requires-Dist: pyspark>=3.5"]
    with tarfile.open(dist / f"resnetspark-{version}.tar.gz") as source:
        assert f"resnetspark-{version}/resnetspark/py.typed" in source.getnames()


def test_types(tmp_path):
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "resnetspark"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "python")
    assert done.returncode == 0, done.stdout
