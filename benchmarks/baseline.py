"""Every figure of docs/guides/baseline.md: ten years of lsst-baseline-2022 beside the published baseline_v2.0.

    build/venv/bin/python benchmarks/baseline.py --out DIR [--years 10] [--seeds 1,2] [--pointings FILE]

Plans the survey with each seed (`skywright plan`, one thread; what is there already is taken), then prints what planning
cost, the table of `plan compare --published`, what a second seed changes, the tails of slew times beside the published
first nights, where coverage falls, and how bright those nights' sky was under the Moon by their own depths.
"""

import argparse
import resource
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from astropy_healpix import HEALPix
from scipy.spatial import cKDTree

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "reference"))
from fit_depth import INSTRUMENT, PUBLISHED, exposures_of, sky_free_depth  # noqa: E402
from harness import PROGRAM  # noqa: E402

POINTINGS = ROOT.parent / "shared" / "data" / "pointings" / "baseline_10klines_2.0.db"
RADIUS_DEG = 1.7437  # a circle as large as the camera's silicon
FIELD_DEG2 = np.pi * RADIUS_DEG**2
BEST_DEG2 = 18000
PUBLISHED_VISITS, PUBLISHED_MEDIAN = 2084626, 837  # of baseline_v2.0: all, and per place of the best 18,000 deg2


def skywright(*arguments):
    return subprocess.run([str(a) for a in (PROGRAM, *arguments)], check=True, capture_output=True, text=True).stdout


def planned(out, years, seed):
    """The database, and the processor seconds that it took; none where it was there."""
    database = out / f"visits-{seed}.db"
    if database.exists():
        return database, None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    skywright("plan", "--strategy", "lsst-baseline-2022", "--years", years, "--seed", seed, "--jobs", 1, "--quiet",
              "--out", database)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return database, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def columns(database, names):
    with sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True) as db:
        rows = db.execute(f"SELECT {', '.join(names)} FROM observations ORDER BY observationStartMJD").fetchall()
    return [np.array(column) for column in zip(*rows)]


def slews(database, nights):
    """Seconds between a visit's end and the next one's start in the same filter, of the first nights."""
    start, visit, band = columns(database, ["observationStartMJD", "visitTime", "filter"])
    night = np.floor(start - start[0] + 0.5)
    first = np.isin(night, np.unique(night)[:nights])
    gap = (start[1:] - start[:-1]) * 86400 - visit[:-1]
    # Longer pauses are waiting, not slewing.
    within = first[1:] & (night[1:] == night[:-1]) & (band[1:] == band[:-1]) & (gap < 160)
    return gap[within]


def print_slews(ours, theirs):
    nights = len(np.unique(np.floor(columns(theirs, ["observationStartMJD"])[0])))
    print(f"\nSlews within a filter, first {nights} nights [s]{'median':>17}{'mean':>8}{'90 %':>8}{'99 %':>8}")
    for name, database in (("ours", ours), ("published", theirs)):
        gap = slews(database, nights)
        print(f"  {name:<54}" + "".join(f"{v:8.2f}" for v in (np.median(gap), gap.mean(), *np.percentile(gap, [90, 99]))))


def print_coverage(database):
    """Visits times area, by place: HEALPix pixels of 0.2 deg2 whose centre a field covers."""
    ra, dec = np.radians(columns(database, ["fieldRA", "fieldDec"]))
    sky = HEALPix(nside=128, order="nested")
    lon, lat = sky.healpix_to_lonlat(np.arange(sky.npix))
    def vectors(lon, lat):
        return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])

    fields = cKDTree(vectors(ra, dec))
    centres = vectors(lon.rad, lat.rad)
    count = fields.query_ball_point(centres, 2 * np.sin(np.radians(RADIUS_DEG) / 2), return_length=True)
    count = np.sort(count)[::-1]
    area = 4 * np.pi * np.degrees(1) ** 2 / sky.npix
    best = count[: int(BEST_DEG2 / area)]
    share, median = best.sum() / count.sum(), np.median(best)
    print(f"\nCoverage: {100 * share:.1f} % of visits times area falls on the best {BEST_DEG2:,} deg2, median {median:.0f}"
          f" visits there; as even there, the published median {PUBLISHED_MEDIAN} leaves room for"
          f" {100 * share * PUBLISHED_MEDIAN / median * len(ra) / PUBLISHED_VISITS:.1f} %")  # fmt: skip


