"""The committed slew times are those that rubin_scheduler gives today."""

import subprocess
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def test_the_committed_slews_are_reproduced(rubin):
    made = subprocess.run([rubin, REFERENCE / "make_slews.py"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    ours = (REFERENCE / "slews.csv").read_text().splitlines()
    theirs = made.stdout.splitlines()
    assert len(ours) == len(theirs) == 10001
    for a, b in zip(ours[1:], theirs[1:]):
        *where_a, seconds_a = a.split(",")
        *where_b, seconds_b = b.split(",")
        assert where_a == where_b and bool(seconds_a) == bool(seconds_b)
        if seconds_a:
            assert abs(float(seconds_a) - float(seconds_b)) < 1.5e-4  # both rounded to 1e-4 s
