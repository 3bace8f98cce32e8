"""same_bytes in its short form, and that it sees what is planted."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).with_name("same_bytes")


def same_bytes(program, *arguments):
    return subprocess.run([sys.executable, COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "SKYWRIGHT_PROGRAM": str(program)})  # fmt: skip


@pytest.fixture(scope="module")
def kept(program, tmp_path_factory):
    """(folder of the surveys, what the command said)"""
    folder = tmp_path_factory.mktemp("ways")
    return folder, same_bytes(program, "--visits", 2, "--keep", folder)


def test_threads_and_ranks_make_the_same_bytes(kept):
    _, done = kept
    assert done.returncode == 0, done.stdout + done.stderr
    *ways, total = done.stdout.splitlines()
    assert len(ways) == 6  # threads 1, 2, 5 and ranks 1, 2, 5
    compared, differ = (int(w) for w in total.split() if w.isdigit())
    assert compared >= 5 * 60 and differ == 0


@pytest.mark.parametrize("pattern", ["visit/*/*.fits", "alerts/*/*.avro", "catalog/**/*.parquet", "calib/*.fits", None])
def test_one_byte_that_is_changed_is_found(kept, program, tmp_path, pattern):
    folder, _ = kept
    other = shutil.copytree(folder / "5_ranks", tmp_path / "other")
    assert same_bytes(program, "--compare", folder / "1_threads", other).returncode == 0
    if pattern:
        path = sorted(other.glob(pattern))[0]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(data)
    else:
        with sqlite3.connect(other / "prompt.sqlite") as database:
            database.execute("UPDATE DiaSource SET ra = ra + 1e-12 WHERE rowid = (SELECT min(rowid) FROM DiaSource)")
    done = same_bytes(program, "--compare", folder / "1_threads", other)
    assert done.returncode == 1 and done.stdout.splitlines()[-1].endswith(", 1 differ"), done.stdout


def test_a_file_too_many_or_too_few_is_found(kept, program, tmp_path):
    folder, _ = kept
    other = shutil.copytree(folder / "2_ranks", tmp_path / "other")
    next(other.glob("alerts/*/*.avro")).unlink()
    (other / "visit/2001/.0.fits.1.0.tmp").write_bytes(b"left over")
    done = same_bytes(program, "--compare", folder / "1_threads", other)
    assert done.returncode == 1 and done.stdout.splitlines()[-1].endswith(", 2 differ"), done.stdout
