"""`plan metrics` and `plan compare` beside numpy, scipy and astropy-healpix, on real pointings."""

import json
import re
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy_healpix import HEALPix
from PIL import Image
from scipy.spatial import cKDTree

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
sys.path.insert(0, str(REFERENCE))
from visits_database import COLUMNS, make_visits  # noqa: E402

RADIUS, ORDER = 1.75, 6
BANDS = "ugrizy"


def unit(ra, dec):
    ra, dec = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


@pytest.fixture(scope="module")
def pointings(shared):
    return shared / "pointings" / "baseline_10klines_2.0.db"


@pytest.fixture(scope="module")
def rows(pointings):
    with sqlite3.connect(f"file:{pointings}?mode=ro", uri=True) as db:
        names = [r[1] for r in db.execute("PRAGMA table_info(observations)")]
        data = db.execute("SELECT * FROM observations ORDER BY observationStartMJD").fetchall()
    return {n: np.array(c) for n, c in zip(names, zip(*data))}


@pytest.fixture(scope="module")
def by_pixel(rows):
    """Visits whose field centre lies within the radius of each pixel's, by a k-d tree."""
    grid = HEALPix(nside=2**ORDER, order="nested")
    lon, lat = grid.healpix_to_lonlat(np.arange(grid.npix))
    tree = cKDTree(unit(rows["fieldRA"], rows["fieldDec"]))
    chord = 2 * np.sin(np.radians(RADIUS) / 2)
    found = tree.query_ball_point(unit(lon.deg, lat.deg), chord, return_sorted=True)
    return [np.array(f, dtype=int) for f in found], grid.pixel_area.to_value("deg2")


@pytest.fixture(scope="module")
def metrics(skywright, pointings):
    return skywright("plan", "metrics", pointings, "--json", "--quiet").json


def test_counts_areas_and_depths_are_those_of_numpy_and_astropy_healpix(rows, by_pixel, metrics):
    seen, area = by_pixel
    ours = metrics["metrics"]
    assert ours["visits"] == len(rows["fieldRA"])
    assert ours["area_seen"] == pytest.approx(area * sum(len(v) > 0 for v in seen), rel=1e-9)
    for b in BANDS:
        of_band = [v[rows["filter"][v] == b] for v in seen]
        of_band = [v for v in of_band if len(v)]
        m5 = rows["fiveSigmaDepth"]
        assert ours[f"visits_{b}"] == np.median([len(v) for v in of_band])
        assert ours[f"visit_depth_{b}"] == pytest.approx(
            np.median([np.median(m5[v]) for v in of_band]), abs=1e-5)
        assert ours[f"coadded_depth_{b}"] == pytest.approx(
            np.median([1.25 * np.log10(np.sum(10 ** (0.8 * m5[v]))) for v in of_band]), abs=1e-5)
        assert ours[f"depth_{b}"] == pytest.approx(np.median(m5[rows["filter"] == b]), abs=1e-5)


def test_gaps_and_pairs_are_those_of_numpy(rows, by_pixel, metrics):
    seen, area = by_pixel
    mjd = rows["observationStartMJD"]
    night = np.floor(mjd - 70.75 / 360 - 0.5)
    counts = np.array([len(v) for v in seen])
    wide = np.argsort(-counts, kind="stable")[: int(np.ceil(18000 / area))]
    within, between = [], []
    for p in wide:
        gap, step = np.diff(mjd[seen[p]]), np.diff(night[seen[p]])
        if np.any(step == 0):
            within.append(np.median(gap[step == 0]) * 24)
        if np.any(step > 0):
            between.append(np.median(gap[step > 0]))
    ours = metrics["metrics"]
    assert ours["gap_within_night"] == pytest.approx(np.median(within), abs=1e-5)
    assert ours["gap_between_nights"] == pytest.approx(np.median(between), abs=1e-5)
    fractions = []
    for v in seen:
        if not len(v):
            continue
        good = 0
        for n in np.unique(night[v]):
            t = mjd[v][night[v] == n]
            apart = (t[:, None] - t[None, :]) * 1440
            good += np.any((apart >= 15) & (apart <= 60))
        fractions.append(good / len(np.unique(night[v])))
    assert ours["pair_nights_fraction"] == pytest.approx(np.mean(fractions), abs=1e-5)


