"""Sky brightness beside thirteen nights of rubin_sim, from which nothing of ours is taken.

The pointings carry depth and seeing; the sky that rubin_sim saw follows from them by its own depth
formula (coefficients of its throughputs v1.7, the era of these pointings). Its sky is ESO's model (Noll et
al. 2012, Jones et al. 2013), which knows the Moon's scattered light within 20 %.
"""

import sqlite3

import numpy as np
import pyarrow.parquet as pq
import pytest

# rubin_sim's system figures of early 2022 (throughputs v1.7): Cm, dCm_inf, extinction, dark sky.
ERA = {
    "u": (23.390, 0.370, 0.458, 22.968), "g": (24.506, 0.098, 0.208, 22.256),
    "r": (24.490, 0.051, 0.122, 21.196), "i": (24.373, 0.036, 0.074, 20.478),
    "z": (24.203, 0.026, 0.057, 19.600), "y": (23.769, 0.019, 0.095, 18.612),
}  # fmt: skip


def implied_sky(band, depth, seeing, airmass):
    cm, infinity, k, dark = ERA[band]
    sky = np.full(len(depth), dark)
    for _ in range(80):
        t = 10 ** (-0.4 * (sky - dark))
        dcm = infinity - 1.25 * np.log10(1 + (10 ** (0.8 * infinity) - 1) / t)
        predicted = cm + dcm + 0.5 * (sky - 21) + 2.5 * np.log10(0.7 / seeing) - k * (airmass - 1)
        sky += 1.5 * (depth - predicted)
    return sky


@pytest.fixture(scope="module")
def skies(skywright, shared, tmp_path_factory):
    out = tmp_path_factory.mktemp("skies") / "skies.parquet"
    database = shared / "pointings" / "baseline_10klines_2.0.db"
    skywright("nightsky", "--visits", database, "--instrument", "lsst-2022", "--out", out)
    ours = {k: np.array(v) for k, v in pq.read_table(out).to_pydict().items()}
    with sqlite3.connect(database) as db:
        rows = db.execute("SELECT observationId, seeingFwhmEff, fiveSigmaDepth FROM observations")
        ids, seeing, depth = map(np.array, zip(*rows))
    assert np.array_equal(ids, ours["observationId"])
    return ours, seeing, depth


@pytest.mark.needs_shared
def test_sky_is_within_0_3_mag_of_rubin_sim_in_darkness_and_moonlight(skies):
    ours, seeing, depth = skies
    night = ours["sunAlt"] < -18
    conditions = {"dark": night & (ours["moonAlt"] < -3), "moonlit": night & (ours["moonAlt"] > 5)}
    judged = 0
    for band in "ugrizy":
        for name, when in conditions.items():
            rows = np.flatnonzero((ours["band"] == band) & when)
            if len(rows) < 50:
                continue
            theirs = implied_sky(band, depth[rows], seeing[rows], ours["airmass"][rows])
            difference = ours["skyBrightness"][rows] - theirs
            offset = np.median(difference)
            scatter = 1.4826 * np.median(np.abs(difference - offset))
            print(f"{band} {name:8} {len(rows):5} visits  offset {offset:+.3f}  scatter {scatter:.3f}")
            assert abs(offset) < 0.3, (band, name)
            assert scatter < 0.15, (band, name)
            judged += 1
    assert judged >= 10
