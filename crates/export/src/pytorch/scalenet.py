"""@TITLE@

A network of its own, found by ScaleNAS: needs PyTorch, safetensors and the weights beside this file.

    from @MODULE@ import load
    network = load()                       # in evaluation mode
    outputs = network(normalise(images))   # images: uint8 [batch, 3, height, width], RGB

Predictions at stride 4 per head: heatmaps `[batch, joints, height / 4, width / 4]` (top-down);
heatmaps and tags side by side, and finer heatmaps at stride 2 (bottom-up); class scores
`[batch, classes, height / 4, width / 4]` (segmentation); `[batch, classes]` (classification). Heights and widths are multiples of @STRIDE@.
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn import functional

NETWORK = json.loads(
    r"""
@NETWORK@
"""
)
"""Widths of the branches, and per searched module the blocks and edges that run."""


def unit(inputs, outputs, kernel, stride=1, relu=True, bias=False):
    """Convolution, batch normalisation and, if asked for, ReLU."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=bias)
    layers = [conv, nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class Residual(nn.Module):
    """Units of the given kernels, added to a shortcut."""

    def __init__(self, widths, kernels):
        super().__init__()
        self.count = len(kernels)
        for k, kernel in enumerate(kernels, 1):
            conv = nn.Conv2d(widths[k - 1], widths[k], kernel, 1, kernel // 2, bias=False)
            setattr(self, f"conv{k}", conv)
            setattr(self, f"bn{k}", nn.BatchNorm2d(widths[k]))
        if widths[0] != widths[-1]:
            self.downsample = unit(widths[0], widths[-1], 1, relu=False)

    def forward(self, x):
        y = x
        for k in range(1, self.count + 1):
            y = getattr(self, f"bn{k}")(getattr(self, f"conv{k}")(y))
            y = torch.relu(y) if k < self.count else y
        shortcut = self.downsample(x) if hasattr(self, "downsample") else x
        return torch.relu(y + shortcut)


def basic_block(width):
    return Residual([width] * 3, [3, 3])


def edge(widths, target, source):
    """From a coarser branch 1x1 and upsampling, from a finer one a chain of stride 2."""
    if source > target:
        layers = unit(widths[source], widths[target], 1, relu=False)
        return nn.Sequential(*layers, nn.Upsample(scale_factor=2 ** (source - target)))
    count = target - source
    ends = [widths[source]] * count + [widths[target]]
    last = count - 1
    return nn.Sequential(*(unit(ends[k], ends[k + 1], 3, 2, relu=k < last) for k in range(count)))


class Module(nn.Module):
    """Steps of blocks on every branch and fusion between branches."""

    def __init__(self, widths, steps):
        super().__init__()
        self.steps = steps
        self.branches = nn.ModuleDict()
        for branch in range(len(widths)):
            blocks = {str(k): basic_block(widths[branch]) for k, step in enumerate(steps) if step["blocks"][branch]}
            if blocks:
                self.branches[str(branch)] = nn.ModuleDict(blocks)
        for k, step in enumerate(steps, 1):
            edges = nn.ModuleDict()
            for target, sources in enumerate(step["sources"]):
                if sources:
                    edges[str(target)] = nn.ModuleDict({str(s): edge(widths, target, s) for s in sources})
            setattr(self, f"fuse_layers_{k}", edges)

    def forward(self, x):
        for k, step in enumerate(self.steps):
            x = [self.block(k, branch, value, step) for branch, value in enumerate(x)]
            edges = getattr(self, f"fuse_layers_{k + 1}")
            x = [
                self.fuse(x, target, edges, step["sources"][target]) if needed else None
                for target, needed in enumerate(step["needed"])
            ]
        return x

    def block(self, k, branch, value, step):
        return self.branches[str(branch)][str(k)](value) if step["blocks"][branch] else value

    @staticmethod
    def fuse(x, target, edges, sources):
        total = x[target]
        for source in sources:
            total = total + edges[str(target)][str(source)](x[source])
        return torch.relu(total) if sources else total


class ScaleNet(nn.Module):
    """Stem, stages of modules with a transition in front of each, and heads."""

    def __init__(self, network=NETWORK):
        super().__init__()
        self.network = network
        widths, stem = network["widths"], network["stem"]
        channels, middle, wide = stem["channels"], stem["middle"], stem["wide"]
        self.conv1 = nn.Conv2d(3, channels, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 2, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        inputs = [channels] + [wide] * (stem["bottlenecks"] - 1)
        blocks = [Residual([n, middle, middle, wide], [1, 3, 1]) for n in inputs[: stem["bottlenecks"]]]
        self.layer1 = nn.Sequential(*blocks)
        before = 0
        for stage, modules in enumerate(network["stages"]):
            self.add_transition(stage, modules[0]["inputs"], before)
            before = len(modules[0]["inputs"])
            built = [Module(widths[:before], module["steps"]) for module in modules]
            setattr(self, f"stage{stage + 2}", nn.Sequential(*built))
        for head in network["heads"]:
            self.add_head(head)

    def add_transition(self, stage, inputs, before):
        widths, stem = self.network["widths"], self.network["stem"]
        units = nn.ModuleDict()
        for branch in range(before, len(inputs)):
            if inputs[branch]:
                source = widths[branch - 1] if stage else stem["wide"]
                layers = unit(source, widths[branch], 3, 2 if branch else 1)
                units[str(branch)] = layers if branch == 0 else nn.Sequential(layers)
        setattr(self, f"transition{stage + 1}", units)

    def add_head(self, head):
        widths, outputs = self.network["widths"], head["outputs"]
        if head["task"] == "top_down":
            self.final_layer = nn.Conv2d(widths[0], outputs, 1)
        elif head["task"] == "segmentation":
            merge = unit(sum(widths), sum(widths), 1, bias=True)
            self.last_layer = nn.Sequential(*merge, nn.Conv2d(sum(widths), outputs, 1))
        elif head["task"] == "classification":
            blocks, features = head["bottlenecks"], head["features"]
            self.incre_modules = nn.ModuleList(nn.Sequential(Residual([n, m, m, w], [1, 3, 1])) for n, m, w in blocks)
            wide = [block[2] for block in blocks]
            self.downsamp_modules = nn.ModuleList(unit(n, w, 3, 2, bias=True) for n, w in zip(wide, wide[1:]))
            self.final_layer = unit(wide[-1], features, 1, bias=True)
            self.classifier = nn.Conv2d(features, outputs, 1)
        else:
            maps = nn.Conv2d(widths[0], outputs, 1)
            self.final_layers = nn.ModuleList([maps, nn.Conv2d(widths[0], outputs // 2, 1)])
            double = nn.ConvTranspose2d(widths[0] + outputs, widths[0], 4, 2, 1, bias=False)
            double = nn.Sequential(double, nn.BatchNorm2d(widths[0]), nn.ReLU())
            blocks = [nn.Sequential(basic_block(widths[0])) for _ in range(@BLOCKS@)]
            self.deconv_layers = nn.ModuleList([nn.Sequential(double, *blocks)])

    def forward(self, images):
        x = torch.relu(self.bn1(self.conv1(images)))
        x = [self.layer1(torch.relu(self.bn2(self.conv2(x))))]
        for stage, modules in enumerate(self.network["stages"]):
            x = self.transition(stage, x, modules[0]["inputs"])
            x = getattr(self, f"stage{stage + 2}")(x)
        outputs = [output for head in self.network["heads"] for output in self.predict(head, x)]
        return outputs[0] if len(outputs) == 1 else outputs

    def transition(self, stage, x, inputs):
        units, last = getattr(self, f"transition{stage + 1}"), x[-1]
        passed = {} if stage == 0 else dict(enumerate(x))
        return [
            units[str(branch)](last) if str(branch) in units else passed.get(branch) if used else None
            for branch, used in enumerate(inputs)
        ]

    def predict(self, head, x):
        if head["task"] == "top_down":
            return [self.final_layer(x[0])]
        if head["task"] == "segmentation":
            size = x[0].shape[2:]
            large = [functional.interpolate(v, size, mode="bilinear", align_corners=False) for v in x[1:]]
            return [self.last_layer(torch.cat([x[0], *large], 1))]
        if head["task"] == "classification":
            wide = [block(v) for block, v in zip(self.incre_modules, x)]
            y = wide[0]
            for shrink, coarser in zip(self.downsamp_modules, wide[1:]):
                y = shrink(y) + coarser
            return [self.classifier(self.final_layer(y).mean((2, 3), keepdim=True)).flatten(1)]
        maps = self.final_layers[0](x[0])
        features = self.deconv_layers[0](torch.cat([x[0], maps], 1))
        return [maps, self.final_layers[1](features)]


def normalise(images):
    """uint8 RGB pictures `[batch, 3, height, width]` to the values that the network was trained on."""
    mean, std = (torch.tensor(NETWORK[key], device=images.device)[:, None, None] for key in ("mean", "std"))
    return (images.float() / 255 - mean) / std


def load(weights=pathlib.Path(__file__).with_name("@WEIGHTS@")):
    """The network with its weights, in evaluation mode."""
    from safetensors.torch import load_file

    network = ScaleNet()
    network.load_state_dict(load_file(weights))
    return network.eval()
