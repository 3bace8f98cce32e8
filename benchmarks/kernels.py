"""What calling a user kernel costs: around a call and a source, in the program's process and isolated, and a whole
`detect` with a kernel beside one without.

    build/venv/bin/python benchmarks/kernels.py [--rounds 5] [--image FITS]

The kernels are those of examples/kernels. "aperture" is the measurement that detect has built in too (ap05Flux). Made
input, of 31 x 31 pixels; calls with one item, and with 64 as detect makes them. Medians of rounds, one core each.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from user_kernels import examples, probe  # noqa: E402

PROGRAM = ROOT / "build" / "release" / "skywright"


def told(*args):
    done = subprocess.run([PROGRAM, *map(str, args), "--json", "--quiet", "--jobs", "1"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def cpu_seconds(*args):
    before = resource_of_children()
    told(*args)
    return resource_of_children() - before


def resource_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def median(rows, *keys):
    values = []
    for row in rows:
        for key in keys:
            row = row[key]
        values.append(row)
    return statistics.median(values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--image", type=Path, default=ROOT.parent / "shared" / "data" / "images" / "sx_galaxies.fits")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        libraries = examples(folder)
        libraries["nothing"] = probe(folder, "nothing", BODY="result[i] = 1;")
        print("| kernel | kernel [us an item] | around a call: here [us] | isolated [us] | "
              "around an item in calls of 64: here [us] | isolated [us] |\n|---|---|---|---|---|---|")  # fmt: skip
        for name, library in libraries.items():
            rows = [told("kernel", "check", library) for _ in range(options.rounds)]
            figures = (
                median(rows, "kernel_per_item_us"),
                median(rows, "plain", "overhead_per_call_us"), median(rows, "isolated", "overhead_per_call_us"),
                median(rows, "plain", "overhead_per_item_us"), median(rows, "isolated", "overhead_per_item_us"),
            )  # fmt: skip
            print(f"| {name} | " + " | ".join(f"{f:.3g}" for f in figures) + " |")
        if not options.image.exists():
            return
        detect = ("detect", options.image, "--out", folder / "out.fits")
        one = f'library="{libraries["aperture"]}", side=31'
        ways = {
            "without a kernel": (),
            "one that does nothing": ("--set", f'kernels=[{{library="{libraries["nothing"]}", side=31}}]'),
            "aperture.c": ("--set", f"kernels=[{{{one}}}]"),
            "aperture.c, isolated": ("--set", f"kernels=[{{{one}, isolated=true}}]"),
        }
        ratios = {name: [] for name in ways}
        for _ in range(options.rounds):
            seconds = {name: cpu_seconds(*detect, *more) for name, more in ways.items()}
            for name in ways:
                ratios[name].append(seconds[name] / seconds["without a kernel"])
        sources = told(*detect)["sources"]
        print(f"\nprocessor time of detect, {sources} sources, over that without a kernel:")
        for name in list(ways)[1:]:
            print(f"  {name}: {statistics.median(ratios[name]):.3f}")


if __name__ == "__main__":
    main()
