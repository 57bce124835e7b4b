"""Twenty training steps of a small network by every optimiser and schedule, from PyTorch.

    python -m venv venv && venv/bin/pip install numpy torch==2.5.1
    venv/bin/python tests/yardsticks/trajectories.py crates/train/tests/suite/trajectories.json

A convolution, a scale and a shift learn `tanh(scale * convolution(pictures) + shift) = target` by the mean squared
error. Weights, pictures and targets follow from names by the formula of `small_golden.py`, so that the test repeats
them without files. Figures are those of float64; the run prints how far float32 is from them.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn

from small_golden import tensor

STEPS = 20
RATE = 0.02


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.kernel = nn.Parameter(0.5 * tensor("kernel", (4, 3, 3, 3)))
        self.scale = nn.Parameter(1 + 0.5 * tensor("scale", (4,)))
        self.shift = nn.Parameter(0.5 * tensor("shift", (4,)))

    def forward(self, x):
        x = nn.functional.conv2d(x, self.kernel, padding=1)
        return torch.tanh(x * self.scale.view(1, -1, 1, 1) + self.shift.view(1, -1, 1, 1))


def groups(net, decay, decay_norms):
    kinds = [[net.kernel], [net.scale, net.shift]]
    return [{"params": kinds[0], "weight_decay": decay}, {"params": kinds[1], "weight_decay": decay * decay_norms}]


OPTIMISERS = {
    "adam": lambda net: torch.optim.Adam(net.parameters(), RATE),
    "adamw": lambda net: torch.optim.AdamW(groups(net, 0.1, False), RATE),
    "adamw_all": lambda net: torch.optim.AdamW(groups(net, 0.1, True), RATE),
    "sgd": lambda net: torch.optim.SGD(groups(net, 0.01, True), 10 * RATE, momentum=0.9),
    "sgd_kernels": lambda net: torch.optim.SGD(groups(net, 0.01, False), 10 * RATE, momentum=0.9),
}
SCHEDULES = {
    "constant": lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1.0, 1),
    "milestones": lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [8, 15], 0.1),
    "poly": lambda o: torch.optim.lr_scheduler.PolynomialLR(o, STEPS, 0.9),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS, eta_min=0.05 * o.param_groups[0]["lr"]),
    "warmup": lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda step: min(1.0, (step + 1) / 5)),
}
CASES = [
    ("adam", "constant", None, 1),
    ("adam", "milestones", None, 1),
    ("adam", "warmup", 0.05, 1),
    ("adamw", "cosine", None, 1),
    ("adamw_all", "poly", 0.1, 2),
    ("sgd", "milestones", None, 1),
    ("sgd", "poly", None, 2),
    ("sgd_kernels", "cosine", 0.05, 1),
]


def run(case, dtype):
    optimiser, schedule, limit, accumulation = case
    net = Net().to(dtype)
    optimiser = OPTIMISERS[optimiser](net)
    schedule = SCHEDULES[schedule](optimiser)
    losses, norms = [], []
    for step in range(STEPS):
        optimiser.zero_grad()
        for part in range(accumulation):
            images = tensor(f"images {step} {part}", (2, 3, 6, 5)).to(dtype)
            target = 0.8 * tensor(f"target {step} {part}", (2, 4, 6, 5)).to(dtype)
            loss = nn.functional.mse_loss(net(images), target)
            loss.backward()
            losses.append(loss.item())
        norms.append(nn.utils.clip_grad_norm_(net.parameters(), limit or float("inf")).item())
        optimiser.step()
        schedule.step()
    weights = {name: p.detach().flatten().tolist() for name, p in net.named_parameters()}
    return {"losses": losses, "norms": norms, "weights": weights}


def error(a, b):
    return max(abs(x - y) / max(abs(y), 1e-3) for x, y in zip(a, b))


def main():
    golden = {"source": f"PyTorch {torch.__version__}, float64, by tests/yardsticks/trajectories.py"}
    golden |= {"steps": STEPS, "rate": RATE, "cases": []}
    for case in CASES:
        figures, single = run(case, torch.float64), run(case, torch.float32)
        print(case, f"float32 within {error(single['losses'], figures['losses']):.1e}")
        keys = dict(zip(("optimiser", "schedule", "clip", "accumulation"), case))
        golden["cases"].append(keys | figures)
    digits = lambda text: float(f"{float(text):.9g}")
    rounded = json.loads(json.dumps(golden), parse_float=digits)
    Path(sys.argv[1]).write_text(json.dumps(rounded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
