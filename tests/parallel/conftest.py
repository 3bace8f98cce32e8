"""The tests of ranks share the helpers of the integration tests, and need a launcher."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

import launching  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def launcher():
    """Open MPI's mpirun, which `./bootstrap test` installs."""
    if not launching.is_there():
        message = "SKIPPED for want of mpirun (Debian: openmpi-bin, libopenmpi-dev; then build again)"
        if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
            pytest.fail(message)
        pytest.skip(message)
