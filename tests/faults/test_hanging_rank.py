"""Ranks that live and never end an exposure (a user kernel that turns for ever): another rank does it, or it is left out
and told, and the night goes on."""

import json
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "parallel")]

from aftermath import ended, night, skywright, started  # noqa: E402
from launching import environment, mpirun  # noqa: E402
from small_survey import CLOCK, make_small_survey  # noqa: E402
from survey_content import content, differences  # noqa: E402
from user_kernels import MEASURE, built  # noqa: E402

# Whoever takes the marker away hangs; not where a kernel is only tried, with few sources, as it is loaded.
HANG = r'-DBODY=if (i == 20) for (int k = 0; k < 9; ++k) { char f[400]; snprintf(f, 400, "%s/hang%d", getenv("HANGS"), k); if (unlink(f) == 0) for (;;) sleep(1); } result[i] = 1.0;'


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("hanging")
    (root / "kernel.c").write_text(MEASURE)
    kernel = built(root / "kernel.c", root / "kernel.so", HANG)
    small = make_small_survey(skywright, root, visits=3)
    text = (small.folder / "survey.toml").read_text()
    assert text.count("longest_s = 1800") == 1
    text = text.replace("longest_s = 1800", "longest_s = 20")
    text += f'\n[[night.measure.kernels]]\nlibrary = "{kernel}"\n'
    (small.folder / "survey.toml").write_text(text)
    return small


def launched(small, tmp_path, name, frames, ranks, hangs):
    survey = small.copy(tmp_path / name)
    small.arrive(survey, frames)
    marks = tmp_path / f"{name}-marks"
    marks.mkdir()
    for k in range(hangs):
        (marks / f"hang{k}").touch()
    code, error = ended(started([*mpirun(ranks), *night(survey)], environment(HANGS=str(marks))))
    assert not list(marks.iterdir())
    return survey, code, error


def test_another_rank_does_what_one_does_not_end(small, tmp_path):
    whole, code, error = launched(small, tmp_path, "whole", None, 3, 0)
    assert code == 0, error
    survey, code, error = launched(small, tmp_path, "survey", None, 3, 1)
    assert "has not ended a task (process 200" in error and "it goes to another" in error
    assert code == 0, error
    assert differences(content(whole), content(survey)) == []


def test_what_no_rank_ends_is_left_out_and_told(small, tmp_path):
    survey, code, error = launched(small, tmp_path, "survey", small.frames[:1], 4, 2)
    assert "it is given up" in error
    assert code == 3, error
    status = json.loads(skywright("survey", "status", survey, "--json").stdout)
    (failure,) = status["failures"]
    assert failure["code"] == 6 and failure["unit"] == "night 2001 0" and "20 s after a rank" in failure["message"]
    assert status["exposures"]["failed"] == 1
    # The next night does it.
    skywright("night", survey, "--clock", CLOCK, "--quiet")
    assert json.loads(skywright("survey", "status", survey, "--json").stdout)["failures"] == []
