"""Reference numbers of the supernet at width 8, from PyTorch, with weights and pictures by formula.

    python -m venv venv && venv/bin/pip install numpy safetensors torch==2.5.1
    venv/bin/python tests/yardsticks/small_golden.py ../shared/bench/torch_superscalenet.py \
        crates/model/tests/suite/small_golden.json

The first argument is the PyTorch supernet of the reference data; the segmentation head is added
here (two 1x1 convolutions over all branches at stride 4). Where the reference checkpoints lie beside
it (`../golden/model`), the segmentation network is first compared with them.

Every number follows from a name and a flat index (`unit`), so that the test repeats them without
files.
Networks are evaluated with running statistics by formula, and trained for one step with batch
statistics and the mean squared error to a target by formula. The figures are those of float64; the
run prints how far float32 is from them. The run is deterministic but for the order of sums.
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

WIDTH, JOINTS, CLASSES = 8, 17, 19
BATCH, SIDE = 2, 64
VALUES = 32
DEPTHS = (2, 3, 4, 5)
STEPS = DEPTHS[-1]
TRAINED = "drawn"
# One weight of every kind of layer; all of them are reached by the drawn architecture.
GRADIENTS = [
    "conv1.weight",
    "bn2.bias",
    "layer1.0.downsample.0.weight",
    "layer1.3.bn3.weight",
    "transition1.1.0.0.weight",
    "transition3.3.0.1.weight",
    "stage2.0.branches.0.0.conv1.weight",
    "stage3.1.branches.2.1.bn1.bias",
    "stage3.1.fuse_layers_1.0.2.0.weight",
    "stage3.2.fuse_layers_2.2.0.0.0.weight",
    "stage4.0.branches.3.0.bn2.weight",
    "stage4.1.fuse_layers_1.3.1.1.1.weight",
    "stage4.2.branches.0.1.conv2.weight",
]
HEADS = {
    "pose": ["final_layer.weight", "final_layer.bias"],
    "segmentation": ["last_layer.0.weight", "last_layer.1.bias", "last_layer.3.weight"],
}


def unit(name, count):
    """Numbers in [-1, 1) that float32 holds exactly: FNV-1a of the name, murmur3's last mixing."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    x = np.uint32(seed) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1)
    x = (x ^ x >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    x = (x ^ x >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float64) / 2.0**23 - 1.0


def entry(name, shape):
    """Values of a checkpoint entry: layers keep their input's scale, residuals add a part of it."""
    u = unit(name, int(np.prod(shape)))
    if name.endswith(".running_mean") or name.endswith(".bias"):
        values = 0.1 * u
    elif name.endswith(".running_var"):
        values = 1.0 + 0.5 * u
    elif len(shape) == 1:
        values = 0.5 + 0.25 * u
    else:
        values = u * np.sqrt(6.0 / np.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def tensor(name, shape):
    return torch.from_numpy(unit(name, int(np.prod(shape))).reshape(shape))


def uniform(branches, depth, fused):
    """One depth everywhere, and every source after the steps of `fused`."""
    row = lambda i, k: [int(j == i or k in fused) for j in range(branches)]
    fusion = [[row(i, k) for k in range(depth)] for i in range(branches)]
    return {"depth": [depth] * branches, "fusion": fusion}


def irregular(module, branches):
    """Another depth on every branch, and two thirds of the sources."""
    depth = [DEPTHS[(module + 3 * i + 1) % len(DEPTHS)] for i in range(branches)]
    bit = lambda i, k, j: int(j == i or (module + i + 2 * k + j) % 3 != 0)
    row = lambda i, k: [bit(i, k, j) for j in range(branches)]
    fusion = [[row(i, k) for k in range(depth[i])] for i in range(branches)]
    return {"depth": depth, "fusion": fusion}


def architectures(task, branches):
    found = {
        "smallest": [uniform(n, DEPTHS[0], ()) for n in branches],
        "hrnet": [uniform(n, 4, (3,)) for n in branches],
        "largest": [uniform(n, STEPS, range(STEPS)) for n in branches],
        TRAINED: [irregular(m, n) for m, n in enumerate(branches)],
    }
    if task == "pose":
        # Only branch 0 leaves the last module: its last step takes every source, the others' none.
        for modules in found.values():
            for i, rows in enumerate(modules[-1]["fusion"]):
                rows[-1] = [int(i in (0, j)) for j in range(branches[-1])]
    return found


class Merge(nn.Module):
    """All branches at the size of the first, concatenated, in the place of the first branch."""

    def forward(self, branches):
        size = branches[0].shape[2:]
        resize = lambda x: nn.functional.interpolate(x, size, mode="bilinear", align_corners=False)
        return [torch.cat([resize(x) for x in branches], 1)]


def segmentation(reference):
    """The reference backbone with the segmentation head."""

    class Segmentation(reference.Supernet):
        def __init__(self):
            super().__init__(WIDTH)
            self.stage4.append(Merge())
            self.final_layer = nn.Identity()
            width = sum(WIDTH << i for i in range(4))
            merge = [nn.Conv2d(width, width, 1), nn.BatchNorm2d(width), nn.ReLU()]
            self.last_layer = nn.Sequential(*merge, nn.Conv2d(width, CLASSES, 1))

        def forward(self, x):
            return self.last_layer(super().forward(x))

    return Segmentation()


def check(model, folder):
    """Compares the segmentation network with the reference checkpoint, where there is one."""
    if not folder.exists():
        return print("no reference checkpoint: segmentation not checked")
    from safetensors.torch import load_file

    weights = torch.load(folder / "superscalenet_seg_w8.pth", weights_only=True)
    model.load_state_dict(weights, strict=False)
    golden = load_file(folder / "seg_w8_tensors.safetensors")
    masks = json.loads((folder / "seg_w8.json").read_text())["masks"]
    model.eval()
    for name, modules in masks.items():
        model.activate(modules)
        with torch.no_grad():
            want = golden[f"eval/{name}"]
            error = ((model(golden["input"]) - want).norm() / want.norm()).item()
        print(f"segmentation {name}: {error:.1e} from the reference checkpoint")
        assert error < 1e-5


def figures(output):
    flat = output.detach().flatten().double()
    values = flat[:: len(flat) // VALUES][:VALUES]
    return {"shape": list(output.shape), "norm": flat.norm().item(), "values": values.tolist()}


def run(model, task, found, dtype):
    model.to(dtype)
    images = tensor("input", (BATCH, 3, SIDE, SIDE)).to(dtype)
    channels = JOINTS if task == "pose" else CLASSES
    target = tensor("target", (BATCH, channels, SIDE // 4, SIDE // 4)).to(dtype)
    evaluation = {}
    model.eval()
    for name, modules in found.items():
        model.activate(modules)
        with torch.no_grad():
            evaluation[name] = figures(model(images))
    model.train()
    model.activate(found[TRAINED])
    output = model(images)
    loss = nn.functional.mse_loss(output, target)
    loss.backward()
    parameters = dict(model.named_parameters())
    gradients = {n: parameters[n].grad.norm().item() for n in GRADIENTS + HEADS[task]}
    step = {"architecture": TRAINED, "loss": loss.item(), **figures(output), "gradients": gradients}
    return {"evaluation": evaluation, "step": step}


def filled(build):
    model = build()
    entries = {n: v for n, v in model.state_dict().items() if not n.endswith("num_batches_tracked")}
    model.load_state_dict({n: entry(n, v.shape) for n, v in entries.items()}, strict=False)
    return model


def difference(a, b):
    """Largest relative difference, of lists by their norm."""
    if isinstance(a, dict):
        return max(difference(a[k], b[k]) for k in a)
    if isinstance(a, str):
        return float(a != b)
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def main():
    path = Path(sys.argv[1]).resolve()
    spec = importlib.util.spec_from_file_location("reference", path)
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    builds = {
        "pose": lambda: reference.Supernet(WIDTH, JOINTS),
        "segmentation": lambda: segmentation(reference),
    }
    check(builds["segmentation"](), path.parent / "../golden/model")
    golden = {"source": f"PyTorch {torch.__version__}, float64, by tests/yardsticks/small_golden.py"}
    golden |= {"width": WIDTH, "input": [BATCH, 3, SIDE, SIDE]}
    for task, build in builds.items():
        found = architectures(task, reference.BRANCHES)
        golden[task] = run(filled(build), task, found, torch.float64)
        single = run(filled(build), task, found, torch.float32)
        for part in ("evaluation", "step"):
            error = difference(single[part], golden[task][part])
            print(f"{task} {part}: float32 within {error:.1e}")
        golden[task]["architectures"] = {n: {"modules": m} for n, m in found.items()}
    digits = lambda text: float(f"{float(text):.9g}")
    rounded = json.loads(json.dumps(golden), parse_float=digits)
    Path(sys.argv[2]).write_text(json.dumps(rounded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
