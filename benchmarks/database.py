"""The prompt database with ten million objects: SQLite, and a PostgreSQL server that it starts.

Required: a visit of 10,000 detections stored in at most 1 s, one CCD's region loaded in at most 50 ms (medians of 20).
Exit code 1 where a limit is passed. A thousand visits fill it, which takes minutes and some GB in TMPDIR.

    build/venv/bin/python benchmarks/database.py [--visits 1000] [--only sqlite|postgres]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from postgres_server import Server  # noqa: E402

BUILD = ROOT / "build" / "release"


def measure(name, place, visits):
    done = subprocess.run([BUILD / "skywright_prompt_bench", place, str(visits)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{name}: exit code {done.returncode}")
    found = json.loads(done.stdout)
    good = found["store_ms"] <= 1000 and found["load_ms"] <= 50
    print(f"{name:10} {found['objects']:>11,} objects {found['sources']:>11,} sources, filled in {found['fill_s']:.0f} s: "
          f"a visit stored in {found['store_ms']:.0f} ms (most {found['store_most_ms']:.0f}; at most 1000), "
          f"a CCD loaded in {found['load_ms']:.1f} ms (most {found['load_most_ms']:.1f}; at most 50): "
          f"{'ok' if good else 'NOT MET'}", flush=True)  # fmt: skip
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    options = parser.parse_args()
    subprocess.run(["ninja", "-C", BUILD, "skywright_prompt_bench"], check=True, stdout=subprocess.DEVNULL)
    good = True
    if options.only != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            good &= measure("SQLite", str(Path(folder) / "prompt.sqlite"), options.visits)
    if options.only != "sqlite":
        server = Server()
        try:
            good &= measure("PostgreSQL", server.url, options.visits)
        finally:
            server.end()
    sys.exit(0 if good else 1)


main()
