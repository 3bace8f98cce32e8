"""Every example runs as it stands and leaves what its README promises."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(program, tmp_path, name, *more):
    done = subprocess.run([EXAMPLES / name / "run.sh", program, tmp_path / "out", *more],
                          capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "out", done.stdout


def test_every_example_is_run_here():
    assert {p.parent.name for p in EXAMPLES.glob("*/run.sh")} == {"ctypes", "raw-to-alerts", "what-changed", "which-strategy"}


def test_ctypes(program, tmp_path):
    out, _ = run(program, tmp_path, "ctypes", sys.executable)
    lines = (out / "fortran.txt").read_text().splitlines()
    # The brightest star and the one that is new stand where the example draws them.
    assert lines[0] == "sources: 9 at 215.1 214.2"
    x, y = map(float, lines[1].split()[-2:])
    assert abs(x - 127.7) < 0.2 and abs(y - 127.9) < 0.2
    assert lines[-1] == "planned: yes"


def test_raw_to_alerts(program, tmp_path):
    out, text = run(program, tmp_path, "raw-to-alerts")
    assert len(list((out / "survey" / "alerts").glob("*/*.avro"))) == 2
    assert "201" in text


def test_what_changed(program, tmp_path):
    out, text = run(program, tmp_path, "what-changed")
    assert (out / "difference.fits").exists()
    rows = (out / "changes.csv").read_text().splitlines()
    assert rows[0].split(",")[0] == "x" and len(rows) > 5


def test_which_strategy(program, tmp_path):
    out, text = run(program, tmp_path, "which-strategy")
    cells = [line.split() for line in text.splitlines() if "+-" in line]
    rows = {row[0]: (float(row[1]), float(row[4])) for row in cells}  # name, mean +- scatter, mean +- scatter
    # Twice a night half an hour apart is what pairs are, and what a transient needs to be told from an asteroid;
    # fields seen once a night are seen again sooner.
    assert rows["pair_nights_fraction"][0] > 0.5 > 0.1 > rows["pair_nights_fraction"][1]
    assert rows["found_kilonova_200mpc"][0] > rows["found_kilonova_200mpc"][1]
    assert rows["gap_between_nights"][0] > rows["gap_between_nights"][1]
    for page in ("runs/index.html", "compared/index.html"):
        assert "data:image/png;base64," in (out / page).read_text()
    assert (out / "compared" / "ratio_visits.png").exists() and "| visits |" in (out / "compared.md").read_text()
