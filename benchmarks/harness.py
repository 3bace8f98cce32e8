"""Time whole commands fairly: in turn, several rounds, CPU seconds of the process tree, medians.

    from harness import Command, compare
    compare([Command("skywright", [...]), Command("source-extractor", [...])], rounds=5)

Prints a row a command (CPU, wall, peak memory: median over rounds) and the median of the round-by-round
ratio to the first command, which drifts of the machine's speed do not touch.
"""

import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(os.environ.get("SKYWRIGHT_PROGRAM", ROOT / "build" / "release" / "skywright"))


@dataclass
class Command:
    name: str
    arguments: list
    cwd: Path = None
    before: callable = None  # called before each run, outside the measured time
    cpu: list = field(default_factory=list)
    wall: list = field(default_factory=list)
    peak_mib: list = field(default_factory=list)


def run_once(command):
    if command.before:
        command.before()
    start = time.monotonic()
    process = subprocess.Popen([str(a) for a in command.arguments], cwd=command.cwd,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, error = process.communicate()
    wall = time.monotonic() - start
    if process.returncode != 0:
        raise SystemExit(f"{command.name} ended with {process.returncode}: {error.decode()[-2000:]}")
    return wall


def measured(command):
    """Run in a child, so that the operating system's accounting is of this run alone."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            wall = run_once(command)
        except SystemExit as failure:
            os.write(write, f"! {failure}".encode())
            os._exit(1)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(write, f"{usage.ru_utime + usage.ru_stime} {wall} {usage.ru_maxrss / 1024}".encode())
        os._exit(0)
    os.close(write)
    text = os.read(read, 65536).decode()
    os.waitpid(child, 0)
    os.close(read)
    if text.startswith("!"):
        raise SystemExit(text[2:])
    return map(float, text.split())


def compare(commands, rounds=5):
    for command in commands:
        list(measured(command))  # warm caches, not counted
    for _ in range(rounds):
        for command in commands:
            cpu, wall, peak = measured(command)
            command.cpu.append(cpu)
            command.wall.append(wall)
            command.peak_mib.append(peak)
    first = commands[0]
    print(f"{'':24}{'CPU s':>9}{'wall s':>9}{'MiB':>8}{'CPU ratio to ' + first.name:>28}")
    for command in commands:
        ratio = statistics.median(c / f for c, f in zip(command.cpu, first.cpu))
        print(f"{command.name:24}{statistics.median(command.cpu):9.3f}"
              f"{statistics.median(command.wall):9.3f}{statistics.median(command.peak_mib):8.0f}"
              f"{ratio:28.2f}")
    return commands
