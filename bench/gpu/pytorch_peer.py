"""PyTorch's training throughput on the same networks, optimiser and synthetic images: channels-last, TF32 and bf16 autocast,
images copied to the device in every step, as ours are, and resident there; or compiled by torch.compile, which takes a minute.
A line of JSON for each.

    pytorch_peer.py NETWORK BATCH SECONDS [--compile | --profile]
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn


def conv(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Basic(nn.Module):
    """He et al. 2015, figure 2; torchvision's BasicBlock."""

    expansion = 1

    def __init__(self, inputs, width, stride, shortcut):
        super().__init__()
        self.branch = nn.Sequential(
            conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU(inplace=True), conv(width, width, 3),
            nn.BatchNorm2d(width))
        self.shortcut = shortcut
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.branch(x) + self.shortcut(x))


class Bottleneck(nn.Module):
    """He et al. 2015, figure 5, with the stride on the 3x3 as torchvision has it."""

    expansion = 4

    def __init__(self, inputs, width, stride, shortcut):
        super().__init__()
        self.branch = nn.Sequential(
            conv(inputs, width, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True), conv(width, width, 3, stride),
            nn.BatchNorm2d(width), nn.ReLU(inplace=True), conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width))
        self.shortcut = shortcut
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.branch(x) + self.shortcut(x))


class Pad(nn.Module):
    """Option A: every stride-th pixel, zero channels on both sides."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride = stride
        before = (outputs - inputs) // 2
        self.channels = (0, 0, 0, 0, before, outputs - inputs - before)

    def forward(self, x):
        return nn.functional.pad(x[:, :, :: self.stride, :: self.stride], self.channels)


def resnet(stem, block, blocks, widths, classes, pads):
    layers = [stem]
    channels = widths[0]
    for stage, (count, width) in enumerate(zip(blocks, widths)):
        for i in range(count):
            stride = 2 if stage > 0 and i == 0 else 1
            outputs = block.expansion * width
            if stride == 1 and channels == outputs:
                shortcut = nn.Identity()
            elif pads:
                shortcut = Pad(channels, outputs, stride)
            else:
                shortcut = nn.Sequential(conv(channels, outputs, 1, stride), nn.BatchNorm2d(outputs))
            layers.append(block(channels, width, stride, shortcut))
            channels = outputs
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
    return nn.Sequential(*layers)


def imagenet_stem():
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1))


def cifar_stem():
    return nn.Sequential(conv(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(inplace=True))


NETWORKS = {
    "resnet18": (lambda: resnet(imagenet_stem(), Basic, [2, 2, 2, 2], [64, 128, 256, 512], 1000, False), 224, 1000),
    "resnet50": (lambda: resnet(imagenet_stem(), Bottleneck, [3, 4, 6, 3], [64, 128, 256, 512], 1000, False), 224, 1000),
    "cifar-resnet20": (lambda: resnet(cifar_stem(), Basic, [3, 3, 3], [16, 32, 64], 10, True), 32, 10),
}


def trainer(name, batch, mixed, compiled, resident):
    make, size, classes = NETWORKS[name]
    torch.manual_seed(1)
    model = make().cuda().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)
    loss_of = nn.CrossEntropyLoss()
    run = torch.compile(model) if compiled else model
    host = torch.rand(batch, 3, size, size).contiguous(memory_format=torch.channels_last).pin_memory()
    labels = (torch.arange(batch) % classes).cuda()
    fixed = host.cuda()
    losses = []

    def step():
        images = fixed if resident else host.cuda(non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16, enabled=mixed):
            loss = loss_of(run(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        if len(losses) > 1:
            losses.pop(0).item()  # a step late, as ours are read

    return step


def measure(step, batch, seconds):
    for _ in range(10):
        step()
    rates = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rates) < 5:
        start = time.perf_counter()
        step()
        rates.append(batch / (time.perf_counter() - start))
    return sorted(rates)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("batch", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    if options.profile:
        step = trainer(options.network, options.batch, True, False, True)
        measure(step, options.batch, 1)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profiler:
            for _ in range(5):
                step()
        print(profiler.key_averages().table(sort_by="cuda_time_total", row_limit=40))
        return
    for mixed in (True, False):
        for resident in (False, True):
            result = {
                "result": "speed", "system": "pytorch", "version": torch.__version__, "network": options.network,
                "batch": options.batch, "precision": "bf16" if mixed else "tf32", "compile": options.compile,
                "images": "resident" if resident else "copied", "device": torch.cuda.get_device_name(),
            }
            try:
                rates = measure(
                    trainer(options.network, options.batch, mixed, options.compile, resident), options.batch,
                    options.seconds)
                result |= {
                    "images_per_second_median": round(statistics.median(rates), 1),
                    "images_per_second_min": round(rates[0], 1), "images_per_second_max": round(rates[-1], 1),
                }
            except Exception as failure:  # torch.compile needs a C compiler; the rest is still worth measuring
                result["failed"] = f"{type(failure).__name__}: {failure}"[:300]
            print(json.dumps(result), flush=True)
            torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
