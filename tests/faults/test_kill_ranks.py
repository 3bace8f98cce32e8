"""The campaign of ranks killed and stopped; its counts are printed (pytest -s)."""

import os
import subprocess
import sys
from pathlib import Path


def test_ranks_killed_and_stopped_at_random_moments(program):
    done = subprocess.run([sys.executable, Path(__file__).with_name("kill_ranks")], capture_output=True, text=True,
                          env={**os.environ, "SKYWRIGHT_PROGRAM": str(program)})  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
