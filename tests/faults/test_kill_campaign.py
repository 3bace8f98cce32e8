"""Too long for every CI run: the night killed at thirty points, and disks that fill at many sizes."""

import os
import random
import signal
import subprocess
import time

import pytest
from small_survey import CLOCK, make_small_survey
from survey_content import content, differences, temporaries


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"), visits=4, bands=("r", "i"))


@pytest.fixture(scope="module")
def whole(skywright, small, tmp_path_factory):
    """(content of a survey whose night nobody disturbed, seconds that it took)"""
    survey = small.copy(tmp_path_factory.mktemp("whole") / "survey")
    small.arrive(survey)
    begun = time.monotonic()
    skywright("night", survey, "--clock", CLOCK)
    return content(survey), time.monotonic() - begun


@pytest.mark.parametrize("point", range(30))
def test_killed_at_any_point_the_bytes_are_the_same(program, skywright, small, tmp_path, whole, point):
    wanted, seconds = whole
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey)
    dice = random.Random(point)
    delays = [seconds * (point + 0.5) / 30] + [dice.uniform(0.02, seconds) for _ in range(point % 4)]
    for delay in delays:
        process = subprocess.Popen([program, "night", survey, "--clock", CLOCK, "--quiet",
                                    "--jobs", str(1 + point % 3)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    skywright("night", survey, "--clock", CLOCK)
    assert temporaries(survey) == []
    assert differences(content(survey), wanted) == []
    assert skywright("survey", "verify", survey, "--json").json["damages"] == []


@pytest.mark.parametrize("blocks", [1, 2, 4, 8, 16, 64, 128, 256, 512, 1024, 2048, 4096])
def test_a_disk_that_fills_and_is_emptied_again(program, skywright, small, tmp_path, whole, blocks):
    """Files may be `blocks` KiB: the night says so (5), or is done; with room it ends as if never full."""
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey)
    done = subprocess.run(
        ["bash", "-c", f'ulimit -f {blocks}; exec "$0" "$@"', program, "night", survey, "--clock", CLOCK,
         "--quiet"], capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (0, 5), f"{done.returncode}: {done.stderr}"
    if done.returncode == 5:
        assert done.stderr.count("skywright: ") == 1, done.stderr
        assert temporaries(survey) == []
    assert skywright("survey", "verify", survey, "--json").json["damages"] == []
    skywright("night", survey, "--clock", CLOCK)
    assert differences(content(survey), whole[0]) == []
