"""Bad input to the commands that plan: one clear message, the documented exit code, nothing half made."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from test_bad_input import BAD_INPUT, PARTIAL, STORAGE, USAGE, files_of, refused


@pytest.fixture(scope="module")
def plans(skywright, tmp_path_factory):
    """Two nights of a plan, the same spoilt in many ways, and files that are no database."""
    d = tmp_path_factory.mktemp("plans")
    skywright("plan", "--nights", 2, "--out", d / "good.db", "--quiet")
    for name, change in SPOILT.items():
        shutil.copy(d / "good.db", d / f"{name}.db")
        with sqlite3.connect(d / f"{name}.db") as database:
            database.execute(change)
        database.close()
    (d / "empty").write_bytes(b"")
    (d / "text").write_text("this is a letter, no plan\n" * 200)
    (d / "bytes").write_bytes(bytes(range(256)) * 40)
    (d / "folder").mkdir()
    for name in ("empty", "text", "bytes", "folder", "missing"):
        (d / f"{name}.toml").symlink_to(d / name)
    return d


# What `plan --from` must refuse, and what of it `nightsky --visits` and `expose --visits` must, too.
SPOILT = {
    "nights_text": "UPDATE info SET value = 'abc' WHERE key = 'nights_done'",
    "nights_negative": "UPDATE info SET value = '-3' WHERE key = 'nights_done'",
    "no_visits_table": "DROP TABLE observations",
    "no_column": "ALTER TABLE observations DROP COLUMN fieldRA",
    "nulls": "UPDATE observations SET fieldRA = NULL WHERE observationId = 5",
    "texts": "UPDATE observations SET fieldDec = 'south' WHERE observationId = 5",
    "declination": "UPDATE observations SET fieldDec = 400 WHERE observationId = 5",
    "julian_date": "UPDATE observations SET observationStartMJD = 2461041.5 WHERE observationId = 5",
    "long_ago": "UPDATE observations SET observationStartMJD = -1e300 WHERE observationId = 5",
    "band": "UPDATE observations SET band = 'H' WHERE observationId = 5",
    "band_null": "UPDATE observations SET band = NULL WHERE observationId = 5",
}


@pytest.mark.parametrize("name", SPOILT)
def test_visits_that_cannot_be_gone_on_from_are_code_4(skywright, plans, tmp_path, name):
    refused(skywright, tmp_path, BAD_INPUT, "plan", "--from", plans / f"{name}.db", "--nights", 1,
            "--out", tmp_path / "more.db", words=[name])  # fmt: skip


@pytest.mark.parametrize("name", [n for n in SPOILT if not n.startswith("nights_")])
def test_visits_that_cannot_be_observed_are_code_4(skywright, plans, tmp_path, name):
    blamed = {"no_column": "fieldRA", "texts": "fieldDec"}.get(name, name)
    refused(skywright, tmp_path, BAD_INPUT, "nightsky", "--visits", plans / f"{name}.db",
            "--out", tmp_path / "sky.csv", words=[blamed])  # fmt: skip
    refused(skywright, tmp_path, BAD_INPUT, "expose", "--visits", plans / f"{name}.db", "--visit", 5,
            "--detectors", "R22_S11", "--out", tmp_path / "frames", words=[blamed])  # fmt: skip


@pytest.mark.parametrize("name", ["text", "bytes", "folder", "missing"])
def test_a_file_that_is_no_plan_is_code_4(skywright, plans, tmp_path, name):
    bad = plans / name
    for args in (
        ("plan", "metrics", bad), ("plan", "compare", bad, plans / "good.db"),
        ("plan", "compare", plans / "good.db", bad), ("plan", "compare", bad, "--published", "baseline_v2.0"),
        ("plan", "--from", bad, "--nights", 1, "--out", tmp_path / "more.db"),
        ("nightsky", "--visits", bad, "--out", tmp_path / "sky.csv"),
        ("expose", "--visits", bad, "--visit", 5, "--out", tmp_path / "frames"),
        ("plan", "--clouds", bad, "--nights", 1, "--out", tmp_path / "a.db"),
        ("plan", "--seeing", bad, "--nights", 1, "--out", tmp_path / "a.db"),
        ("plan", "weather", "--years", 0.1, "--clouds", bad),
        ("almanac", "--from", "2026-11-23", "--ephemeris", bad),
    ):  # fmt: skip
        refused(skywright, tmp_path, BAD_INPUT, *args, words=[name])


@pytest.mark.parametrize("name", ["text", "bytes", "folder", "missing"])
def test_a_file_that_is_no_description_is_refused(skywright, plans, tmp_path, name):
    bad = plans / f"{name}.toml"
    for args in (
        ("plan", "--strategy", bad, "--nights", 1, "--out", tmp_path / "a.db"),
        ("plan", "--instrument", bad, "--nights", 1, "--out", tmp_path / "a.db"),
        ("plan", "--opportunities", bad, "--nights", 1, "--out", tmp_path / "a.db"),
        ("plan", "footprint", "--strategy", bad),
        ("nightsky", "--time", 61000, "--instrument", bad),
        ("almanac", "--site", bad, "--from", "2026-11-23"),
        ("instrument", "slew", bad, "--from", "park", "--to", "55,200"),
    ):  # fmt: skip
        code = BAD_INPUT if name in ("folder", "missing") else USAGE
        refused(skywright, tmp_path, code, *args, words=[name])


RECORDS = {
    "julian": "2461041.5,0.5\n2461042.5,0.5\n", "nan": "61041,nan\n", "backwards": "61042,0.5\n61041,0.5\n",
    "three": "61041,0.5,7\n", "range": "61041,1.5\n", "short": "61041,0.5\n61041.1,0.5\n", "bare": "# nothing\n",
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_weather_record_that_makes_no_sense_is_code_4(skywright, tmp_path, name):
    record = tmp_path / f"{name}.csv"
    record.write_text(RECORDS[name])
    refused(skywright, tmp_path, BAD_INPUT, "plan", "weather", "--years", 0.1, "--clouds", record)


def test_wrong_usage_is_code_2(skywright, plans, tmp_path):
    out = tmp_path / "a.db"
    for args in (
        ("plan",), ("plan", "--nights", 0, "--out", out), ("plan", "--nights", "1e3", "--out", out),
        ("plan", "--years", "0.001", "--out", out), ("plan", "--years", "nan", "--out", out),
        ("plan", "--nights", 1, "--years", 1, "--out", out),
        ("plan", "--nights", 1, "--strategy", "best", "--out", out),
        ("plan", "--nights", 1, "--instrument", "hubble", "--out", out),
        ("plan", "--nights", 1, "--seed", "99999999999999999999", "--out", out),
        ("plan", "--nights", 1, "--set", "nside=3", "--out", out),
        ("plan", "--nights", 1, "--set", "start_mjd=1e300", "--out", out),
        ("plan", "compare", plans / "good.db"),
        ("plan", "compare", plans / "good.db", "--published", "best"),
        ("plan", "metrics", plans / "good.db", "--set", "order=99"),
        ("plan", "footprint", "--band", "H"), ("plan", "footprint", "--night", 0),
        ("plan", "footprint", "--strategy", "best"), ("plan", "footprint", "--set", "nside=7"),
        ("plan", "weather", "--mjd", "1e300"), ("plan", "weather", "--mjd", "2461041.5"),
        ("plan", "weather", "--years", "1e9"), ("plan", "weather", "--step", "1e-9"),
        ("plan", "weather", "--years", 0.1, "--set", "cloud.clear=[1,2]"),
        ("plan", "weather", "--years", 0.1, "--out", tmp_path / "w.xls"),
        ("nightsky",), ("nightsky", "--time", "61000", "--band", "H", "--plot", tmp_path / "s.png"),
        ("nightsky", "--visits", plans / "good.db"), ("nightsky", "--time", "61000", "--instrument", "hubble"),
        ("almanac", "--from", "2026-11-23", "--nights", "0"), ("almanac", "--from", "2026-11-23", "--dut1", "2"),
        ("almanac", "--from", "2026-11-23", "--latitude", "91", "--longitude", "0"),
        ("almanac", "--from", "2026-11-23", "--latitude", "1"),
        ("instrument", "slew", "lsst", "--from", "park", "--to", "91,0"),
        ("instrument", "slew", "lsst", "--from", "park", "--to", "60;170"),
        ("instrument", "slew", "lsst", "--from", "park", "--to", "60,170,0,H"),
        ("instrument", "slew", "hubble", "--from", "park", "--to", "60,170"),
        ("sky", "--ra", 10, "--dec", 0, "--radius", 0.01, "--mjd", "1e300", "--out", tmp_path / "s.csv"),
        ("expose", "--ra", 10, "--dec", -30, "--band", "r", "--mjd", "2461041.5", "--out", tmp_path / "e"),
    ):  # fmt: skip
        refused(skywright, tmp_path, USAGE, *args)


@pytest.mark.parametrize("time", ["nan", "1e300", "", "yesterday", "2026-13-45T00:00:00", "2026-02-30T00:00:00"])
def test_a_time_that_is_none_is_code_2(skywright, tmp_path, time):
    refused(skywright, tmp_path, USAGE, "nightsky", "--time", time)
    refused(skywright, tmp_path, USAGE, "almanac", "--from", time)


WRITERS = {
    "plan": ("plan", "--nights", 1, "--out", "OUT/a.db"),
    "metrics": ("plan", "metrics", "D/good.db", "--plots", "OUT/plots"),
    "metrics page": ("plan", "metrics", "D/good.db", "--html", "OUT/a.html"),
    "compare": ("plan", "compare", "D/good.db", "D/good.db", "--markdown", "OUT/a.md"),
    "footprint": ("plan", "footprint", "--plot", "OUT/a.png"),
    "weather": ("plan", "weather", "--years", 0.1, "--out", "OUT/a.parquet"),
    "weather page": ("plan", "weather", "--years", 0.1, "--plot", "OUT/a.html"),
    "nightsky": ("nightsky", "--time", 61000, "--plot", "OUT/a.png"),
    "skies": ("nightsky", "--visits", "D/good.db", "--out", "OUT/a.csv"),
    "almanac": ("almanac", "--from", "2026-11-23", "--out", "OUT/a.csv"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_path_that_cannot_be_written_is_code_5(skywright, plans, tmp_path, name):
    (tmp_path / "file").write_text("a file")  # below which there is no folder, even for root
    args = [str(a).replace("D/", f"{plans}/").replace("OUT", f"{tmp_path}/file") for a in WRITERS[name]]
    refused(skywright, tmp_path, STORAGE, *args)


@pytest.mark.parametrize("name", ["plan", "compare", "weather", "almanac"])
def test_a_full_disk_is_code_5_and_leaves_nothing(program, plans, tmp_path, name):
    args = [str(a).replace("D/", f"{plans}/").replace("OUT", str(tmp_path)) for a in WRITERS[name]]
    done = subprocess.run(["bash", "-c", 'ulimit -f 1; exec "$0" "$@"', str(program), *args, "--quiet"],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == STORAGE, done.stderr
    assert done.stderr.count("skywright: ") == 1, done.stderr
    left = {p.name for p in files_of(tmp_path)}
    assert left <= {"a.db.partial"}, left  # which the same command takes up


def test_two_plans_into_one_file_never_mix(program, skywright, plans, tmp_path):
    out = tmp_path / "a.db"
    first = subprocess.Popen([str(program), "plan", "--nights", "4000", "--out", str(out), "--quiet"])
    while not out.with_name("a.db.partial").exists():
        assert first.poll() is None
        time.sleep(0.01)
    refused_at = skywright("plan", "--nights", 4000, "--out", out, "--quiet", expect=None)
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == PARTIAL
    assert refused_at.code == STORAGE and "another process" in refused_at.err
    skywright("plan", "--nights", 1, "--out", tmp_path / "one.db", "--quiet")
    with sqlite3.connect(out.with_name("a.db.partial")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_names_are_taken_as_they_come(skywright, tmp_path):
    odd = tmp_path / 'caf\u00e9 "quoted" \\ tab\t'
    odd.mkdir()
    made = skywright("sky", "--ra", 110, "--dec", -20, "--radius", 0.01, "--out", odd / "s.csv", "--json")
    assert made.json["out"] == str(odd / "s.csv")
    bad = os.fsencode(tmp_path) + b"/latin-\xe9.csv"  # not UTF-8
    done = skywright("sky", "--ra", 110, "--dec", -20, "--radius", 0.01, "--out", os.fsdecode(bad), "--json")
    assert "latin-" in done.json["out"] and os.path.exists(bad)


@pytest.mark.parametrize("change, word", [
    ("dec_deg = 89.0", "never"), ('bands = ["H"]', "H"), ("end_mjd = 60000.0", "end_mjd"),
])  # fmt: skip
def test_an_opportunity_that_cannot_be_seen_is_refused_before_the_first_night(skywright, tmp_path, change, word):
    keys = {"dec_deg": "dec_deg = -30.0", "bands": 'bands = ["g"]', "end_mjd": "end_mjd = 60806.0"}
    keys[change.split(" ")[0]] = change
    file = tmp_path / "alerts.toml"
    file.write_text('[[target]]\nname = "S1"\nra_deg = 37.0\nvisits = [1]\nbegin_mjd = 60796.0\n' + "\n".join(keys.values()))
    for command in (("plan",), ("plan", "ensemble", "lsst-baseline")):
        out = tmp_path / "out"
        result = skywright(*command, "--nights", 1, "--opportunities", file, "--out", out, expect=USAGE)
        assert "S1" in result.err and word in result.err
        assert not out.exists() and not Path(f"{out}.partial").exists()
