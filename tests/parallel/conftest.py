"""The tests of ranks share the helpers of the integration tests, and need a launcher."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

import launching  # noqa: E402
from small_survey import CLOCK, make_small_survey  # noqa: E402
from survey_content import content  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def launcher():
    """Open MPI's mpirun, which `./bootstrap test` installs."""
    if not launching.is_there():
        message = "SKIPPED for want of mpirun (Debian: openmpi-bin, libopenmpi-dev; then build again)"
        if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="module")
def small(request, skywright, tmp_path_factory):
    """A survey whose frames wait beside it, as many as the module's VISITS."""
    visits = getattr(request.module, "VISITS", 3)
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"), visits=visits)


@pytest.fixture(scope="module")
def whole(skywright, small, tmp_path_factory):
    """What its night makes by threads of one process."""
    survey = small.copy(tmp_path_factory.mktemp("done") / "survey")
    small.arrive(survey)
    skywright("night", survey, "--clock", CLOCK)
    return content(survey)


@pytest.fixture
def fresh(small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey)
    return survey
