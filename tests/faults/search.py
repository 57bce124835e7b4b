#!/usr/bin/env python3
"""A search by many processes that are killed at random, over a PostgreSQL server that is restarted at random.

    cargo build --release
    scalenas synth --out people --train 64 --val 16
    scalenas supernet --config configs/quickstart.ron --data people --out runs/faults --epochs 2
    python tests/faults/search.py --scalenas target/release/scalenas --run runs/faults --kills 200 --restarts 10

Runs one undisturbed search, then the same one with `--workers` processes until none is left to kill, and compares:
every network has one score, no network is open, and the front is the same. Exits with 1 where it is not. Needs the
programs of PostgreSQL (Debian: postgresql); as root they run as the user of their package.
"""

import argparse
import glob
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time


class Server:
    """A server in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        found = shutil.which("initdb")
        self.programs = os.path.dirname(found) if found else sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgres://scalenas@127.0.0.1:{self.port}/postgres"
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self.call("initdb", "-D", f"{folder}/data", "-U", "scalenas", "-A", "trust", "--no-sync")
        self.start()

    def call(self, program, *arguments):
        command = [f"{self.programs}/{program}", *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        with open(f"{self.folder}/said", "w") as said:
            subprocess.run(command, check=True, stdout=said, stderr=said, cwd=self.folder)

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-o", options, "-l", f"{self.folder}/log", "-w", "start")

    def stop(self):
        self.call("pg_ctl", "-D", f"{self.folder}/data", "stop", "-m", "immediate")

    def restart(self):
        self.stop()
        time.sleep(random.uniform(0, 2))
        self.start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scalenas", type=pathlib.Path, required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    program = str(arguments.scalenas.resolve())
    search = [program, "evolve", "--run", str(arguments.run), "--generations", str(arguments.generations), "--json"]

    def say(command):
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    alone = say([*search, "--force"])
    print(f"undisturbed: {alone['scored']} networks, {len(alone['front'])} on the front", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        os.environ["RAYON_NUM_THREADS"] = "1"

        def worker():
            log = open(f"{folder}-{random.random()}.log", "w+")
            command = [*search, "--archive", server.url, "--worker"]
            return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT), log

        running = [worker() for _ in range(arguments.workers)]
        kills = restarts = ends = failures = 0
        fronts = []
        clock = time.time()
        while running:
            time.sleep(random.uniform(0.2, 1.2))
            if restarts < arguments.restarts and kills * arguments.restarts >= restarts * arguments.kills:
                server.restart()
                restarts += 1
            if kills < arguments.kills:
                process, _ = random.choice(running)
                process.kill()
                kills += 1
            for process, log in list(running):
                if process.poll() is None:
                    continue
                running.remove((process, log))
                log.seek(0)
                said = log.read()
                log.close()
                os.unlink(log.name)
                if process.returncode == 0:
                    ends += 1
                    fronts.append(json.loads(said.strip().splitlines()[-1])["front"])
                elif process.returncode > 0:
                    failures += 1
                    print(said[-400:], flush=True)
                # Others go on until all kills are done; then each one may end.
                if process.returncode != 0 or kills < arguments.kills:
                    running.append(worker())
        listed = say([program, "archive", "list", "--archive", server.url, "--json"])["evaluations"]
        records = pathlib.Path(folder) / "records.json"
        say([program, "archive", "export", "--archive", server.url, "--out", str(records), "--json"])
        networks = [record["candidate"]["id"] for record in json.loads(records.read_text())]
        server.stop()
    same = all(front == alone["front"] for front in fronts)
    whole = len(listed) == 1 and listed[0]["scored"] == alone["scored"] and listed[0]["open"] == listed[0]["leased"] == 0
    once = len(networks) == len(set(networks))
    print(f"{kills} kills, {restarts} restarts, {ends} processes ended well, {failures} with an error, {time.time() - clock:.0f} s")
    print(f"{listed[0]['scored']} of {alone['scored']} scored, once each: {once}; all fronts the same: {same}")
    sys.exit(0 if same and whole and once and failures == 0 and fronts else 1)


if __name__ == "__main__":
    main()