# MAF takes each visit's parallax factors at its field's centre, ours belong to the pixel's: up to 1.75 deg
# apart, so 3 % in a factor and, as it goes both ways, much less in a median. All else is the same formula.
TOLERANCE = {"parallax_error": 2e-3}
NAMES = {"flash": "found_kilonova_200mpc"}


@pytest.mark.parametrize("name", ["made_visits", "pointings"])
def test_figures_are_mafs_own(skywright, pointings, tmp_path, name):
    """tests/reference/make_maf.py made MAF's figures; parallax apart, only its float32 sums may differ."""
    database = make_visits(tmp_path / "made.db") if name == "made_visits" else pointings
    ours = skywright("plan", "metrics", database, "--json", "--quiet", "--set", "wide_area_deg2=5000", "--set",
                     "visits_design=12", "--set", "transient_phases=1").json["metrics"]  # fmt: skip
    theirs = json.loads((REFERENCE / "maf" / f"{name}.json").read_text())
    assert len(theirs) >= 25
    for metric, value in theirs.items():
        assert ours[NAMES.get(metric, metric)] == pytest.approx(value, rel=TOLERANCE.get(metric, 1e-5)), metric


def test_a_planned_survey_has_every_metric(skywright, tmp_path):
    database = tmp_path / "visits.db"
    skywright("plan", "--nights", 5, "--out", database, "--quiet")
    with sqlite3.connect(database) as db:
        present = {r[1] for r in db.execute("PRAGMA table_info(observations)")}
        slew, visit, exposure, nights = db.execute(
            "SELECT SUM(slewTime), SUM(visitTime), SUM(visitExposureTime), COUNT(DISTINCT night) FROM observations"
        ).fetchone()
    assert set(COLUMNS) <= present
    result = skywright("plan", "metrics", database, "--json", "--quiet").json
    assert not any("lacks" in note for note in result["notes"])
    ours = result["metrics"]
    assert ours["nights"] == nights
    assert ours["open_shutter_fraction"] == pytest.approx(exposure / (slew + visit), rel=1e-6)
    assert 0 < ours["wide_share"] <= 1 and ours["airmass_median"] >= 1
    assert {"found_kilonova_200mpc", "parallax_error", "gap_within_night"} <= set(ours)


def test_shares_and_labels_are_those_of_the_notes(skywright, tmp_path):
    database = make_visits(tmp_path / "made.db")
    result = skywright("plan", "metrics", database, "--json", "--quiet").json
    with sqlite3.connect(database) as db:
        deep, all_visits = db.execute(
            "SELECT SUM(science_program = 'DD'), COUNT(*) FROM observations").fetchone()
        slews = [s for (s,) in db.execute("SELECT slewTime FROM observations")]
    assert result["metrics"]["deep_drilling_share"] == pytest.approx(deep / all_visits)
    assert result["programs"] == {"FBS": all_visits - deep, "DD": deep}
    assert result["scheduler_notes"]["DD:COSMOS"] == deep
    assert sum(result["scheduler_notes"].values()) == all_visits
    assert result["metrics"]["slew_median"] == pytest.approx(np.median(slews), rel=1e-6)
    assert result["metrics"]["slew_mean"] == pytest.approx(np.mean(slews), rel=1e-6)


def test_what_the_table_lacks_is_noted(metrics):
    assert "open_shutter_fraction" not in metrics["metrics"]
    assert any("slewTime" in note for note in metrics["notes"])
    assert set(metrics["metrics"]) == set(metrics["definitions"]) == set(metrics["units"])


def test_plots_are_pictures_and_the_page_needs_nothing_else(skywright, pointings, tmp_path):
    result = skywright("plan", "metrics", pointings, "--plots", tmp_path / "plots", "--html",
                       tmp_path / "page.html", "--json", "--quiet").json
    pictures = sorted((tmp_path / "plots").glob("*.png"))
    assert {"visits.png", "visits_r.png", "coadded_depth_r.png", "hourglass.png",
            "cumulative_visits.png"} <= {p.name for p in pictures}
    for picture in pictures:
        with Image.open(picture) as image:
            assert image.width >= 800 and len(image.convert("RGB").getcolors(1 << 24)) > 10
    page = (tmp_path / "page.html").read_text()
    assert page == (tmp_path / "plots" / "index.html").read_text()
    assert page.count("data:image/png;base64,") == len(pictures)
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert sorted(result["files"]) == sorted(
        [*map(str, pictures), str(tmp_path / "plots" / "index.html"), str(tmp_path / "page.html")])


