#!/usr/bin/env python3
"""GPUs that are not there, lack a part, or break: what a user sees, without a GPU.

    pip install nvidia-cuda-nvrtc nvidia-cuda-nvcc nvidia-cuda-runtime
    cargo build --release -p scalenas-cli --features cuda
    python tests/device/trouble.py --scalenas target/release/scalenas

Exits with 1 where a call ends with another exit code, or says or leaves something else, than asked.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from kernels import stand_in, toolkit

EXPERIMENT = """(version: 1, space: "tiny", input: (64, 64), train: (epochs: 3, batch: 4, learning_rate: 1e-3, milestones: [2],
validate_every: 0, calibration_batches: 1))"""
LAUNCHES = 20_000
"""Of 39 iterations, these are about 20, and an epoch has 13."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scalenas", required=True, help="program built with the feature cuda")
    parser.add_argument("--toolkit", help="folder with lib, bin and include")
    args = parser.parse_args()
    program, kit = pathlib.Path(args.scalenas).resolve(), toolkit(args.toolkit)
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        stand_in(folder)
        (folder / "quick.ron").write_text(EXPERIMENT)
        driver, whole = str(folder), os.pathsep.join([str(folder), str(kit / "lib")])
        subprocess.run([program, "synth", "--out", folder / "data", "--train", "24", "--val", "8", "--size", "128x128"],
                       check=True, capture_output=True)

        def call(what, code, said, libraries, cuda_path, device="cuda", **more):
            nonlocal failures
            env = dict(os.environ, LD_LIBRARY_PATH=libraries, CUDA_PATH=str(cuda_path), STAND_IN_OUT=str(folder), **more)
            command = [program, "supernet", "--config", folder / "quick.ron", "--data", folder / "data", "--device", device]
            ended = subprocess.run([*command, "--out", folder / "run"], env=env, capture_output=True, text=True)
            run = folder / "run"
            kept = sorted(path.name for path in (run / "checkpoints").glob("*")) if run.exists() else None
            well = ended.returncode == code and said in ended.stderr and len(ended.stderr) < 10_000
            well &= (kept is None) if code == 2 else (kept == ["00000013"])
            failures += not well
            print(f"{'well' if well else 'NOT'}: {what}: exit code {ended.returncode}, left {kept}")
            print("   ", ended.stderr.strip().splitlines()[-1][:300])

        call("no driver", 2, "libcuda", "", kit)
        call("no NVRTC", 2, "nvrtc", driver, kit)
        call("no toolkit", 2, "CUDA_PATH", whole, folder)
        call("no such device", 2, "cuda:3", whole, kit, device="cuda:3")
        call("a device that breaks", 1, "the device failed", whole, kit, STAND_IN_LAUNCHES=str(LAUNCHES))
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
