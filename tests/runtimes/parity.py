#!/usr/bin/env python3
"""Exported networks in the runtimes of others, against the native outputs that `export --sample` writes.

    pip install numpy safetensors onnxruntime
    python tests/runtimes/parity.py --scalenas target/debug/scalenas
    python tests/runtimes/parity.py --scalenas target/debug/scalenas --runtime openvino torch

Trains supernets of the tiny spaces for a few iterations, exports three architectures of each as maps and
decoded, and compares at batches of 1, 4 and 7; the example of the library for applications predicts a picture like
`infer`. Exits with 1 where a difference is larger than promised.
"""

import argparse
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file

MAPS = 1e-4
"""Largest difference of maps and scores, as a share of their largest value."""
JOINTS = 0.01
"""Largest distance of decoded joints, in pixels."""
CLASSES = 1e-4
"""Largest share of pixels with another class."""
BATCHES = (1, 4, 7)
ARCHITECTURES = ("smallest", "hrnet", "largest")

EXPERIMENT = """(
    version: 1, space: "{space}", input: ({side}, {side}), {more}
    train: (epochs: 2, batch: 4, learning_rate: 1e-3, milestones: [1], validate_every: 2,
            calibration_batches: 1, {train}),
)"""

TASKS = {
    "tiny": dict(synth=[], more="", train="validation_people: 2", decode=True),
    "tiny_bottom_up": dict(synth=[], more="", train="validation_people: 2", decode=False),
    "tiny_classification": dict(synth=["--task", "classification"], more="views: (least_area: 0.5),", train="", decode=True),
    "tiny_segmentation": dict(synth=["--task", "segmentation"], more="crops: (base: 0),", train="", decode=True),
}


def onnxruntime(path):
    import onnxruntime as runtime

    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda images: dict(zip(names, session.run(names, {"images": images})))


def openvino(path):
    import openvino as runtime

    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = runtime.Core().compile_model(path, "CPU", settings)

    def run(images):
        # An output has the names of all values that it equals.
        found = compiled(images)
        return {name: found[output] for output in compiled.outputs for name in output.get_names()}

    return run


def torch(path):
    import torch as framework

    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.load()

    def run(images):
        with framework.no_grad():
            found = network(framework.from_numpy(images))
        found = found if isinstance(found, list) else [found]
        return [output.numpy() for output in found]

    return run


RUNTIMES = {"onnxruntime": onnxruntime, "openvino": openvino, "torch": torch}


def difference(name, found, expected):
    """The difference as the promises measure it, and the largest one that is allowed."""
    assert found.shape == expected.shape, f"{name}: {found.shape}, not {expected.shape}"
    if name in ("classes", "class"):
        return float((found != expected).mean()), CLASSES
    distance = float(np.abs(found.astype(np.float64) - expected).max())
    if name == "joints":
        return distance, JOINTS
    return distance / float(np.abs(expected).max()), MAPS


def compare(label, run, sample, order):
    images = sample.pop("images")
    good = True
    for batch in BATCHES:
        turn = np.arange(batch) % len(images)
        found = run(np.ascontiguousarray(images[turn]))
        if isinstance(found, list):
            found = dict(zip(order, found))
        for name, expected in sample.items():
            value, allowed = difference(name, np.asarray(found[name]), expected[turn])
            good &= value <= allowed
            print(f"{label} batch {batch} {name}: {value:.2e} of {allowed:.0e} allowed")
    return good


def application(scalenas, example, run, picture, folder):
    """The library for applications on a whole picture, against `infer`."""
    weights, joints = folder / "net.safetensors", folder / "joints.json"
    scalenas("export", "--run", run, "--arch", "hrnet", "--out", weights)
    scalenas("infer", "--run", run, "--arch", "hrnet", "--boxes", "whole", "--flip-test", "off", "--out", joints, picture)
    values = json.loads(joints.read_text())["annotations"][0]["keypoints"]
    expected = np.array(values).reshape(-1, 3)[:, :2]
    lines = subprocess.run([example, weights, picture], check=True, capture_output=True, text=True).stdout.splitlines()
    found = np.array([[float(x) for x in re.findall(r"(?:column|row) ([-0-9.]+)", line)] for line in lines])
    # The example prints a tenth of a pixel.
    distance = float(np.abs(found - expected).max())
    print(f"application tiny hrnet joints: {distance:.2e} of 1e-01 allowed")
    return found.shape == expected.shape and distance <= 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scalenas", required=True, type=pathlib.Path, help="the program")
    parser.add_argument("--runtime", nargs="+", default=["onnxruntime"], choices=sorted(RUNTIMES))
    arguments = parser.parse_args()
    program = arguments.scalenas.resolve()

    def scalenas(*words):
        subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    good = True
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for space, task in TASKS.items():
            data, run, config = (folder / f"{space}{ending}" for ending in (".data", ".run", ".ron"))
            scalenas("synth", "--out", data, "--size", "96x128", "--train", 8, "--val", 3, *task["synth"])
            config.write_text(EXPERIMENT.format(space=space, side=64, **task))
            scalenas("supernet", "--config", config, "--data", data, "--out", run)
            for architecture in ARCHITECTURES:
                for decode in [False, True][: 1 + task["decode"]]:
                    for name in arguments.runtime:
                        if decode and name == "torch":
                            continue
                        path = folder / ("net.py" if name == "torch" else "net.onnx")
                        more = ["--decode"] if decode else []
                        chosen = ["--run", run, "--arch", architecture]
                        scalenas("export", *chosen, "--sample", "--out", path, *more)
                        sample = load_file(path.with_suffix(".sample.safetensors"))
                        label = f"{name} {space} {architecture}"
                        about = json.loads(path.with_suffix(".json").read_text())
                        order = [output["name"] for output in about["outputs"]]
                        good &= compare(label, RUNTIMES[name](str(path)), sample, order)
            if space == "tiny":
                example = program.parent / "examples" / "picture"
                picture = sorted((data / "images" / "val2017").iterdir())[0]
                good &= application(scalenas, example, run, picture, folder)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
