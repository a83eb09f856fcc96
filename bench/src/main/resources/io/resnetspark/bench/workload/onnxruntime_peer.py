"""ONNX Runtime on the CPU with the ONNX in RESNET_BENCH_MODEL: fp32, or int8 as it was quantised."""

import os

from workload_server import Task, Workload, serve

import numpy
import onnxruntime


def open_workload(task: Task) -> Workload:
    shape = (task.batch, 3, task.image_size, task.image_size)
    images = numpy.random.default_rng(20151210).standard_normal(shape, numpy.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = task.threads
    session = onnxruntime.InferenceSession(
        os.environ["RESNET_BENCH_MODEL"], options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name

    def step() -> float:
        return float(session.run(None, {name: images})[0][0, 0])

    return Workload(
        int(os.environ["RESNET_BENCH_PARAMETERS"]), f"ONNX Runtime {onnxruntime.__version__}, {task.way}", step
    )


if __name__ == "__main__":
    serve(open_workload)
