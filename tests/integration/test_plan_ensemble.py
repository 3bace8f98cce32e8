"""`plan ensemble`: many surveys side by side, taken up, threads, what fails and what is refused."""

import csv
import fcntl
import json
import re
import signal
import sqlite3
import statistics
import subprocess
import time

import pytest
from astropy.table import Table
from PIL import Image

NIGHTS = 3  # a night of the first two may be clouded out


def dump(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return [database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("observations", "info")]


def summary(report):
    """What must not depend on the clock or on where it was written."""
    kept = {k: v for k, v in report.items() if k not in ("out", "files")}
    for unit in kept["units"]:
        del unit["seconds"], unit["there_before"]
    return kept


@pytest.fixture(scope="module")
def bold(tmp_path_factory):
    """The small survey for a sky with twice the cloud, as a file of its own."""
    path = tmp_path_factory.mktemp("strategies") / "bold.toml"
    path.write_text("""name = "small-transient-survey"
instrument = "small-survey"
start_mjd = 61041.0
[limits]
cloud = 0.9
[filters]
bright = []
dark = []
[[survey]]
name = "singles"
kind = "singles"
tier = 1
bands = ["r", "g"]
""")
    return path


@pytest.fixture(scope="module")
def ensemble(skywright, bold, tmp_path_factory):
    out = tmp_path_factory.mktemp("ensemble") / "runs"
    result = skywright("plan", "ensemble", "small-transient-survey", bold, "--seeds", "1,2", "--nights", NIGHTS,
                       "--out", out, "--json", "--quiet")  # fmt: skip
    return out, result.json


NAMES = ["small-transient-survey-1", "small-transient-survey-2", "bold-1", "bold-2"]


def test_each_survey_is_that_of_plan_and_of_plan_metrics(ensemble, skywright, bold, tmp_path):
    out, report = ensemble
    assert [unit["name"] for unit in report["units"]] == NAMES
    assert [unit["code"] for unit in report["units"]] == [0, 0, 0, 0]
    for unit, strategy in ((report["units"][1], "small-transient-survey"), (report["units"][3], bold)):
        alone = tmp_path / f"{unit['name']}.db"
        skywright("plan", "--strategy", strategy, "--seed", 2, "--nights", NIGHTS, "--out", alone, "--quiet")
        assert dump(alone) == dump(out / unit["name"] / "visits.db")
        assert skywright("plan", "metrics", alone, "--json", "--quiet").json["metrics"] == unit["metrics"]
    assert report["units"][0]["metrics"]["visits"] != report["units"][2]["metrics"]["visits"]


def test_table_page_and_maps_hold_what_was_found(ensemble):
    out, report = ensemble
    rows = list(csv.DictReader((out / "ensemble.csv").open()))
    assert [row["survey"] for row in rows] == NAMES and [row["seed"] for row in rows] == list("1212")
    for row, unit in zip(rows, report["units"]):
        for name, value in unit["metrics"].items():
            assert float(row[name]) == pytest.approx(value, rel=1e-12)
    mean = {strategy["name"]: strategy for strategy in report["strategies"]}["bold"]
    visits = [unit["metrics"]["visits"] for unit in report["units"][2:]]
    assert mean["mean"]["visits"] == pytest.approx(statistics.mean(visits))
    assert mean["scatter"]["visits"] == pytest.approx(statistics.stdev(visits))
    lines = (out / "ensemble.md").read_text().splitlines()
    assert {line.count("|") for line in lines} == {5} and lines[0].split("|")[2].strip() == "small-transient-survey"

    page = (out / "index.html").read_text()
    pictures = page.count("data:image/png;base64,")
    assert pictures == 4 * len(re.findall(r"<h2[^>]*>(?:Visits|Depth|Cadence|Nights|Slews)</h2>", page)) >= 16
    assert not re.search(r'(src|href)="(https?:)?//', page)
    for name in NAMES:
        assert (out / name / "plots" / "index.html").exists() and f'href="{name}/plots/index.html"' in page
        with Image.open(out / name / "plots" / "visits.png") as image:
            assert image.width >= 800
        maps = Table.read(out / name / "maps.fits")
        assert len(maps) == 12 * 64**2 and maps["visits"].sum() > 0


def test_finished_surveys_are_not_done_again(ensemble, skywright, bold):
    out, report = ensemble
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino)
              for path in out.glob("*/*") if path.name in ("visits.db", "metrics.json", "maps.fits")}  # fmt: skip
    assert len(before) == 12
    again = skywright("plan", "ensemble", "small-transient-survey", bold, "--seeds", "1,2", "--nights", NIGHTS,
                      "--out", out, "--json", "--quiet").json  # fmt: skip
    assert all(unit["there_before"] for unit in again["units"])
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in before} == before
    assert summary(again) == summary(json.loads(json.dumps(report)))


