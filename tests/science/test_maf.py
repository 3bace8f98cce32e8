"""rubin_sim and rubin_scheduler themselves: MAF's figures are still those committed, and their readers open
a database of our columns.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests" / "reference"

READ = """
import json, sys, warnings
from rubin_scheduler.scheduler.utils import SchemaConverter
from rubin_sim.maf.utils import get_sim_data
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    obs = SchemaConverter().opsim2obs(sys.argv[1])
columns = sys.argv[2].split(",")
missing = {str(w.message).split()[1] for w in told if "not found" in str(w.message)}
named = SchemaConverter().convert_dict
assert len({c for c in columns if c in named}) == len(columns), set(columns) - set(named)
data = get_sim_data(sys.argv[1], "night >= 0", columns)
json.dump({"rows": len(obs), "ra": float(obs["RA"][-1]), "mjd": float(obs["mjd"][-1]),
           "note": str(obs["scheduler_note"][0]), "maf_rows": len(data),
           "maf_ra": float(data["fieldRA"][-1]),
           "missing": sorted(missing & {named[c] for c in columns})}, sys.stdout)
"""


@pytest.mark.parametrize("name", ["made_visits", "pointings"])
def test_the_committed_figures_are_mafs_of_today(rubin, shared, name):
    database = "made" if name == "made_visits" else shared / "pointings" / "baseline_10klines_2.0.db"
    made = subprocess.run([rubin, REFERENCE / "make_maf.py", database], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    committed = json.loads((REFERENCE / "maf" / f"{name}.json").read_text())
    assert json.loads(made.stdout) == pytest.approx(committed, rel=1e-9)


@pytest.fixture(scope="module")
def planned(skywright, tmp_path_factory):
    """Visits of our own scheduler, for a month."""
    database = tmp_path_factory.mktemp("plan") / "visits.db"
    skywright("plan", "--nights", 30, "--out", database, "--quiet", timeout=600)
    return database


def test_their_readers_open_our_visits(rubin, planned):
    sys.path.insert(0, str(REFERENCE))
    from visits_database import COLUMNS

    done = subprocess.run([rubin, "-c", READ, planned, ",".join(COLUMNS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["rows"] == read["maf_rows"] > 10000
    assert read["ra"] == pytest.approx(read["maf_ra"] * 3.141592653589793 / 180)
    assert read["note"]
    # The scheduler's own state (flush_by_mjd, extinction_limit ...) is in no database of visits.
    assert read["missing"] == []


def test_maf_judges_our_visits_as_we_do(rubin, skywright, planned):
    made = subprocess.run([rubin, REFERENCE / "make_maf.py", planned], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    ours = skywright("plan", "metrics", planned, "--json", "--quiet", "--set", "wide_area_deg2=5000", "--set",
                     "visits_design=12", "--set", "transient_phases=1").json["metrics"]  # fmt: skip
    for metric, value in json.loads(made.stdout).items():
        if metric == "flash":
            # Ours asks for two detections a quarter of an hour apart, MAF's for two filters at any time.
            assert ours["found_kilonova_200mpc"] <= value * (1 + 1e-6)
        else:
            # Parallax factors belong to the pixel here and to the field there.
            assert ours[metric] == pytest.approx(value, rel=5e-3 if metric == "parallax_error" else 1e-5), metric
