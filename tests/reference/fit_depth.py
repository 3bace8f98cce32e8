"""Cm of the depth formula from simulated visits of 2022: the `depth_cm` of data/instruments/lsst-2022.toml.

    python tests/reference/fit_depth.py build/release/skywright pointings/baseline_10klines_2.0.db

The visits (rubin_sim's baseline_v2.0, thirteen nights) carry depth and seeing but no sky brightness; that of
each comes from `skywright nightsky`, in which nothing was fitted to them. From

    m5 = Cm + dCm + 0.5 (sky - 21) + 2.5 lg(0.7 / FWHM_eff) + 1.25 lg(t / 30) - k (X - 1)
    dCm = dCm_inf - 1.25 lg(1 + (10^(0.8 dCm_inf) - 1) / T),  T = (t / n / 30) 10^(-0.4 (sky - dark))

(n exposures of t / n seconds; dCm_inf, k and dark sky as published) every visit in darkness gives a Cm; their
median is the fit. Printed beside it: the number of visits, their scatter (1.4826 MAD), and the Cm that
rubin_sim itself used (SysEngVals of throughputs v1.7; lsst/rubin_sim, rubin_sim/utils/sysEngVals.py at commit
6d03bd4). The two differ by half of what their sky is brighter than ours.
"""

import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
INSTRUMENT = ROOT / "data" / "instruments" / "lsst-2022.toml"
PUBLISHED = {"u": 23.390261, "g": 24.506791, "r": 24.489914, "i": 24.372551, "z": 24.202753, "y": 23.769195}
SHUTTER, READOUT = 1.0, 2.0  # [s], of visitTime = exposure + n shutter + (n - 1) readout


def exposures_of(visit, seconds):
    """How many exposures a visit of so many seconds had."""
    return np.rint((visit - seconds + READOUT) / (SHUTTER + READOUT))


def sky_free_depth(band, sky, seeing, seconds, exposures, airmass):
    """The formula with Cm = 0."""
    infinity = band["depth_dcm_infinity"]
    t = seconds / exposures / 30.0 * 10 ** (-0.4 * (sky - band["dark_sky"]))
    dcm = infinity - 1.25 * np.log10(1 + (10 ** (0.8 * infinity) - 1) / t)
    return (dcm + 0.5 * (sky - 21) + 2.5 * np.log10(0.7 / seeing) + 1.25 * np.log10(seconds / 30.0)
            - band["extinction"] * (airmass - 1))  # fmt: skip


def fit(program, database):
    """{band: (Cm, scatter of one visit, visits)}"""
    bands = {b["name"]: b for b in tomllib.loads(INSTRUMENT.read_text())["band"]}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "skies.parquet"
        subprocess.run([program, "nightsky", "--visits", database, "--instrument", "lsst-2022", "--out", out],
                       check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        ours = {k: np.array(v) for k, v in pq.read_table(out).to_pydict().items()}
    with sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True) as db:
        rows = db.execute("SELECT observationId, seeingFwhmEff, fiveSigmaDepth, visitTime, visitExposureTime"
                          " FROM observations").fetchall()  # fmt: skip
    ids, seeing, depth, visit, seconds = (np.array(c) for c in zip(*rows))
    assert np.array_equal(ids, ours["observationId"])
    exposures = exposures_of(visit, seconds)
    dark = (ours["sunAlt"] < -18) & (ours["moonAlt"] < -3)
    result = {}
    for name, band in bands.items():
        rows = dark & (ours["band"] == name)
        cm = depth[rows] - sky_free_depth(band, ours["skyBrightness"][rows], seeing[rows], seconds[rows],
                                          exposures[rows], ours["airmass"][rows])  # fmt: skip
        middle = np.median(cm)
        result[name] = (float(middle), float(1.4826 * np.median(np.abs(cm - middle))), int(rows.sum()))
    return result


if __name__ == "__main__":
    for name, (cm, scatter, count) in fit(sys.argv[1], sys.argv[2]).items():
        print(f"{name} depth_cm = {cm:.3f}   # {count} visits, scatter {scatter:.3f}; "
              f"published {PUBLISHED[name]:.3f}, difference {cm - PUBLISHED[name]:+.3f}")  # fmt: skip
