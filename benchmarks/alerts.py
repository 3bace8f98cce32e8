"""Reading and filtering of alerts: packets a second and MB/s, beside fastavro in Python, in one run.

    build/venv/bin/python benchmarks/alerts.py [--packets 4000] [--repeats 3]

Packets are of our schema, full ones with three cutouts of 25 kB and small ones without, written by fastavro.
The peer decodes each packet (as its users do) and evaluates the same condition in Python.
One core each; the program's times include its start.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fastavro

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from alert_packets import packets, write  # noqa: E402

FILTER = "diaSource.snr > 8 and not diaSource.isNegative and count(prvDiaSources, snr > 5) >= 2"


def keeps(p):
    s = p["diaSource"]
    return (
        s["snr"] is not None and s["snr"] > 8 and s["isNegative"] is False
        and sum(1 for h in p["prvDiaSources"] or [] if h["snr"] is not None and h["snr"] > 5) >= 2
    )  # fmt: skip


def median_seconds(repeats, call):
    call()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - begun)
    return statistics.median(times), result


def python_filter(path):
    with open(path, "rb") as file:
        return [p["diaSourceId"] for p in fastavro.reader(file) if keeps(p)]



def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packets", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    program = os.environ.get("SKYWRIGHT_PROGRAM", ROOT / "build" / "release" / "skywright")

    def ours(path):
        command = [program, "alerts", "filter", FILTER, path, "--json", "--quiet", "--jobs", "1"]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["ids"]

    print(f"{'packets':>8} {'kind':>6} {'MB':>7} | {'skywright':>22} | {'fastavro + Python':>22} | ratio")
    for kind, stamp, count in [("full", os.urandom(25_000), args.packets), ("small", None, args.packets * 4)]:
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder) / "a.avro", packets(count, stamp=stamp))
            size = path.stat().st_size / 1e6
            mine, ids = median_seconds(args.repeats, lambda path=path: ours(path))
            theirs, expected = median_seconds(1, lambda path=path: python_filter(path))
            assert ids == expected
            print(f"{count:8} {kind:>6} {size:7.1f} | {count / mine:9.0f}/s {size / mine:7.1f} MB/s | "
                  f"{count / theirs:9.0f}/s {size / theirs:7.1f} MB/s | {theirs / mine:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