def test_more_nights_go_on_from_those_there_are(ensemble, skywright, bold, tmp_path):
    for nights in (2, NIGHTS):
        report = skywright("plan", "ensemble", bold, "--seeds", "1", "--nights", nights, "--out", tmp_path / "runs",
                           "--json", "--quiet").json  # fmt: skip
    assert report["units"][0]["metrics"] == ensemble[1]["units"][2]["metrics"]
    assert dump(tmp_path / "runs" / "bold-1" / "visits.db") == dump(ensemble[0] / "bold-1" / "visits.db")
    fewer = skywright("plan", "ensemble", bold, "--seeds", "1", "--nights", 1, "--out", tmp_path / "runs", "--json",
                      "--quiet", expect=3).json  # fmt: skip
    assert fewer["units"][0]["code"] == 2 and f"{NIGHTS} nights already" in fewer["units"][0]["message"]


def test_any_number_of_threads_gives_the_same_bytes(ensemble, skywright, bold, tmp_path):
    """The fixture's took all cores; pages of single surveys name their database's place, the others nothing."""
    kept = ensemble[0]
    for jobs, strategies, seeds in ((1, [bold], "1"), (5, ["small-transient-survey", bold], "1,2")):
        out = tmp_path / str(jobs)
        report = skywright("plan", "ensemble", *strategies, "--seeds", seeds, "--nights", NIGHTS, "--jobs", jobs,
                           "--out", out, "--json", "--quiet").json  # fmt: skip
        for path in out.glob("*/**/*"):
            other = kept / path.relative_to(out)
            if path.suffix == ".db":
                assert dump(other) == dump(path)
            elif path.is_file() and path.name != "index.html":
                assert other.read_bytes() == path.read_bytes(), path
    assert summary(report) == summary(json.loads(json.dumps(ensemble[1])))
    for name in ("ensemble.csv", "ensemble.md", "index.html"):
        assert (out / name).read_bytes() == (kept / name).read_bytes()


