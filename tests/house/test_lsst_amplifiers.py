"""The table of LSST's amplifiers is what its maker makes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_of_amplifiers_is_what_its_maker_makes():
    made = subprocess.run([sys.executable, ROOT / "tools" / "make_lsst_amplifiers.py"],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert made == (ROOT / "data" / "instruments" / "lsst_amplifiers.csv").read_text()
