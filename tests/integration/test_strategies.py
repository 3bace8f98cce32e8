"""The strategies that come with the program: they plan, within the limits that they state."""

import sqlite3

import numpy as np
import pytest
from PIL import Image

PLANS = {"small-transient-survey": 20, "gmt-queue": 6}


@pytest.fixture(scope="module", params=PLANS)
def planned(request, skywright, tmp_path_factory):
    path = tmp_path_factory.mktemp("strategies") / "visits.db"
    skywright("plan", "--strategy", request.param, "--nights", PLANS[request.param], "--out", path)
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM observations ORDER BY observationId").fetchall()
    return request.param, rows


def test_nights_are_filled_within_the_limits(planned):
    name, rows = planned
    limits = {"small-transient-survey": (30.0, 88.0, 25.0), "gmt-queue": (30.0, 88.0, 20.0)}[name]
    assert len(rows) > 300
    for row in rows:
        assert limits[0] <= row["altitude"] <= limits[1]
        assert row["moonDistance"] >= limits[2] or row["moonAlt"] < 0.0
        assert row["sunAlt"] <= -12.0
    # The sky is looked at before the slew; clouds may come during it.
    assert sum(row["cloud"] > 0.5 for row in rows) < 0.01 * len(rows)
    for before, after in zip(rows, rows[1:]):
        start = before["observationStartMJD"] + before["visitTime"] / 86400.0
        if after["night"] == before["night"]:
            assert after["observationStartMJD"] >= start + after["slewTime"] / 86400.0 - 2e-8


def test_the_small_survey_pairs_its_visits_and_repeats_no_field_often(planned):
    name, rows = planned
    if name != "small-transient-survey":
        assert all(row["target_name"] for row in rows)
        return
    assert {row["band"] for row in rows} == {"g", "r"}
    pairs = [row for row in rows if row["scheduler_note"].startswith("pairs")]
    assert len(pairs) > 0.7 * len(rows)
    first = {}
    gaps = []
    for row in pairs:
        key = (row["night"], round(row["fieldRA"], 4), round(row["fieldDec"], 4))
        if key in first:
            gaps.append((row["observationStartMJD"] - first[key]) * 1440.0)
        first.setdefault(key, row["observationStartMJD"])
    # The second of a pair; nothing is taken a third time the same night.
    assert len(gaps) == pytest.approx(len(pairs) / 2, rel=0.1)
    assert 15.0 < sorted(gaps)[len(gaps) // 2] < 45.0


def test_the_queue_keeps_each_programmes_conditions(planned):
    name, rows = planned
    dwarfs = [row for row in rows if row["science_program"] == "dwarf-galaxies"]
    if name == "gmt-queue":
        assert {row["science_program"] for row in rows} >= {"lens-delays", "clusters"}
    for row in dwarfs:
        assert row["airmass"] <= 1.4
        # The seeing is asked for when a sequence of up to 90 minutes begins.
        assert row["visitExposureTime"] == 120.0
    lenses = {}
    for row in rows:
        if row["science_program"] == "lens-delays":
            lenses.setdefault(row["target_name"], {}).setdefault(row["night"], []).append(row)
    for nights in lenses.values():
        assert all(b - a >= 2 for a, b in zip(sorted(nights), sorted(nights)[1:]))
        assert all(len(visits) <= 6 for visits in nights.values())


def test_a_telescope_of_which_too_little_is_known_is_refused(skywright, tmp_path):
    camera = tmp_path / "camera.toml"
    camera.write_text("""name = "dim"
[telescope]
aperture_m = 0.4
focal_length_m = 2.8
[[camera.sensor]]
name = "ccd"
width = 100
height = 100
[[band]]
name = "r"
""")
    result = skywright("plan", "--strategy", "gmt-queue", "--instrument", camera, "--nights", 1,
                       "--out", tmp_path / "x.db", expect=2)
    assert "band r of dim" in result.err and "zero_point" in result.err


@pytest.mark.parametrize(
    "arguments,told",
    [
        (["--strategy", "gmt-queue", "--set", "queue.target=[{name='M81', ra_deg=148.9, dec_deg=69.07}]"],
         "never stands 30 degrees high"),
        (["--strategy", "small-transient-survey", "--instrument", "gmt"], "field of view"),
        (["--strategy", "small-transient-survey", "--set", "footprint.wide.dec_max_deg=-89"],
         "footprint.wide.dec_min_deg"),
        (["--strategy", "small-transient-survey", "--set", "footprint.wides=1"], "wide"),
        (["--strategy", "gmt-queu"], "gmt-queue"),
        (["--strategy", "gmt-queue", "--set", "rolling.first_stripe=5"], "first_stripe"),
    ])
def test_an_impossible_one_is_refused_before_the_first_night(skywright, tmp_path, arguments, told):
    result = skywright("plan", *arguments, "--nights", 1, "--out", tmp_path / "x.db", expect=2)
    assert told in result.err
    assert list(tmp_path.iterdir()) == []


def test_the_footprint_is_listed_and_drawn(skywright, tmp_path):
    report = skywright("plan", "footprint", "--plot", tmp_path / "f.png", "--json").json
    regions = {region["region"]: region for region in report["regions"]}
    assert regions["wide"]["area_deg2"] + regions["magellanic"]["area_deg2"] == pytest.approx(18000, abs=400)
    assert sum(region["share"] for region in regions.values()) == pytest.approx(1.0)
    assert regions["ecliptic_north"]["weights"]["u"] == 0.0
    skywright("plan", "footprint", "--night", 1000, "--plot", tmp_path / "season.png")
    pictures = [np.asarray(Image.open(tmp_path / name).convert("RGB")) for name in ("f.png", "season.png")]
    assert pictures[0].shape == pictures[1].shape
    assert (pictures[0] != pictures[1]).any(axis=2).mean() > 0.1  # the stripes
    # The baseline's file says what the defaults are.
    plain = tmp_path / "plain.toml"
    plain.write_text("name = 'defaults'\n")
    assert skywright("plan", "footprint", "--strategy", plain, "--json").json["regions"] == report["regions"]


@pytest.mark.parametrize(
    "arguments,told",
    [(["--band", "H"], "u, g, r, i, z, y"), (["--night", 0], "nights count from 1"),
     (["--set", "footprint.wide.clear_share=2"], "clear_share")])
def test_a_footprint_that_cannot_be_is_refused(skywright, arguments, told):
    assert told in skywright("plan", "footprint", *arguments, expect=2).err
