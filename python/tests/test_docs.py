"""What docs/python.md and the notebook show, as it stands there but for sizes of networks and trainings, on tiny images."""

import json
import os
import re

import pytest
from conftest import NETWORK, ROOT, write_folders


def run(cells, folder):
    (folder / "photos").mkdir()
    for name, directory in (("dark", "cat"), ("light", "dog")):
        os.rename(folder / "drawn" / name, folder / "photos" / directory)
    # Relative paths are those of the JVM, which has started elsewhere.
    names = {}
    for cell in cells:
        cell = re.sub(r"epochs=\d+", "epochs=1", cell).replace('"cifar-resnet20"', f'"{NETWORK}"')
        for path in ("photos", "models", "data", "runs", "reports", "predictions"):
            cell = re.sub(rf'"({path}(/[^"]*)?)"', rf'"{folder}/\1"', cell)
        exec(compile(cell, "docs", "exec"), names)
    return names


@pytest.fixture
def folder(tmp_path):
    write_folders(tmp_path / "drawn", each=25, side=32)
    return tmp_path


def test_snippets_of_the_page(spark, folder):
    page = (ROOT / "docs" / "python.md").read_text()
    blocks = re.findall(r"(<!-- not run: [^\n]* -->\n)?```python\n(.*?)```", page, re.DOTALL)
    names = run([code for not_run, code in blocks if not not_run], folder)
    assert names["table"].count() == 50
    assert names["report"]
    assert type(names["loaded"].stages[1]) is names["ResNetClassificationModel"]


def test_cells_of_the_notebook(spark, folder):
    notebook = json.loads((ROOT / "docs" / "python.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    names = run(cells, folder)
    assert {"largest", "probability"} <= set(names["frame"].columns)
