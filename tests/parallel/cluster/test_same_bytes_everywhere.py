"""The whole comparison: threads 1, 2, 5, ranks 1, 2, 5, two hosts, Slurm and a batch job. Its counts are printed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import two_nodes
from conftest import pass_over

COMMAND = Path(__file__).resolve().parents[1] / "same_bytes"


def same_bytes(program, *arguments):
    return subprocess.run([sys.executable, COMMAND, *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, "SKYWRIGHT_PROGRAM": str(program)})  # fmt: skip


@pytest.fixture(scope="module")
def kept(program, tmp_path_factory):
    if reason := two_nodes.want():
        pass_over(reason)
    folder = tmp_path_factory.mktemp("ways")
    done = same_bytes(program, "--hosts", "3,5", "--slurm", "3,5", "--batch", 3, "--keep", folder)
    print(done.stdout)
    return folder, done


def test_every_way_makes_the_same_bytes(kept):
    _, done = kept
    assert done.returncode == 0, done.stdout + done.stderr
    *ways, total = done.stdout.splitlines()
    assert len(ways) == 11
    files, alerts = (int(w) for w in ways[0].split("files")[0].split()[-1:] + [ways[0].split("with ")[1].split()[0]])
    compared, differ = (int(w) for w in total.split() if w.isdigit())
    assert files >= 100 and alerts >= 1000 and compared == 10 * files and differ == 0


@pytest.mark.parametrize("way", ["5_ranks_on_two_hosts", "5_ranks_by_Slurm", "3_ranks_by_a_batch_job"])
def test_one_byte_that_is_changed_is_found(kept, program, way):
    folder, _ = kept
    other = shutil.copytree(folder / way, folder / f"{way}_changed")
    path = sorted(other.glob("difference/*/*.fits"))[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    done = same_bytes(program, "--compare", folder / "1_threads", other)
    assert done.returncode == 1 and done.stdout.splitlines()[-1].endswith(", 1 differ"), done.stdout
