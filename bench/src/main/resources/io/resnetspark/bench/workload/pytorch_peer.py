"""PyTorch on the CPU as people run it: channels-last; fp32 or bf16 autocast; eager or compiled."""

import contextlib

from workload_server import Task, Workload, serve

import torch
from torch import nn
from torch.nn import functional


def conv(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class Basic(nn.Module):
    """Two 3x3 convolutions."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int, shortcut: nn.Module):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x)
        return self.relu(y)


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1 to four times the width."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int, shortcut: nn.Module):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, width, 1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3, stride), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += self.shortcut(x)
        return self.relu(y)


class PadShortcut(nn.Module):
    """Option A of He et al. 2015: every second pixel, zero channels on both sides."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.added, self.stride = (outputs - inputs) // 2, stride

    def forward(self, x):
        return functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.added, self.added))


def stages(block, inputs: int, widths, depths, projection) -> list[nn.Module]:
    blocks = []
    for index, (width, depth) in enumerate(zip(widths, depths)):
        for position in range(depth):
            stride = 2 if index > 0 and position == 0 else 1
            outputs = width * block.expansion
            same = stride == 1 and inputs == outputs
            blocks.append(block(inputs, width, stride, nn.Identity() if same else projection(inputs, outputs, stride)))
            inputs = outputs
    return blocks


def network(task: Task) -> nn.Module:
    if task.is_cifar:
        depth = (int(task.architecture.removeprefix("cifar-resnet")) - 2) // 6
        stem = [conv(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
        body = stages(Basic, 16, (16, 32, 64), (depth,) * 3, PadShortcut)
        features = 64
    else:
        block, depths = {
            "resnet18": (Basic, (2, 2, 2, 2)),
            "resnet34": (Basic, (3, 4, 6, 3)),
            "resnet50": (Bottleneck, (3, 4, 6, 3)),
        }[task.architecture]
        stem = [conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        body = stages(
            block,
            64,
            (64, 128, 256, 512),
            depths,
            lambda inputs, outputs, stride: nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)),
        )
        features = 512 * block.expansion
    return nn.Sequential(*stem, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(features, task.classes))


def open_workload(task: Task) -> Workload:
    torch.set_num_threads(task.threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(20151210)
    net = network(task).to(memory_format=torch.channels_last)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    images = torch.randn(task.batch, 3, task.image_size, task.image_size).to(memory_format=torch.channels_last)
    labels = torch.randint(task.classes, (task.batch,))
    precision, compiled = task.way.split("-")[0], task.way.endswith("-compiled")
    computes = (
        (lambda: torch.autocast("cpu", dtype=torch.bfloat16)) if precision == "bf16" else contextlib.nullcontext
    )
    call = torch.compile(net) if compiled else net
    return Workload(
        parameters,
        f"PyTorch {torch.__version__}, channels-last, {precision}, {'compiled' if compiled else 'eager'}",
        training(net, call, images, labels, computes)
        if task.mode == "train"
        else inference(net, call, images, computes),
    )


def training(net, call, images, labels, computes):
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        with computes():
            loss = functional.cross_entropy(call(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def inference(net, call, images, computes):
    net.eval()

    def step() -> float:
        with torch.inference_mode(), computes():
            return float(call(images)[0, 0])

    return step


if __name__ == "__main__":
    serve(open_workload)
