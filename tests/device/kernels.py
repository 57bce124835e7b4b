#!/usr/bin/env python3
"""GPU kernels of a step, compiled for real where no GPU is: registers, spills, shared memory, matrix units, launches.

    pip install nvidia-cuda-nvrtc nvidia-cuda-nvcc nvidia-cuda-runtime
    cargo build --release -p scalenas-cli --features cuda-plain
    python tests/device/kernels.py --scalenas target/release/scalenas --arch P2.json --width 32

`bench` runs on a stand-in for the driver library (`driver.rs`), NVRTC compiles what the program generates, and `ptxas`
turns each module into machine code. Exits with 1 where a module does not compile or a kernel that multiplies on matrix
units spills registers.
"""

import argparse
import collections
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MATRIX_UNITS = re.compile(r"\b(wgmma\.mma_async|mma\.sync|wmma\.mma)")
USED = re.compile(r"Used (\d+) registers(?:, used \d+ barriers)?(?:, (\d+) bytes cumulative stack size)?(?:, (\d+) bytes smem)?")
SPILLS = re.compile(r"(\d+) bytes spill stores, (\d+) bytes spill loads")


def toolkit(named):
    """Folder with `lib`, `bin` and `include`: the one given, or that of the Python packages."""
    if named:
        return pathlib.Path(named)
    found = importlib.util.find_spec("nvidia")
    folders = [pathlib.Path(place) for place in found.submodule_search_locations] if found else []
    for folder in folders:
        for inner in sorted(folder.glob("cu*")):
            if (inner / "bin" / "ptxas").exists() and list((inner / "lib").glob("libnvrtc.so*")):
                return inner
    sys.exit("no NVRTC and ptxas: pip install nvidia-cuda-nvrtc nvidia-cuda-nvcc nvidia-cuda-runtime, or --toolkit FOLDER")


def stand_in(folder):
    command = ["rustc", "--edition", "2024", "-O", "--crate-type", "cdylib", "-o", folder / "libcuda.so", HERE / "driver.rs"]
    subprocess.run(command, check=True)


class Run:
    """Modules and launches of `bench` with so many repetitions."""

    def __init__(self, args, kit, driver, compute, precision, mode, batch, repetitions):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=driver))
        libraries = os.pathsep.join([str(driver), str(kit / "lib")])
        env = dict(os.environ, LD_LIBRARY_PATH=libraries, CUDA_PATH=str(kit), STAND_IN_ARCH=str(compute), STAND_IN_OUT=str(self.folder))
        command = [pathlib.Path(args.scalenas).resolve(), "bench", "--device", "cuda", "--json", "--arch", args.arch]
        command += ["--space", args.space] if args.space else ["--width", args.width]
        command += ["--input", args.input, "--batch", batch, "--mode", mode, "--precision", precision, "--reps", repetitions]
        ended = subprocess.run([str(part) for part in command], env=env, capture_output=True, text=True)
        if ended.returncode:
            sys.exit(f"{ended.stderr}\n{mode}, batch {batch}, {precision}, sm_{compute}: exit code {ended.returncode}")
        self.lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
        self.kernels = collections.defaultdict(list)
        for line in (self.folder / "launches.txt").read_text().splitlines():
            count, shared, module, name = line.split(" ", 3)
            if int(count):
                self.kernels[function(name)].append(dict(launches=int(count), shared=int(shared), module=self.folder / f"{module}.ptx"))

    def launches(self):
        """Launches by function. What a function is generated for has no name that is the same in two runs."""
        return collections.Counter({name: sum(kind["launches"] for kind in kinds) for name, kinds in self.kernels.items()})


def compiled(kit, module, compute):
    """Name, registers, spilled bytes, shared memory and use of matrix units of each kernel of a module."""
    arch = f"sm_{compute}a" if compute >= 90 else f"sm_{compute}"
    command = [kit / "bin" / "ptxas", f"-arch={arch}", "-v", "-o", os.devnull, module]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{module}: {ended.stderr}")
    used, spilled = USED.search(ended.stderr), SPILLS.search(ended.stderr)
    text = module.read_text()
    return dict(
        registers=int(used[1]),
        static=int(used[3] or 0),
        spills=int(spilled[1]) + int(spilled[2]) if spilled else 0,
        matrix=len(MATRIX_UNITS.findall(text)),
    )


def function(name):
    """A kernel's function, without what it is generated for."""
    return re.sub(r"_(f|i|u|bf|b)\d+.*$", "", name)


def span(values):
    least, most = min(values), max(values)
    return str(least) if least == most else f"{least} to {most}"


def report(args, kit, driver, compute, precision, mode, batch):
    """Prints a table of the kernels of a step; returns those on matrix units that spill."""
    # The framework tries candidates of what it tunes once and keeps its choice: their launches are those of no step.
    Run(args, kit, driver, compute, precision, mode, batch, 1)
    one = Run(args, kit, driver, compute, precision, mode, batch, 1)
    two = Run(args, kit, driver, compute, precision, mode, batch, 2)
    step = two.launches() - one.launches()
    seconds = min(line["seconds"] for line in two.lines)
    rows = {name: [dict(kind, **compiled(kit, kind["module"], compute)) for kind in two.kernels[name]] for name in step}
    print(f"\n### {mode}, batch {batch}, {precision}, sm_{compute}: {step.total()} launches, fed in {seconds:.3f} s\n")
    print("| kernel | variants | launches per step | registers | spilled bytes | shared bytes | on matrix units |")
    print("|---|---|---|---|---|---|---|")
    for name, launches in step.most_common():
        kinds = rows[name]
        registers, spills = (span([kind[key] for kind in kinds]) for key in ("registers", "spills"))
        shared = span([kind["shared"] + kind["static"] for kind in kinds])
        units = sum(kind["matrix"] > 0 for kind in kinds)
        print(f"| {name} | {len(kinds)} | {launches} | {registers} | {spills} | {shared} | {units} of {len(kinds)} |")
    spilling = [kind for kinds in rows.values() for kind in kinds if kind["matrix"] and kind["spills"]]
    for kind in spilling:
        print(f"\nspills {kind['spills']} bytes, {kind['registers']} registers, {kind['launches']} launches: {kind['module']}")
    return len(spilling)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scalenas", required=True, help="program built with the feature cuda or cuda-plain")
    parser.add_argument("--toolkit", help="folder with lib, bin and include")
    parser.add_argument("--arch", default="hrnet", help="architecture, as of bench")
    parser.add_argument("--space", help="search space, as of bench")
    parser.add_argument("--width", default="32")
    parser.add_argument("--input", default="256x192")
    parser.add_argument("--compute", type=int, nargs="+", default=[80, 90], help="compute capabilities")
    parser.add_argument("--precision", nargs="+", default=["f32", "bf16"])
    parser.add_argument("--mode", nargs="+", default=["infer", "train"])
    parser.add_argument("--batch", nargs="+", default=["64"])
    parser.add_argument("--keep", help="folder that keeps the modules")
    args = parser.parse_args()
    kit = toolkit(args.toolkit)
    with tempfile.TemporaryDirectory() as folder:
        driver = pathlib.Path(args.keep or folder)
        driver.mkdir(parents=True, exist_ok=True)
        stand_in(driver)
        spilling = sum(
            report(args, kit, driver, compute, precision, mode, batch)
            for compute in args.compute
            for precision in args.precision
            for mode in args.mode
            for batch in args.batch
        )
    if spilling:
        sys.exit(f"{spilling} kernels on matrix units spill registers")


if __name__ == "__main__":
    main()
