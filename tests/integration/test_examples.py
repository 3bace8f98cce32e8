"""Every example runs as it stands and leaves what its README promises."""

import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(program, tmp_path, name):
    done = subprocess.run([EXAMPLES / name / "run.sh", program, tmp_path / "out"],
                          capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "out", done.stdout


def test_every_example_is_run_here():
    assert {p.parent.name for p in EXAMPLES.glob("*/run.sh")} == {"raw-to-alerts", "what-changed"}


def test_raw_to_alerts(program, tmp_path):
    out, text = run(program, tmp_path, "raw-to-alerts")
    assert len(list((out / "survey" / "alerts").glob("*/*.avro"))) == 2
    assert "201" in text


def test_what_changed(program, tmp_path):
    out, text = run(program, tmp_path, "what-changed")
    assert (out / "difference.fits").exists()
    rows = (out / "changes.csv").read_text().splitlines()
    assert rows[0].split(",")[0] == "x" and len(rows) > 5
