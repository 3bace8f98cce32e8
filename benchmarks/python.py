"""What crossing into Python costs: `detect` of a 4k x 4k array beside the program, import, wheel.

    PYTHONPATH=build/release/python build/venv/bin/python benchmarks/python.py [--rounds 5] [--wheel FILE.whl]

Processor seconds; the field has 6,000 stars. In turn, on one core: the program from file to catalog, as a whole process;
`skywright.detect(path, out=...)`, which does the same work; and `skywright.detect(array)`, which reads and writes
nothing, beside the step alone as the core times it. Requirements: from file to catalog within 3 % of the program
(start of the process left out on Python's side, as a session starts once); the layer in Python within 3 % of the step;
import within 150 ms; wheel within 30 MB.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from harness import PROGRAM

SIDE, STARS = 4096, 6000
WITHIN, IMPORT_S, WHEEL_BYTES = 1.03, 0.150, 30_000_000


def star_field():
    rng = np.random.default_rng(1)
    image = rng.normal(400.0, 20.0, (SIDE, SIDE)).astype(np.float32)
    half = 12
    grid = np.arange(-half, half + 1)
    for x, y, flux in zip(rng.uniform(20, SIDE - 20, STARS), rng.uniform(20, SIDE - 20, STARS),
                          10 ** rng.uniform(3.0, 5.5, STARS)):
        i, j = round(x), round(y)
        r2 = (grid[None, :] - (x - i)) ** 2 + (grid[:, None] - (y - j)) ** 2
        image[j - half:j + half + 1, i - half:i + half + 1] += flux * 0.0723 * (1 + r2 / 4.36) ** -3.0
    return image


def cpu_seconds():
    """Of this process and of those that it has waited for: other work on the machine adds nothing."""
    own, others = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def seconds(body):
    begun = cpu_seconds()
    body()
    return cpu_seconds() - begun


def import_seconds():
    """Of the package alone: what the interpreter does before is not ours. The fastest of several."""
    code = "import time; t = time.process_time(); import skywright; print(time.process_time() - t)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(7))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--wheel", type=Path)
    options = parser.parse_args()
    imported = import_seconds()

    import skywright
    from skywright import _core

    image = star_field()
    core_seconds = []
    plain = _core.detect_array

    def timed(*arguments):
        begun = cpu_seconds()
        done = plain(*arguments)
        core_seconds.append(cpu_seconds() - begun)
        return done

    rows = {"program": [], "a new Python": [], "detect(path, out)": [], "detect(array)": [], "the core within": core_seconds}
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "field.fits", Path(folder) / "catalog.fits"
        skywright.Exposure(pixels=image).write(path)
        command = [PROGRAM, "detect", path, "--out", out, "--jobs", "1", "--quiet"]
        code = "import sys, skywright; skywright.detect(sys.argv[1], out=sys.argv[2], jobs=1, progress=False)"
        cold = [sys.executable, "-c", code, path, out]
        _core.detect_array = timed
        for warm in [True] + [False] * options.rounds:
            taken = {
                "program": seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)),
                "a new Python": seconds(lambda: subprocess.run(cold, check=True)),
                "detect(path, out)": seconds(lambda: skywright.detect(path, out=out, jobs=1, progress=False)),
                "detect(array)": seconds(lambda: skywright.detect(image, jobs=1, progress=False)),
            }
            if warm:
                core_seconds.clear()
                continue
            for name, value in taken.items():
                rows[name].append(value)
    for name, values in rows.items():
        print(f"{name:20} {statistics.median(values):8.3f} s")

    def ratio(a, b):
        return statistics.median(x / y for x, y in zip(rows[a], rows[b]))

    checks = [
        ("detect(path, out) / program", ratio("detect(path, out)", "program"), WITHIN, ""),
        ("detect(array) / program", ratio("detect(array)", "program"), WITHIN, ""),
        ("detect(array) / the core within", ratio("detect(array)", "the core within"), WITHIN, ""),
        ("import skywright", imported, IMPORT_S, " s"),
    ]
    if options.wheel:
        checks.append(("wheel", options.wheel.stat().st_size, WHEEL_BYTES, " bytes"))
    failed = False
    for name, value, limit, unit in checks:
        verdict = "holds" if value <= limit else "FALLS SHORT"
        failed |= value > limit
        print(f"{name:34} {value:10.4g}{unit}, at most {limit:g}{unit}: {verdict}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
