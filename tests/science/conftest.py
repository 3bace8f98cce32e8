"""rubin_sim, for the comparisons with it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["rubin-sim==2.6.2", "rubin-scheduler==4.6.0"]


@pytest.fixture(scope="session")
def rubin():
    """A Python that has rubin_sim and rubin_scheduler.

    They are installed beside the tests' own environment, into build/rubin-venv, as they need newer packages.
    """
    folder = ROOT / "build" / "rubin-venv"
    python = folder / "bin" / "python"
    if subprocess.run([python, "-c", "import rubin_sim"], capture_output=True).returncode if python.exists() else 1:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python
