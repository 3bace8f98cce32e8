"""Too long for every CI run: the PostgreSQL server killed at random moments of a night, with its SQLite twin
killed by the night itself in test_kill_campaign.py."""

import random
import subprocess
import time

import pytest
from postgres_server import Server, programs
from small_survey import CLOCK, make_small_survey
from survey_content import differences, keep_rows_at, without_database

KILLS = 20


@pytest.fixture(scope="module")
def server():
    if programs() is None:
        pytest.fail("PostgreSQL's server is not installed (Debian: postgresql)")
    started = Server()
    yield started
    started.end()


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"), visits=4)


@pytest.fixture(scope="module")
def whole(skywright, small, tmp_path_factory):
    survey = small.copy(tmp_path_factory.mktemp("whole") / "survey")
    small.arrive(survey)
    begun = time.monotonic()
    skywright("night", survey, "--clock", CLOCK)
    return without_database(survey), time.monotonic() - begun


def test_a_server_killed_mid_transaction_loses_and_doubles_nothing(
        server, program, skywright, small, tmp_path, whole):  # fmt: skip
    wanted, seconds = whole
    dice = random.Random(4)
    ended = {0: 0, 6: 0}
    for kill in range(KILLS):
        schema = f"kill{kill}"
        survey = small.copy(tmp_path / schema)
        small.arrive(survey)
        keep_rows_at(survey, server.schema(schema))
        process = subprocess.Popen([program, "night", survey, "--clock", CLOCK, "--quiet"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
        time.sleep(dice.uniform(0.3, 1.1) * seconds)
        server.kill()
        if kill % 2:  # away for longer than the night's patience, or back before it notices
            process.wait(120)
        server.start()
        code = process.wait(120)
        ended[code] += 1  # KeyError: another code is a fault
        skywright("night", survey, "--clock", CLOCK)
        assert differences(without_database(survey), wanted) == [], f"kill {kill}"
        rows = int(server.sql(f'SELECT count(*) - count(DISTINCT "diaSourceId") FROM {schema}."DiaSource"'))
        assert rows == 0, f"kill {kill}: {rows} detections twice"
    print(f"{KILLS} kills of the server: {ended[6]} nights stopped with code 6, {ended[0]} went on; "
          "after each the same bytes, no row twice")  # fmt: skip
    assert ended[6] > 0
