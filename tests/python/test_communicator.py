"""mpi4py's communicator lent to the core: several calls, parts of it, errors on all ranks, and who may lend."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAMERA = ROOT / "examples/pocket-camera.toml"
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def run(words):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120,
                          env={**os.environ, **AS_ROOT})  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def mpi():
    if shutil.which("mpirun") is None:
        message = "SKIPPED for want of mpirun (Debian: openmpi-bin, libopenmpi-dev; then build again)"
        if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
            pytest.fail(message)
        pytest.skip(message)


def test_ranks_share_calls_of_their_communicator(tmp_path, skywright_program):
    script = Path(__file__).with_name("ranks_of_a_communicator.py")
    done = run(["mpirun", "--oversubscribe", "-n", 3, sys.executable, script, tmp_path, CAMERA])
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr
    skywright_program("expose", "--instrument", CAMERA, "--ra", 110, "--dec", -20, "--band", "r", "--mjd", 61420.1,
                      "--seed", 5, "--visit", 1, "--out", tmp_path / "alone", "--quiet")  # fmt: skip
    for folder in ("all", "part0", "part1"):
        assert (tmp_path / folder / "1_ccd.fits.fz").read_bytes() == (tmp_path / "alone/1_ccd.fits.fz").read_bytes()
    assert not (tmp_path / "null").exists()


@pytest.mark.parametrize("lines, said", [
    ("import mpi4py; mpi4py.rc.thread_level = 'single'; from mpi4py import MPI; c = MPI.COMM_WORLD", "MPI_THREAD_MULTIPLE"),
    ("class c:\n    rank = 0\n    py2f = lambda self: 0\n    bcast = lambda self, x, root: x\nc = c()", "MPI has not begun"),
])  # fmt: skip
def test_who_cannot_lend_is_told_why(lines, said):
    call = "import skywright; skywright.night('.', communicator=c)"
    done = run([sys.executable, "-c", f"{lines}\n{call}"])
    assert done.returncode == 1 and "ServiceError" in done.stderr and said in done.stderr, done.stderr
