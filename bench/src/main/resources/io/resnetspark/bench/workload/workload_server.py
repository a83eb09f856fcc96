"""Serves one workload on standard input and output, one line each, as WorkloadServer.java does for systems that Java calls.

A peer's script calls `serve(open_workload)`. Its process is started with the arguments WAY NETWORK MODE BATCH THREADS.
"""

import math
import os
import sys
import time
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Task:
    """What is to be measured; `network` is for example `resnet18@224`, `mode` is `train` or `infer`."""

    way: str
    network: str
    mode: str
    batch: int
    threads: int

    @property
    def architecture(self) -> str:
        return self.network.split("@")[0]

    @property
    def image_size(self) -> int:
        return int(self.network.split("@")[1])

    @property
    def is_cifar(self) -> bool:
        return self.architecture.startswith("cifar-")

    @property
    def classes(self) -> int:
        return 10 if self.is_cifar else 1000


@dataclass(frozen=True)
class Workload:
    """A network ready to compute: `step` computes one batch and returns its loss or one of its scores."""

    parameters: int
    description: str
    step: Callable[[], float]


def serve(open_workload: Callable[[Task], Workload]) -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is no answer
    way, network, mode, batch, threads = sys.argv[1:]
    try:
        workload = open_workload(Task(way, network, mode, int(batch), int(threads)))
        print("ready", workload.parameters, workload.description, file=answers)
        for command in sys.stdin:
            print(_run(workload, int(command)), file=answers)
    except BaseException as error:
        print("failed", f"{type(error).__name__}: {error}".splitlines()[0], file=answers)
        raise


def _run(workload: Workload, steps: int) -> str:
    value = 0.0
    start = time.perf_counter()
    for _ in range(steps):
        value = workload.step()
    seconds = time.perf_counter() - start
    # Arithmetic on infinities is slower on some processors: such a measurement means nothing.
    return f"done {seconds}" if math.isfinite(value) else f"failed the network computed {value} instead of a number"
