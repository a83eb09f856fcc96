"""Reads event files with TensorBoard's own reader. Argument: folder with expected.json, board and converted."""

import json
import pathlib
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.pr_curve import plugin_data_pb2
from tensorboard.util import tensor_util

folder = pathlib.Path(sys.argv[1])
expected = json.loads((folder / "expected.json").read_text())


def read(run):
    events = EventAccumulator(str(folder / run), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    events.Reload()
    return events


def check_scalars(events, tag, values):
    scalars = events.Scalars(tag)
    assert [each.step for each in scalars] == list(range(1, len(values) + 1)), (tag, scalars)
    assert np.allclose([each.value for each in scalars], values, rtol=1e-6), (tag, scalars, values)
    times = [each.wall_time for each in scalars]
    assert times == sorted(times), times


def check_training(events, wanted):
    check_scalars(events, "round/loss", wanted["losses"])
    check_scalars(events, "round/learning_rate", wanted["rates"])
    if wanted["epochs"]:
        check_scalars(events, "epoch/train_loss", wanted["epochs"])
        assert [each.step for each in events.Scalars("epoch/val_top1")] == [1, 2, 3]


def check_report(events, split):
    assert 0 <= events.Scalars(f"{split}/top1")[0].value <= 1
    pictures = [tag for tag in events.Tags()["images"] if tag.startswith(f"{split}/mistakes/00 ")]
    assert len(pictures) == 1 and " taken for " in pictures[0], events.Tags()
    picture, = events.Images(pictures[0])
    assert (picture.width, picture.height) == (16, 16) and picture.encoded_image_string.startswith(b"\x89PNG")
    tag = f"{split}/pr/all classes"
    metadata = events.SummaryMetadata(tag)
    assert metadata.plugin_data.plugin_name == "pr_curves"
    data = plugin_data_pb2.PrCurvePluginData.FromString(metadata.plugin_data.content)
    curve = tensor_util.make_ndarray(events.Tensors(tag)[0].tensor_proto)
    assert curve.shape == (6, data.num_thresholds), (curve.shape, data)
    tp, fp, tn, fn, precision, recall = curve
    examples = tp[0] + fn[0]
    assert examples > 0 and np.allclose(tp + fn, examples) and np.allclose(fp + tn, fp[0] + tn[0])
    assert recall[0] == 1 and np.all(np.diff(recall) <= 0), recall  # everything passes the threshold of 0
    passing = tp + fp > 0
    assert np.allclose(precision[passing], (tp / np.maximum(tp + fp, 1e-9))[passing], atol=1e-4)


check_training(read("board/shapes"), expected["trained"])
check_report(read("board/shapes/val"), "val")
check_training(read("board/interrupted"), expected["interrupted"])
assert expected["interrupted"]["losses"] == [11, 12, 13, 24, 25, 26]
check_report(read("board/judged/val"), "val")
check_training(read("converted/shapes"), expected["trained"])
check_report(read("converted/judged/val"), "val")
for files in ("board/shapes", "board/interrupted"):
    training = [file.name for file in (folder / files).iterdir() if file.name.endswith("-training")]
    assert len(training) == 1, training
print("TensorBoard reads", ", ".join(sorted(read("board/shapes").Tags()["scalars"])))
