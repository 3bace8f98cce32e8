"""What the engine costs a task, with threads and with MPI ranks, and what a night's graph takes.

Required: a graph of 189 detectors x 1,000 visits x 10 steps built in under 5 s and 1 GiB; at most 1 ms a task with
threads and 3 ms with MPI; two working ranks at least 1.8 times one. Exit code 1 where a limit is passed.

    build/venv/bin/python benchmarks/engine.py [--rounds 3]

The overhead is that of tasks that do nothing: wall time x workers / tasks. The last row's tasks each keep a core busy
for 20 ms, so that it needs two cores that do nothing else.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "parallel"))

from launching import environment, is_there, mpirun  # noqa: E402

BUILD = ROOT / "build" / "release"


def engine(*arguments, ranks=None):
    launcher = mpirun(ranks) if ranks else []
    done = subprocess.run([*launcher, BUILD / "skywright_engine", *map(str, arguments)], capture_output=True, text=True,
                          env=environment(), timeout=300)  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"{arguments}: {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


class Table:
    def __init__(self):
        self.good = True

    def row(self, what, value, unit, limit, ok):
        self.good &= ok
        print(f"{what:44} {value:10.3f} {unit:8} {limit:16} {'ok' if ok else 'NOT MET'}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    subprocess.run(["ninja", "-C", BUILD, "skywright_engine"], check=True, stdout=subprocess.DEVNULL)

    def median(*arguments, ranks=None):
        return statistics.median(engine(*arguments, ranks=ranks)["wall_s"] for _ in range(rounds))

    table = Table()
    night = engine("graph", 189, 1000, 10)
    table.row(f"graph of {night['tasks']:,} tasks: built", night["built_s"], "s", "< 5", night["built_s"] < 5)
    table.row("    its memory, built", night["built_mib"], "MiB", "< 1024", night["built_mib"] < 1024)
    table.row("    run by one thread: memory at its most", night["peak_mib"], "MiB", "< 1024", night["peak_mib"] < 1024)
    table.row("    run by one thread: overhead", 1e3 * night["run_s"] / night["tasks"], "ms/task", "<= 1",
              1e3 * night["run_s"] / night["tasks"] <= 1)  # fmt: skip
    for jobs in (1, 2, 5):
        cost = 1e3 * median("tasks", 100000, 0, jobs) * jobs / 100000
        table.row(f"threads: {jobs}", cost, "ms/task", "<= 1", cost <= 1)
    if is_there():
        for ranks in (2, 3, 5):
            cost = 1e3 * median("tasks", 3000, 0, 1, ranks=ranks) * (ranks - 1) / 3000
            table.row(f"MPI: {ranks - 1} working ranks", cost, "ms/task", "<= 3", cost <= 3)
        gains = [engine("tasks", 200, 20, 1, ranks=2)["wall_s"] / engine("tasks", 200, 20, 1, ranks=3)["wall_s"]
                 for _ in range(rounds)]  # fmt: skip
        table.row("MPI: two working ranks over one", statistics.median(gains), "times", ">= 1.8", statistics.median(gains) >= 1.8)
    return 0 if table.good else 1


if __name__ == "__main__":
    sys.exit(main())
