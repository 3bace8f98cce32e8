"""Fixtures of the Python tests, which run the built program on files."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config):
    config.addinivalue_line("markers", "needs_shared: reads real data that is not committed")


@pytest.fixture(scope="session")
def program():
    """Path of the program under test (SKYWRIGHT_PROGRAM, or the release build)."""
    path = Path(os.environ.get("SKYWRIGHT_PROGRAM", ROOT / "build" / "release" / "skywright"))
    assert path.exists(), f"{path} is not built"
    return path


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="session")
def skywright(program):
    """Call as skywright("detect", path, "--out", out); asserts exit code 0 unless `expect` says else.

    `expect=None` leaves the code to the caller. A signal always fails.
    """

    def run(*args, expect=0, timeout=300, env=None, cwd=None):
        done = subprocess.run(
            [str(program), *map(str, args)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, **(env or {})},
            cwd=cwd,
        )
        assert done.returncode >= 0, f"signal {-done.returncode}: {done.stderr}"
        if expect is not None:
            assert done.returncode == expect, f"exit {done.returncode}: {done.stdout}{done.stderr}"
        return Result(done)

    return run


@pytest.fixture(scope="session")
def shared():
    """The folder of real data; fails without it where SKYWRIGHT_SHARED_REQUIRED=1, else skips."""
    folder = Path(os.environ.get("SKYWRIGHT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        message = f"SKIPPED for want of real data: {folder} (set SKYWRIGHT_SHARED)"
        if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def skywright_program(skywright):
    """The same under a name of its own, where `skywright` is the package."""
    return skywright