def test_stopped_it_tells_so_and_goes_on(program, skywright, bold, tmp_path):
    command = ["plan", "ensemble", bold, "--seeds", "5,6", "--nights", 8, "--json"]
    whole = skywright(*command, "--out", tmp_path / "whole", "--quiet").json
    out = tmp_path / "stopped"
    process = subprocess.Popen([str(a) for a in [program, *command, "--out", out]], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    for _ in range(1000):
        if list(out.glob("*/visits.db.partial")) or process.poll() is not None:
            break
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    told, progress = process.communicate(timeout=120)
    assert process.returncode == 3
    units = json.loads(told)["units"]
    assert {unit["code"] for unit in units} <= {0, 3} and any(unit["code"] == 3 for unit in units)
    assert not (out / "index.html").exists()
    lines = [json.loads(line) for line in progress.splitlines()]
    # Nights of all surveys together, with the time left.
    assert lines and {line["progress"] for line in lines} == {"nights of all"}
    assert {line["total"] for line in lines} == {16} and all("left_s" in line for line in lines)
    resumed = skywright(*command, "--out", out, "--quiet").json
    assert summary(resumed) == summary(whole)
    for unit in resumed["units"]:
        assert dump(out / unit["name"] / "visits.db") == dump(tmp_path / "whole" / unit["name"] / "visits.db")
        assert not (out / unit["name"] / "visits.db.partial").exists()


def test_two_launches_at_once_do_each_survey_once(program, ensemble, bold, tmp_path):
    """And a third, which is stopped while it waits for them."""
    command = [program, "plan", "ensemble", bold, "--seeds", "1,2", "--nights", NIGHTS, "--jobs", 1, "--json"]
    command += ["--out", tmp_path / "runs"]
    (tmp_path / "runs" / "bold-1").mkdir(parents=True)
    with open(tmp_path / "runs" / "bold-1" / ".lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # so that all three meet at the first unit
        launches = [subprocess.Popen([str(a) for a in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                    for _ in range(3)]  # fmt: skip
        for launch in launches:
            while "waiting for it" not in (line := launch.stderr.readline()):
                assert line, "it did not wait"
        launches[2].send_signal(signal.SIGTERM)
        assert "stopped" in launches[2].communicate(timeout=60)[0] and launches[2].returncode == 3
    told = [launch.communicate(timeout=120)[0] for launch in launches[:2]]
    assert [launch.returncode for launch in launches[:2]] == [0, 0], told
    reports = [json.loads(report) for report in told]
    assert summary(reports[0]) == summary(reports[1])
    for unit, kept in zip(reports[0]["units"], ensemble[1]["units"][2:], strict=True):
        assert unit["name"] == kept["name"] and unit["metrics"] == kept["metrics"]
        folder = tmp_path / "runs" / unit["name"]
        assert dump(folder / "visits.db") == dump(ensemble[0] / unit["name"] / "visits.db")
        assert not (folder / "visits.db.partial").exists()


def test_one_that_fails_is_told_and_the_others_go_on(skywright, bold, tmp_path):
    (tmp_path / "bold-1").write_text("in the way")
    (tmp_path / "bold-2").mkdir()
    (tmp_path / "bold-2" / "visits.db").write_text("this is no database of visits")
    result = skywright("plan", "ensemble", bold, "--seeds", "1,2,3", "--nights", 1, "--out", tmp_path, "--json",
                       "--quiet", expect=3)  # fmt: skip
    codes = {unit["name"]: unit["code"] for unit in result.json["units"]}
    assert codes == {"bold-1": 5, "bold-2": 4, "bold-3": 0}
    assert "bold-1" in result.json["units"][0]["message"]
    assert [row["survey"] for row in csv.DictReader((tmp_path / "ensemble.csv").open())] == ["bold-3"]
    text = skywright("plan", "ensemble", bold, "--seeds", "1,2,3", "--nights", 1, "--out", tmp_path, expect=3).out
    assert "1 of 3 surveys" in text and "bold-2: exit code 4" in text


def test_another_strategy_of_the_name_does_not_mix_in(skywright, bold, tmp_path):
    skywright("plan", "ensemble", bold, "--seed", 3, "--nights", 1, "--out", tmp_path, "--quiet")
    result = skywright("plan", "ensemble", bold, "--seed", 3, "--nights", 1, "--set", "limits.cloud=0.2", "--out", tmp_path,
                       "--json", "--quiet", expect=3)  # fmt: skip
    assert result.json["units"][0]["code"] == 2 and "another config" in result.json["units"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["gmt-queue", "lsst-baseline", "--instrument", "gmt"], 2, "strategy lsst-baseline"),
        (["gmt-queue", "--set", "queue.target=[{name='M81', ra_deg=148.9, dec_deg=69.07}]"], 2, "never stands"),
        (["gmt-queue", "gmt-queue"], 2, "share a folder"),
        (["gmt-queue", "--seeds", "1,1"], 2, "comes twice"),
        (["gmt-queue", "--seeds", "1,x"], 2, "whole numbers"),
        (["gmt-queue", "--seeds", "1", "--seed", "2"], 2, "give one of them"),
        (["gmt-queu"], 2, "gmt-queue"),
        (["missing.toml"], 4, "missing.toml"),
        (["gmt-queue", "--years", "1"], 2, "--years and --nights"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(skywright, tmp_path, arguments, code, told):
    out = tmp_path / "out"
    result = skywright("plan", "ensemble", *arguments, "--nights", 1, "--out", out, expect=code)
    assert told in result.err
    assert not out.exists()


def test_a_folder_that_cannot_be_made_is_told(skywright, tmp_path):
    (tmp_path / "file").touch()
    told = skywright("plan", "ensemble", "gmt-queue", "--nights", 1, "--out", tmp_path / "file" / "runs", expect=5)
    assert "the folder cannot be made" in told.err


def test_files_of_one_name_in_two_folders_are_told_apart_or_refused(skywright, bold, tmp_path):
    other = tmp_path / "bold.toml"
    other.write_text(bold.read_text())
    result = skywright("plan", "ensemble", bold, other, "--nights", 1, "--out", tmp_path / "out", expect=2)
    assert '"bold"' in result.err and "another name" in result.err
