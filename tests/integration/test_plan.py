"""`skywright plan` as files: columns, threads, kills, warm start, errors, and frames of its visits."""

import signal
import sqlite3
import subprocess
import time

import pytest

# The columns that rubin_sim reads (rubin_scheduler's output schema).
COLUMNS = """observationId night observationStartMJD observationStartLST numExposures visitTime
visitExposureTime fieldRA fieldDec altitude azimuth band filter airmass skyBrightness cloud
seeingFwhm500 seeingFwhmGeom seeingFwhmEff fiveSigmaDepth slewTime slewDistance paraAngle
pseudoParaAngle rotTelPos rotSkyPos moonRA moonDec moonAlt moonAz moonDistance moonPhase sunAlt
sunAz solarElong scheduler_note target_name science_program observation_reason""".split()


def rows(path, table="observations", order="observationId"):
    with sqlite3.connect(path) as database:
        return database.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()


def dump(path):
    return rows(path) + rows(path, "info", "key")


@pytest.fixture(scope="module")
def four_nights(skywright, tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "visits.db"
    result = skywright("plan", "--nights", 4, "--seed", 7, "--out", path, "--json")
    return path, result.json


def test_columns_and_info(four_nights):
    path, summary = four_nights
    with sqlite3.connect(path) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(observations)")]
        info = dict(database.execute("SELECT key, value FROM info"))
        nulls = [
            name for name in names
            if database.execute(f"SELECT COUNT(*) FROM observations WHERE {name} IS NULL").fetchone()[0]
        ]
    assert names == COLUMNS
    assert nulls == []
    assert info["seed"] == "7" and info["nights_done"] == "4" and "pair_33" in info["config"]
    assert summary["visits"] == len(rows(path)) > 500
    assert not path.with_name("visits.db.partial").exists()


def test_same_dump_for_one_two_and_five_threads(skywright, four_nights, tmp_path):
    for jobs in (1, 2, 5):
        out = tmp_path / f"{jobs}.db"
        skywright("plan", "run", "--nights", 4, "--seed", 7, "--jobs", jobs, "--out", out)
        assert dump(out) == dump(four_nights[0])


def test_goes_on_from_earlier_visits(skywright, four_nights, tmp_path):
    two, four = tmp_path / "two.db", tmp_path / "four.db"
    skywright("plan", "--nights", 2, "--seed", 7, "--out", two)
    result = skywright("plan", "--from", two, "--nights", 2, "--seed", 7, "--out", four, "--json")
    assert dump(four) == dump(four_nights[0])
    assert result.json["new_visits"] == len(rows(four)) - len(rows(two))


def test_killed_at_any_moment_it_loses_a_night_at_most(program, skywright, tmp_path):
    arguments = ["plan", "--nights", 60, "--seed", 2, "--quiet", "--out"]
    whole = tmp_path / "whole.db"
    skywright(*arguments, whole)
    out = tmp_path / "killed.db"
    partial = tmp_path / "killed.db.partial"
    kills = 0
    for wait, how in ((0.15, signal.SIGKILL), (0.3, signal.SIGKILL), (0.5, signal.SIGTERM)):
        process = subprocess.Popen([str(program), *map(str, arguments), str(out)],
                                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        # Until it has begun to store nights, then a little longer.
        for _ in range(400):
            if partial.exists() or process.poll() is not None:
                break
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(how)
        code = process.wait(timeout=60)
        if code != 0:
            kills += 1
            assert code == (3 if how == signal.SIGTERM else -signal.SIGKILL)
            assert not out.exists()
    assert kills >= 1
    skywright(*arguments, out)
    assert dump(out) == dump(whole)
    assert not partial.exists()


def test_another_seed_does_not_mix_in(skywright, four_nights, tmp_path):
    out = tmp_path / "a.db"
    partial = tmp_path / "a.db.partial"
    partial.write_bytes(four_nights[0].read_bytes())
    result = skywright("plan", "--nights", 5, "--seed", 8, "--out", out, expect=2)
    assert "another seed" in result.err
    result = skywright("plan", "--nights", 5, "--seed", 7, "--set", "limits.cloud=0.5", "--out", out,
                       expect=2)
    assert "another config" in result.err


@pytest.mark.parametrize(
    "toml, message",
    [
        ("[limits]\nmin_altitud_deg = 20.0\n", "min_altitud_deg"),
        ("[[deep.field]]\nname = 'Polaris'\nra_deg = 37.9\ndec_deg = 89.3\n", "never stands"),
        ("[[survey]]\nname = 'a'\nkind = 'pairs'\nbands = ['g+H']\n", "no such filter"),
        ("nside = 33\n", "16, 32 or 64"),
        ("name = 'nothing'\n", "no survey"),
    ],
)
def test_an_impossible_strategy_is_refused_before_the_first_night(skywright, tmp_path, toml, message):
    strategy = tmp_path / "s.toml"
    strategy.write_text(toml)
    out = tmp_path / "out.db"
    result = skywright("plan", "--strategy", strategy, "--nights", 1, "--out", out, expect=2)
    assert message in result.err
    assert list(tmp_path.iterdir()) == [strategy]


def test_expose_takes_a_planned_visit(skywright, four_nights, tmp_path):
    path, _ = four_nights
    visit = next(row for row in rows(path) if row[COLUMNS.index("band")] == "r")
    number = visit[COLUMNS.index("observationId")]
    result = skywright("expose", "--visits", path, "--visit", number, "--detectors", "R22_S11",
                       "--quiet-sky", "--out", tmp_path, "--json")
    frame = result.json["frames"][0]
    assert result.json["visit"] == number
    assert frame["detector"] == "R22_S11"
    # The width that expose draws is the plan's.
    assert frame["fwhm_eff"] == pytest.approx(visit[COLUMNS.index("seeingFwhmEff")], rel=0.05)
