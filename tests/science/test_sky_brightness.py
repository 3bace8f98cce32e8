"""Sky brightness beside thirteen nights of rubin_sim, from which nothing of ours is taken.

The pointings carry depth and seeing; the sky that rubin_sim saw follows from them by its own depth formula and
the coefficients that it had then (tests/reference/fit_depth.py names the source). Its sky is ESO's model (Noll
et al. 2012, Jones et al. 2013), which knows the Moon's scattered light within 20 %.
"""

import sqlite3
import sys
import tomllib
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
from fit_depth import INSTRUMENT, PUBLISHED, exposures_of, sky_free_depth  # noqa: E402

BANDS = {b["name"]: b for b in tomllib.loads(INSTRUMENT.read_text())["band"]}


def implied_sky(band, depth, seeing, seconds, exposures, airmass):
    sky = np.full(len(depth), BANDS[band]["dark_sky"])
    for _ in range(80):
        predicted = PUBLISHED[band] + sky_free_depth(BANDS[band], sky, seeing, seconds, exposures, airmass)
        sky += 1.5 * (depth - predicted)
    return sky


@pytest.fixture(scope="module")
def skies(skywright, shared, tmp_path_factory):
    out = tmp_path_factory.mktemp("skies") / "skies.parquet"
    database = shared / "pointings" / "baseline_10klines_2.0.db"
    skywright("nightsky", "--visits", database, "--instrument", "lsst-2022", "--out", out)
    ours = {k: np.array(v) for k, v in pq.read_table(out).to_pydict().items()}
    with sqlite3.connect(database) as db:
        rows = db.execute("SELECT observationId, seeingFwhmEff, fiveSigmaDepth, visitTime, visitExposureTime"
                          " FROM observations")  # fmt: skip
        ids, seeing, depth, visit, seconds = map(np.array, zip(*rows))
    assert np.array_equal(ids, ours["observationId"])
    return ours, seeing, depth, seconds, exposures_of(visit, seconds)


@pytest.mark.needs_shared
def test_sky_is_within_0_3_mag_of_rubin_sim_in_darkness_and_moonlight(skies):
    ours, seeing, depth, seconds, exposures = skies
    night = ours["sunAlt"] < -18
    conditions = {"dark": night & (ours["moonAlt"] < -3), "moonlit": night & (ours["moonAlt"] > 5)}
    judged = 0
    for band in "ugrizy":
        for name, when in conditions.items():
            rows = np.flatnonzero((ours["band"] == band) & when)
            if len(rows) < 50:
                continue
            theirs = implied_sky(band, depth[rows], seeing[rows], seconds[rows], exposures[rows],
                                 ours["airmass"][rows])  # fmt: skip
            difference = ours["skyBrightness"][rows] - theirs
            offset = np.median(difference)
            scatter = 1.4826 * np.median(np.abs(difference - offset))
            print(f"{band} {name:8} {len(rows):5} visits  offset {offset:+.3f}  scatter {scatter:.3f}")
            assert abs(offset) < 0.3, (band, name)
            assert scatter < 0.15, (band, name)
            judged += 1
    assert judged >= 10
