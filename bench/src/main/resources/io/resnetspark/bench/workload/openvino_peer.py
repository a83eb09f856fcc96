"""OpenVINO on the CPU with the ONNX in RESNET_BENCH_MODEL: fp32, bf16, int8 as it was quantised, or int8 by NNCF."""

import os

from workload_server import Task, Workload, serve

import numpy
import openvino


def open_workload(task: Task) -> Workload:
    shape = [task.batch, 3, task.image_size, task.image_size]
    images = numpy.random.default_rng(20151210).standard_normal(shape, numpy.float32)
    core = openvino.Core()
    model = core.read_model(os.environ["RESNET_BENCH_MODEL"])
    model.reshape(shape)  # sizes that are known make faster code
    version = openvino.__version__
    if task.way == "int8-nncf":
        import nncf

        model = nncf.quantize(model, nncf.Dataset([images]), preset=nncf.QuantizationPreset.MIXED)
        version += f", NNCF {nncf.__version__}"
    compiled = core.compile_model(
        model,
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",  # all threads to one batch
            "INFERENCE_NUM_THREADS": task.threads,
            "INFERENCE_PRECISION_HINT": "bf16" if task.way == "bf16" else "f32",
        },
    )
    request = compiled.create_infer_request()

    def step() -> float:
        return float(request.infer({0: images}, share_inputs=True, share_outputs=True)[0][0, 0])

    return Workload(int(os.environ["RESNET_BENCH_PARAMETERS"]), f"OpenVINO {version}, {task.way}", step)


if __name__ == "__main__":
    serve(open_workload)
