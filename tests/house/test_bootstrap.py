"""./bootstrap on a system that it does not know says what is needed and stops with code 2."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_unknown_command_shows_the_usage():
    done = subprocess.run([ROOT / "bootstrap", "fly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "usage: ./bootstrap" in done.stderr


@pytest.mark.parametrize("command", ["build", "test"])
def test_unknown_system_is_told_the_packages(tmp_path, command):
    # A dpkg-query that knows no package and no Debian release file make any machine a strange one.
    fake = tmp_path / "bin"
    fake.mkdir()
    query = fake / "dpkg-query"
    query.write_text("#!/bin/sh\nexit 1\n")
    query.chmod(0o755)
    release = tmp_path / "os-release"
    release.write_text("ID=plan9\nVERSION_ID=4\n")
    done = subprocess.run(
        [ROOT / "bootstrap", command], capture_output=True, text=True,
        env={**os.environ, "PATH": f"{fake}:{os.environ['PATH']}",
             "SKYWRIGHT_OS_RELEASE": str(release)})
    assert done.returncode == 2
    assert "plan9 4" in done.stderr and "libcfitsio-dev" in done.stderr


def test_no_package_is_ever_removed():
    text = (ROOT / "bootstrap").read_text()
    installs = [line for line in text.splitlines() if "apt-get install" in line]
    assert installs and all("--no-remove" in line for line in installs)