def print_moonlight(ours, theirs, out):
    """Of the published nights, their sky by their depths less ours, and what it does to depth."""
    bands = {b["name"]: b for b in tomllib.loads(INSTRUMENT.read_text())["band"]}
    table = out / "skies.parquet"
    skywright("nightsky", "--visits", theirs, "--instrument", "lsst-2022", "--out", table)
    model = {k: np.array(v) for k, v in pq.read_table(table).to_pydict().items()}
    ids, seeing, depth, visit, seconds = columns(theirs, ["observationId", "seeingFwhmEff", "fiveSigmaDepth",
                                                          "visitTime", "visitExposureTime"])  # fmt: skip
    assert np.array_equal(ids, model["observationId"])
    exposures = exposures_of(visit, seconds)
    night = model["sunAlt"] < -18
    conditions = {
        "dark": night & (model["moonAlt"] < -3),
        "moonlit": night & (model["moonAlt"] > 5),
        "lit > 80 %": night & (model["moonAlt"] > 5) & (model["moonIllumination"] > 0.8),
        "twilight": ~night,
    }
    print(f"\nSky of the published nights: ours less theirs, medians [mag]{'':3}" + "".join(f"{c:>12}" for c in conditions))
    for b in "ugrizy":
        cells = ""
        for rows in conditions.values():
            i = np.flatnonzero((model["band"] == b) & rows)
            if len(i) < 20:
                cells += f"{'-':>12}"
                continue
            sky = np.full(len(i), bands[b]["dark_sky"])
            for _ in range(80):
                sky += 1.5 * (depth[i] - PUBLISHED[b] - sky_free_depth(bands[b], sky, seeing[i], seconds[i], exposures[i],
                                                                       model["airmass"][i]))  # fmt: skip
            cells += f"{np.median(model['skyBrightness'][i] - sky):+12.2f}"
        print(f"  {b:<59}{cells}")
    band, moon, sun = columns(ours, ["band", "moonAlt", "sunAlt"])
    shares = ", ".join(f"{b} {100 * np.mean(moon[band == b] > 0):.0f} %" for b in "ugrizy")
    print(f"  our visits with the Moon up: {shares}; in twilight: "
          + ", ".join(f"{b} {100 * np.mean(sun[band == b] > -18):.0f} %" for b in "ugrizy"))  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--years", type=float, default=10)
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--pointings", type=Path, default=POINTINGS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    totals = {}
    databases = []
    for seed in options.seeds.split(","):
        database, cpu = planned(options.out, options.years, seed)
        databases.append(database)
        (visits, nights), = sqlite3.connect(database).execute("SELECT COUNT(*), COUNT(DISTINCT night) FROM observations")
        totals[seed] = visits, nights
        cost = "was there" if cpu is None else f"{cpu:.0f} s of processor time, {visits / cpu:,.0f} visits a second"
        print(f"seed {seed}: {visits:,} visits in {nights:,} nights; {cost}", flush=True)
    first = next(iter(totals.values()))
    for seed, (visits, nights) in list(totals.items())[1:]:
        print(f"seed {seed} less seed {options.seeds.split(',')[0]}: visits {100 * (visits / first[0] - 1):+.1f} %, nights "
              f"{100 * (nights / first[1] - 1):+.1f} %; beside the published, visits {100 * (visits / PUBLISHED_VISITS - 1):+.1f} %")  # fmt: skip
    print()
    print(skywright("plan", "compare", databases[0], "--published", "baseline_v2.0", "--set",
                    f"field_radius_deg={RADIUS_DEG}", "--quiet"))  # fmt: skip
    print_coverage(databases[0])
    if not options.pointings.exists():
        print(f"{options.pointings} is not there: nothing beside the published nights", file=sys.stderr)
        return
    print_slews(databases[0], options.pointings)
    print_moonlight(databases[0], options.pointings, options.out)


if __name__ == "__main__":
    main()
