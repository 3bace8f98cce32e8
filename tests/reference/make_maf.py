"""MAF's own figures of a database of visits, as JSON: what `plan metrics` is held against.

    pip install rubin-sim==2.6.2 rubin-scheduler==4.6.0
    python tests/reference/make_maf.py made > tests/reference/maf/made_visits.json
    python tests/reference/make_maf.py pointings/baseline_10klines_2.0.db > tests/reference/maf/pointings.json

"made" is the database of visits_database.py; any other is the path of one.

Pixels are those of HealpixSlicer, nside 64, with a circle of 1.75 deg for a camera. Medians over the best
area take the pixels with the most visits, equal ones in the order of NESTED pixels.
"""

import json
import sqlite3
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")

import healpy  # noqa: E402
from rubin_sim.maf import metrics, slicers, stackers  # noqa: E402
from visits_database import make_visits  # noqa: E402

AREA = 5000.0  # [deg2]
DESIGN = 12  # visits
FLASH = dict(trans_duration=6.0, peak_time=0.0, rise_slope=0.0, decline_slope=0.6, n_per_lc=1, n_filters=2)
PEAKS = dict(zip(("u_peak", "g_peak", "r_peak", "i_peak", "z_peak", "y_peak"),
                 (20.73, 20.73, 20.73, 20.73, 20.75, 20.87)))  # fmt: skip


def read(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        names = [r[1] for r in db.execute("PRAGMA table_info(observations)")]
        rows = db.execute("SELECT * FROM observations ORDER BY observationStartMJD").fetchall()
    columns = {n: np.array(c) for n, c in zip(names, zip(*rows))}
    if "band" not in columns:
        columns["band"] = columns.pop("filter")
    if "night" not in columns:
        columns["night"] = np.floor(columns["observationStartMJD"] - 70.75 / 360 - 0.5).astype(int)
    data = np.empty(len(rows), dtype=[(n, c.dtype) for n, c in columns.items()]
                    + [("ra_pi_amp", float), ("dec_pi_amp", float)])
    for name, column in columns.items():
        data[name] = column
    return stackers.ParallaxFactorStacker()._run(data)


def from_the_start(seen, data):
    """With a blind visit on the survey's first day: TransientMetric counts events from a place's first visit
    (in 2.6.2 it fails where it is told another start). Visits after the last whole event are left out."""
    blind = seen[:1].copy()
    blind["observationStartMJD"] = np.floor(data["observationStartMJD"].min())
    blind["fiveSigmaDepth"] = -100.0
    # It would count an event that the survey's end cuts off, over the number of whole ones.
    days = np.ceil(data["observationStartMJD"].max()) - blind["observationStartMJD"][0]
    whole = seen["observationStartMJD"] - blind["observationStartMJD"] < days // FLASH["trans_duration"] * 6.0
    return np.concatenate([blind, seen[whole]])


def main(path):
    data = read(path)
    slicer = slicers.HealpixSlicer(nside=64, use_camera=False, radius=1.75, use_cache=False, verbose=False)
    slicer.setup_slicer(data)
    mjd = data["observationStartMJD"]
    days = np.ceil(mjd.max()) - np.floor(mjd.min())
    each = {
        "full": metrics.CountExplimMetric(),
        "gap_within_night": metrics.IntraNightGapsMetric(),
        "gap_between_nights": metrics.InterNightGapsMetric(),
        "season_length": metrics.SeasonLengthMetric(),
        "parallax_error": metrics.ParallaxMetric(),
        "proper_motion_error": metrics.ProperMotionMetric(),
        "flash": metrics.TransientMetric(**FLASH, **PEAKS,
                                         survey_duration=days / 365.25),
    }  # fmt: skip
    maps = {name: np.full(slicer.nslice, np.nan) for name in each}
    bands = {f"{what}_{b}": np.full(slicer.nslice, np.nan)
             for b in "ugrizy" for what in ("visits", "visit_depth", "coadded_depth")}  # fmt: skip
    coadd = metrics.Coaddm5Metric()
    for i in range(slicer.nslice):
        part = slicer[i]
        seen = np.sort(data[np.sort(np.asarray(part["idxs"], dtype=int))], order="observationStartMJD")
        if not len(seen):
            continue
        for name, metric in each.items():
            value = metric.run(from_the_start(seen, data) if name == "flash" else seen.copy(), part["slice_point"])
            maps[name][i] = np.nan if value == metric.badval else value
        for b in "ugrizy":
            of_band = seen[seen["band"] == b]
            if len(of_band):
                bands[f"visits_{b}"][i] = len(of_band)
                bands[f"visit_depth_{b}"][i] = np.median(of_band["fiveSigmaDepth"])
                bands[f"coadded_depth_{b}"][i] = coadd.run(of_band)
    nested = healpy.ring2nest(64, np.arange(slicer.nslice))
    full = np.nan_to_num(maps.pop("full"))
    wide = np.lexsort((nested, -full))[: int(np.ceil(AREA / healpy.nside2pixarea(64, degrees=True)))]
    seen = ~np.isnan(maps["parallax_error"])
    out = {name: np.nanmedian(m[wide]) for name, m in maps.items() if name != "flash"}
    out["flash"] = np.nanmean(maps["flash"][wide])
    out |= {name: np.nanmedian(m) for name, m in bands.items()}
    values = np.zeros(len(full[seen]), dtype=[("metricdata", float)])
    values["metricdata"] = full[seen]
    out["area_design_visits"] = metrics.FOArea(nside=64, n_visit=DESIGN).run(values)
    nv = metrics.FONv(nside=64, asky=AREA).run(values)
    out["visits_wide_median"], out["visits_wide_min"] = nv["value"]
    changes = [metrics.NChangesMetric().run(data[data["night"] == n]) for n in np.unique(data["night"])]
    out["filter_changes_per_night_mean"] = np.mean(changes)
    if "slewTime" in data.dtype.names:
        out["open_shutter_fraction"] = metrics.OpenShutterFractionMetric().run(data)
    json.dump({k: float(v) for k, v in out.items()}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(make_visits(Path(folder) / "made.db") if sys.argv[1] == "made" else sys.argv[1])
