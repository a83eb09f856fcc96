"""Trains in PyTorch by a recipe of this project's, in PyTorch's fastest form on a CPU, and says after every epoch how good it is.

Called with the recipe, a file of JSON that `PyTorchRecipe.java` writes. Images lie in memory and are cropped and flipped a batch
at a time. Prints a line of JSON for each epoch.
"""

import contextlib
import copy
import json
import os
import sys
import time

from pytorch_peer import network
from workload_server import Task

import torch
from torch import nn
from torch.nn import functional


class Images:
    """A split: unsigned 8-bit samples `[N, H, W, C]` with borders around them, and labels."""

    def __init__(self, path: str, size: int, padding: int, border: str, mean: list[float]):
        with open(path, "rb") as file:
            records = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).view(-1, 1 + size * size * 3)
        self.labels = records[:, 0].long()
        samples = records[:, 1:].view(-1, size, size, 3)
        places = torch.arange(-padding, size + padding)
        reflected = size - 1 - (size - 1 - places.abs()).abs()
        self.padded = samples[:, reflected][:, :, reflected]
        if border != "REFLECT":
            colour = torch.tensor(mean if border == "MEAN" else [0.0, 0.0, 0.0])
            outside = (places < 0) | (places >= size)
            self.padded[:, outside[:, None] | outside] = (255 * colour).round().to(torch.uint8)
        self.size, self.padding = size, padding
        self.mirrored_first = torch.rand(len(self.labels)) < 0.5

    def __len__(self) -> int:
        return len(self.labels)

    def windows(self, chosen, down, right, mirrored):
        """The chosen images seen through windows of their size, as samples `[B, H, W, C]`."""
        side = torch.arange(self.size)
        rows = down[:, None] + side
        columns = right[:, None] + torch.where(mirrored[:, None], self.size - 1 - side, side)
        return self.padded[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]


class Training:
    """A network, its optimiser and its moving average."""

    def __init__(self, recipe: dict):
        self.way, self.augmentation = recipe["way"], recipe["augmentation"]
        self.descent, self.averaging = recipe["optimizer"], recipe["average"]
        self.net = network(Task(self.way, recipe["network"], "train", self.descent["batch_size"], recipe["threads"]))
        for module in self.net.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        self.net.to(memory_format=torch.channels_last)
        self.call = torch.compile(self.net) if self.way.endswith("-compiled") else self.net
        self.optimizer = torch.optim.SGD(
            self.groups(), lr=0.1, momentum=self.descent["momentum"], nesterov=self.descent["nesterov"]
        )
        self.average = copy.deepcopy(self.net) if self.averaging["decay"] > 0 else self.net
        self.mean, self.std = (255 * torch.tensor(recipe["images"][name]) for name in ("mean", "std"))
        self.steps = 0

    def groups(self) -> list[dict]:
        """Parameters, how much they decay, and the factor on their rate."""
        decay, others = self.descent["weight_decay"], self.descent["weight_decay"] if self.descent["decays_all"] else 0
        norms = [module for module in self.net.modules() if isinstance(module, nn.BatchNorm2d)]
        shifts, scales = [norm.bias for norm in norms], [norm.weight for norm in norms]
        rest = [*self.net.parameters()]
        weights = [parameter for parameter in rest if parameter.dim() > 1]
        biases = [parameter for parameter in rest if all(parameter is not known for known in weights + shifts + scales)]
        return [
            {"params": weights, "weight_decay": decay, "factor": 1},
            {"params": scales + biases, "weight_decay": others, "factor": 1},
            {"params": shifts, "weight_decay": others, "factor": self.descent["bias_factor"]},
        ]

    def computes(self):
        if self.way.startswith("bf16"):
            return torch.autocast("cpu", dtype=torch.bfloat16)
        return contextlib.nullcontext()

    def input(self, samples):
        return ((samples.float() - self.mean) / self.std).permute(0, 3, 1, 2)  # channels-last as it lies

    def step(self, samples, labels) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = group["factor"] * self.descent["rates"][self.steps]
        self.optimizer.zero_grad(set_to_none=True)
        with self.computes():
            loss = functional.cross_entropy(
                self.call(self.input(samples)), labels, label_smoothing=self.augmentation["label_smoothing"]
            )
        loss.backward()
        self.optimizer.step()
        self.steps += 1
        if self.average is not self.net and self.steps % self.averaging["every_steps"] == 0:
            self.advance(self.averaging["every_steps"])

    def advance(self, steps: int) -> None:
        decay = self.averaging["decay"]
        share = (1 - decay**steps) / (1 - decay**self.steps)
        with torch.no_grad():
            states = zip(self.average.state_dict().values(), self.net.state_dict().values())
            floating = [(mean, newest) for mean, newest in states if mean.is_floating_point()]
            torch._foreach_lerp_([mean for mean, _ in floating], [newest for _, newest in floating], share)

    def epoch(self, images: Images, epoch: int) -> None:
        crops = epoch < self.descent["epochs"] - self.augmentation["flips_only_epochs"]
        reach = images.padding if crops else 0
        for chosen in torch.randperm(len(images)).split(self.descent["batch_size"]):
            count = (len(chosen),)
            down, right = (images.padding - reach + torch.randint(2 * reach + 1, count) for _ in range(2))
            mirrored = torch.rand(count) < self.augmentation["flip_probability"]
            if self.augmentation["alternates"]:
                mirrored = images.mirrored_first[chosen] != (epoch % 2 == 1)
            self.step(images.windows(chosen, down, right, mirrored), images.labels[chosen])

    def accuracy(self, images: Images) -> tuple[float, float]:
        """Share of images classified correctly, and mean cross-entropy."""
        self.average.eval()
        correct, loss = 0, 0.0
        with torch.inference_mode(), self.computes():
            for chosen in torch.arange(len(images)).split(256):
                middle = torch.full((len(chosen),), images.padding)
                samples = images.windows(chosen, middle, middle, torch.zeros(len(chosen), dtype=torch.bool))
                logits, labels = self.average(self.input(samples)).float(), images.labels[chosen]
                correct += int((logits.argmax(1) == labels).sum())
                loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
        self.average.train()
        return correct / len(images), loss / len(images)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is no answer
    with open(sys.argv[1], encoding="utf-8") as file:
        recipe = json.load(file)
    torch.set_num_threads(recipe["threads"])
    torch.set_num_interop_threads(1)
    torch.manual_seed(recipe["seed"])
    images, around = recipe["images"], recipe["augmentation"]
    train, validation = (
        Images(images[split], images["size"], around["padding"], around["border"], images["mean"]) for split in ("train", "val")
    )
    training = Training(recipe)
    seconds = 0.0
    for epoch in range(recipe["optimizer"]["epochs"]):
        start = time.perf_counter()
        training.epoch(train, epoch)
        accuracy, loss = training.accuracy(validation)
        seconds += time.perf_counter() - start
        line = {"epoch": epoch + 1, "seconds": seconds, "accuracy": accuracy, "loss": loss}
        print(json.dumps({**line, "version": torch.__version__}), file=answers)


if __name__ == "__main__":
    main()
