"""The campaigns in full: hours on two cores. Each prints a line a kind of fault with its counts (pytest -s)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGNS = ["kill_ranks", "terminate", "jump_clock", "flip_bits", "fill_disk", "break_io", "lose_hosts"]


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_nothing_is_lost_or_otherwise(program, campaign):
    done = subprocess.run([sys.executable, Path(__file__).with_name(campaign)], capture_output=True, text=True,
                          env={**os.environ, "SKYWRIGHT_PROGRAM": str(program)})  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_campaigns_are_run():
    here = Path(__file__).parent
    commands = {p.name for p in here.iterdir() if p.suffix == "" and p.is_file()}
    assert commands == set(CAMPAIGNS)
