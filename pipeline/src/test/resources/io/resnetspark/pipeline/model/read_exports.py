"""Reads exported models as their users do, and compares with what resnet-spark computes.

    read_exports.py pth|huggingface|onnx FOLDER

FOLDER holds the exports and expected.json, see PythonReadersIT. Exits with 77 where a library is missing.
"""

import importlib
import json
import os
import sys
from pathlib import Path

MISSING = 77
LIBRARIES = {
    "pth": ["numpy", "torch", "torchvision"],
    "huggingface": ["numpy", "torch", "torchvision", "transformers", "PIL"],
    "onnx": ["numpy", "onnx", "onnxruntime"],
}


def images(folder, name, expected):
    """Normalised [1, C, H, W], and pixels [1, H, W, C]."""
    import numpy

    size = expected["size"]
    floats = numpy.fromfile(folder / f"{name}.f32", dtype="<f4").reshape(1, size, size, -1).transpose(0, 3, 1, 2)
    pixels = numpy.fromfile(folder / f"{name}.u8", dtype="u1").reshape(1, size, size, -1)
    return numpy.ascontiguousarray(floats), pixels


def compare(what, logits, expected):
    import numpy

    ours = numpy.array(expected["logits"])
    difference = abs(numpy.asarray(logits)[0] - ours).max()
    print(f"{what}: largest difference of logits {difference:.1e}, largest logit {abs(ours).max():.1f}")
    assert difference <= 1e-4 * max(1, abs(ours).max() / 10), what


def pth(folder, name, expected):
    import torch
    from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

    block = Bottleneck if expected["bottleneck"] else BasicBlock
    model = ResNet(block, expected["blocks"], num_classes=len(expected["logits"])).eval()
    if expected["channels"] != 3:
        model.conv1 = torch.nn.Conv2d(expected["channels"], 64, 7, 2, 3, bias=False)
    floats, _ = images(folder, name, expected)
    for mapped in (False, True):
        weights = torch.load(folder / f"{name}.pth", weights_only=True, mmap=mapped)
        model.load_state_dict(weights)
        with torch.inference_mode():
            compare(f"{name}.pth in PyTorch {torch.__version__}", model(torch.from_numpy(floats)), expected)
    torch.save(model.state_dict(), folder / f"{name}-by-pytorch.pth")


def huggingface(folder, name, expected):
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    import transformers
    from PIL import Image

    hub = folder / f"{name}-hub"
    model, report = transformers.AutoModelForImageClassification.from_pretrained(hub, output_loading_info=True)
    assert not any(report.values()), report
    image = Image.open(folder / f"{name}.png").convert("RGB" if expected["channels"] == 3 else "L")
    processor = transformers.AutoImageProcessor.from_pretrained(hub, use_fast=False)
    inputs = processor(image, return_tensors="pt")
    floats, _ = images(folder, name, expected)
    assert abs(inputs["pixel_values"].numpy() - floats).max() < 1e-5, "other pixels"
    with torch.inference_mode():
        logits = model(**inputs).logits
    compare(f"{name}-hub in transformers {transformers.__version__}", logits, expected)
    if expected["channels"] != 3:
        return  # pipelines make every image RGB
    best = expected["labels"][logits[0].argmax()]
    answers = transformers.pipeline("image-classification", model=str(hub))(image)
    assert answers[0]["label"] == best, (answers, best)


def onnx(folder, name, expected):
    import onnx
    import onnxruntime

    floats, pixels = images(folder, name, expected)
    for file, batch in ((f"{name}.onnx", floats), (f"{name}-uint8.onnx", pixels)):
        onnx.checker.check_model(folder / file, full_check=True)
        session = onnxruntime.InferenceSession(folder / file, providers=["CPUExecutionProvider"])
        labels = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
        assert labels == expected["labels"]
        (logits,) = session.run(["logits"], {"images": batch})
        compare(f"{file} in ONNX Runtime {onnxruntime.__version__}", logits, expected)


def main(what, folder):
    for library in LIBRARIES[what]:
        try:
            importlib.import_module(library)
        except ImportError:
            print(f"{sys.executable} has no {library}")
            sys.exit(MISSING)
    names = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    for name, expected in names.items():
        if what == "onnx" or expected["torchvision"]:
            globals()[what](folder, name, expected)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
