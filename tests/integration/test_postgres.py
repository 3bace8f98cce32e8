"""The prompt database on a PostgreSQL server: the suite that SQLite passes, and a night whose products
are those of one that keeps its rows in a file, also where the server is away or killed."""

import os
import subprocess

import pytest
from postgres_server import Server, programs
from small_survey import CLOCK, make_small_survey
from survey_content import differences, keep_rows_at, without_database


@pytest.fixture(scope="module")
def server():
    if programs() is None:
        if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
            pytest.fail("PostgreSQL's server is not installed (Debian: postgresql)")
        pytest.skip("SKIPPED for want of PostgreSQL's server")
    started = Server()
    yield started
    started.end()


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"), visits=3)


@pytest.fixture(scope="module")
def in_a_file(skywright, small, tmp_path_factory):
    survey = small.copy(tmp_path_factory.mktemp("sqlite") / "survey")
    small.arrive(survey)
    skywright("night", survey, "--clock", CLOCK, "--jobs", 2)
    return survey, without_database(survey)


@pytest.fixture
def on_server(server, small, tmp_path):
    """A survey whose rows go to a schema of its own on the server."""
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey)
    keep_rows_at(survey, server.schema(tmp_path.name))
    return survey


def test_passes_the_suite_that_sqlite_passes(server, program):
    done = subprocess.run(
        [program.parent / "skywright_database_test", "--gtest_filter=On/PromptDatabaseTest.*"],
        env={**os.environ, "SKYWRIGHT_TEST_POSTGRES": server.url}, capture_output=True, text=True,
        timeout=200)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED" not in done.stdout
    assert done.stdout.count("/postgres (") == done.stdout.count("/sqlite (") > 5


def test_a_night_is_that_of_a_file(server, skywright, on_server, in_a_file, tmp_path):
    skywright("night", on_server, "--clock", CLOCK, "--jobs", 2)
    assert without_database(on_server) and differences(without_database(on_server), in_a_file[1]) == []
    assert not (on_server / "prompt.sqlite").exists()
    rows = skywright("survey", "status", on_server, "--json").json["prompt"]
    assert rows == skywright("survey", "status", in_a_file[0], "--json").json["prompt"]
    assert rows["DiaSource"] > 0 and rows["DiaForcedSource"] > 0
    schema = tmp_path.name
    assert int(server.sql(f'SELECT count(*) FROM {schema}."DiaSource"')) == rows["DiaSource"]
    # Times are months of their own, and columns say what they hold.
    parts = server.sql(
        f"SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{schema}.\"DiaSource\"'"
        "::regclass").split()  # fmt: skip
    assert parts == [f'{schema}."DiaSource_61410"']
    comment = server.sql(f"SELECT col_description('{schema}.\"Visit\"'::regclass, 3)")
    assert comment.strip() == "band of the filter"
    # Nothing is done twice.
    again = skywright("night", on_server, "--clock", CLOCK, "--json").json
    assert all(e["code"] == 0 for e in again["exposures"])
    assert skywright("survey", "status", on_server, "--json").json["prompt"] == rows


def test_a_server_that_is_away_is_told_and_the_night_goes_on_later(
        server, skywright, on_server, in_a_file):  # fmt: skip
    server.kill()
    try:
        away = skywright("night", on_server, "--clock", CLOCK, expect=6)
        assert "see that the server is up" in away.err and "skywright@" not in away.err
        assert skywright("survey", "status", on_server, expect=6).err
    finally:
        server.start()
    skywright("night", on_server, "--clock", CLOCK, "--jobs", 2)
    assert differences(without_database(on_server), in_a_file[1]) == []


def test_associate_takes_a_url(server, skywright, tmp_path):
    catalog = tmp_path / "diff.csv"
    catalog.write_text("ra,dec\n10.0,5.0\n10.1,5.0\n")
    url = server.schema(tmp_path.name)
    for visit in (1, 2):
        report = skywright("associate", catalog, "--database", url, "--visit", visit, "--detector", 0,
                           "--mjd", 60500 + visit, "--band", "r", "--json").json  # fmt: skip
    assert report["objects"] == 2 and report["matched"] == 2
    assert int(server.sql(f'SELECT count(*) FROM {tmp_path.name}."DiaSource"')) == 4
