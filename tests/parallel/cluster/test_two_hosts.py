"""Ranks on two hosts: what a launcher does not hand on, and what becomes of ranks on the other host."""

import json
import os
import signal
import subprocess
import time

from launching import TAG, environment, ranks_of
from small_survey import CLOCK
from survey_content import content, differences, temporaries


def test_a_launch_whose_rank_0_is_elsewhere_starts_anew(hosts, program, small, whole, tmp_path):
    """Silence ends it with code 3 of rank 0, on a host that Open MPI tells nothing of this one's environment."""
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey)
    launcher = " ".join([*hosts.mpirun(2), "--host", "h2,h1"])
    tag = f"elsewhere-{os.getpid()}"
    process = subprocess.Popen(
        [*hosts.inside(1), program, "night", survey, "--clock", CLOCK, "--launch", launcher, "--deadline", "100", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(SKYWRIGHT_SILENCE_S="1", SKYWRIGHT_TEST_LAUNCH=tag),
    )  # fmt: skip
    assert TAG == "SKYWRIGHT_TEST_LAUNCH"
    while 1 not in (ranks := ranks_of(tag)) and process.poll() is None:
        time.sleep(0.01)
    os.kill(ranks[1], signal.SIGSTOP)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert "launch 1 ended with code" in err and json.loads(out)["ranks"] == 2
    assert differences(content(survey), whole) == [] and temporaries(survey) == []
