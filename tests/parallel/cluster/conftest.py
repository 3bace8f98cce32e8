"""Two hosts and a Slurm of two nodes, brought up on this machine by root."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "integration")]

import two_hosts  # noqa: E402
import two_nodes  # noqa: E402


def pass_over(reason):
    message = f"SKIPPED: {reason}"
    if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    if reason := two_hosts.want():
        pass_over(reason)
    with two_hosts.TwoHosts(tmp_path_factory.mktemp("hosts")) as up:
        yield up


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    if reason := two_nodes.want():
        pass_over(reason)
    with two_nodes.TwoNodes(tmp_path_factory.mktemp("slurm")) as up:
        yield up
