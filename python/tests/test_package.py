"""What is handed out: wheel and source distribution, their version and their types."""

import os
import subprocess
import sys
import tarfile
import zipfile
from xml.etree import ElementTree

from conftest import ROOT


def test_wheel_and_source_distribution():
    subprocess.run([ROOT / "python" / "build.sh"], check=True, env={**os.environ, "PYTHON": sys.executable})
    version = ElementTree.parse(ROOT / "pom.xml").findtext("{*}version")
    dist = ROOT / "python" / "target" / "dist"
    modules = {"__init__.py", "_params.py", "commands.py", "errors.py", "ml.py", "py.typed", "session.py"}
    with zipfile.ZipFile(dist / f"resnetspark-{version}-py3-none-any.whl") as wheel:
        assert {name.split("/", 1)[1] for name in wheel.namelist() if name.startswith("resnetspark/")} == modules
        metadata = wheel.read(f"resnetspark-{version}.dist-info/METADATA").decode()
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == ["Requires-Dist: pyspark>=3.5"]
    with tarfile.open(dist / f"resnetspark-{version}.tar.gz") as source:
        assert f"resnetspark-{version}/resnetspark/py.typed" in source.getnames()


def test_types():
    command = [sys.executable, "-m", "mypy", "resnetspark"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "python")
    assert done.returncode == 0, done.stdout