def test_any_number_of_threads_gives_the_same_bytes(skywright, pointings, tmp_path):
    outputs = []
    for jobs in (1, 5):
        out = tmp_path / f"page{jobs}.html"
        report = skywright("plan", "metrics", pointings, "--html", out, "--json", "--quiet",
                           "--jobs", jobs).json
        del report["files"]
        outputs.append((json.dumps(report), out.read_bytes()))
    assert outputs[0] == outputs[1]


def test_compare_tells_what_was_changed(skywright, pointings, tmp_path):
    half = tmp_path / "half.db"
    half.write_bytes(pointings.read_bytes())
    half.chmod(0o600)
    with sqlite3.connect(half) as db:
        db.execute("DELETE FROM observations WHERE filter = 'y'")
    result = skywright("plan", "compare", pointings, half, "--plots", tmp_path / "plots", "--json",
                       "--quiet").json
    visits = result["metrics"]["visits"]
    with sqlite3.connect(half) as db:
        left = db.execute("SELECT COUNT(*) FROM observations").fetchone()[0]
    assert (visits["first"], visits["second"], visits["difference"]) == (10000, left, 10000 - left)
    assert visits["part"] == pytest.approx((10000 - left) / left)
    assert result["metrics"]["visits_y"]["second"] is None
    assert result["metrics"]["visits_r"]["difference"] == 0
    assert (tmp_path / "plots" / "ratio_visits.png").exists()
    assert not (tmp_path / "plots" / "ratio_visits_y.png").exists()


def test_compare_with_published_figures_says_where_it_differs(skywright, pointings, tmp_path):
    table = tmp_path / "table.md"
    result = skywright("plan", "compare", pointings, "--published", "baseline_v2.0", "--markdown", table, "--json",
                       "--quiet").json  # fmt: skip
    assert result["metrics"]["visits"]["second"] == 2084626
    assert result["metrics"]["visits"]["agrees"] is False
    assert result["metrics"]["visit_depth_u"]["agrees"] is True
    assert result["metrics"]["slew_mean"]["first"] is None
    assert "survey_strategy" in result["source"]
    rows = [line.split("|")[1:-1] for line in table.read_text().splitlines()]
    assert len(rows) == len(result["metrics"]) + 2 and {len(row) for row in rows} == {5}
    assert ["visits", "10000", "2084626"] in [[cell.strip() for cell in row[:3]] for row in rows]


def test_wrong_requests_are_told_apart(skywright, pointings, tmp_path):
    assert "no table" in skywright("plan", "metrics", empty_database(tmp_path), expect=4).err
    skywright("plan", "metrics", tmp_path / "none.db", expect=4)
    skywright("plan", "metrics", pointings, "--set", "order=12", expect=2)
    skywright("plan", "metrics", pointings, "--set", "oder=6", expect=2)
    assert "baseline_v2.0" in skywright("plan", "compare", pointings, "--published", "v9",
                                        expect=2).err
    skywright("plan", "compare", pointings, expect=2)
    (tmp_path / "file").touch()
    told = skywright("plan", "metrics", pointings, "--plots", tmp_path / "file" / "plots", expect=5).err
    assert "the folder cannot be made" in told


def empty_database(folder):
    path = folder / "empty.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE info (a TEXT)")
    return path


def test_a_place_is_seen_as_far_as_the_plans_telescope_sees(skywright, tmp_path):
    """Areas of GMT's plan are of its field of 20 arcmin, not of LSST's circle."""
    path = tmp_path / "gmt.db"
    skywright("plan", "--strategy", "gmt-queue", "--nights", 2, "--out", path)

    def seen(*more):
        report = skywright("plan", "metrics", path, "--json", "--set", "order=8", *more).json
        return report["metrics"]["area_seen"]

    field = skywright("instrument", "show", "gmt", "--json").json
    assert "20" in str(field)  # the headline that the radius below is half of
    own = seen()
    assert own == seen("--set", "field_radius_deg=0.16666666666666666")
    assert own < 0.1 * seen("--set", "field_radius_deg=1.75")
