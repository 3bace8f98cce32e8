"""Our visits have the columns, types and units that rubin_sim and rubin_scheduler read.

The short form of tests/science/test_maf.py, which has their own readers open a database and needs their packages:
here the columns are a list (tests/reference/observations_schema.csv says whence), and the check is shown to bite.
"""

import csv
import shutil
import sqlite3
from pathlib import Path

import pytest

SCHEMA = Path(__file__).resolve().parents[1] / "reference" / "observations_schema.csv"
ROWS = list(csv.DictReader(line for line in SCHEMA.open() if not line.startswith("#")))
STORED = {"integer": {"integer"}, "real": {"real", "integer"}, "text": {"text"}}


def faults(database):
    """What is wrong with a database of visits, a line each."""
    found = []
    with sqlite3.connect(database) as db:
        declared = {name: kind.lower() for _, name, kind, *_ in db.execute("PRAGMA table_info(observations)")}
        for row in ROWS:
            name = row["column"]
            if name not in declared:
                found.append(f"{name} is missing")
                continue
            if declared[name] != row["type"]:
                found.append(f"{name} is declared {declared[name]}, not {row['type']}")
            stored = {kind for (kind,) in db.execute(f'SELECT DISTINCT typeof("{name}") FROM observations')}
            if not stored <= STORED[row["type"]]:
                found.append(f"{name} holds {stored}, not {row['type']}")
                continue
            if not row["high"]:
                continue
            low, high = db.execute(f'SELECT MIN("{name}"), MAX("{name}") FROM observations').fetchone()
            if low < float(row["low"]) or high > float(row["high"]):
                found.append(f"{name} is {low} to {high}, not {row['low']} to {row['high']} {row['unit']}")
            # Radians reach 6.3 at most, hours 24: over two nights every angle goes further.
            if row["unit"] == "deg" and max(abs(low), abs(high)) < (24.1 if "LST" in name else 6.3):
                found.append(f"{name} is {low} to {high}: radians or hours, not degrees")
        if db.execute("SELECT COUNT(DISTINCT observationId) - COUNT(*) FROM observations").fetchone() != (0,):
            found.append("observationId is not unique")
        bands = {band for (band,) in db.execute("SELECT DISTINCT band FROM observations")} if "band" in declared else set()
        if not bands <= set("ugrizy"):
            found.append("band is none of u g r i z y")
    return found


@pytest.fixture(scope="module")
def visits(skywright, tmp_path_factory):
    database = tmp_path_factory.mktemp("plan") / "visits.db"
    skywright("plan", "--nights", 3, "--seed", 2, "--out", database)
    return database


def test_our_visits_are_as_their_readers_want_them(visits):
    assert len(ROWS) == 39
    assert faults(visits) == []


@pytest.mark.parametrize("column", [row["column"] for row in ROWS if row["column"] != "observationId"])
def test_a_missing_column_is_found(visits, tmp_path, column):
    planted = shutil.copy(visits, tmp_path / "planted.db")
    with sqlite3.connect(planted) as db:
        db.execute(f'ALTER TABLE observations DROP COLUMN "{column}"')
    assert f"{column} is missing" in faults(planted)


@pytest.mark.parametrize("change, fault", [
    ("fieldRA = radians(fieldRA)", "fieldRA"), ("observationStartLST = observationStartLST / 15", "observationStartLST"),
    ("moonPhase = moonPhase * 100", "moonPhase"), ("seeingFwhmEff = seeingFwhmEff / 3600", "seeingFwhmEff"),
    ("observationStartMJD = observationStartMJD + 2400000.5", "observationStartMJD"),
    ("airmass = 'low'", "airmass"), ("night = night + 0.5", "night"), ("band = 'R'", "band"),
])  # fmt: skip
def test_another_unit_or_type_is_found(visits, tmp_path, change, fault):
    planted = shutil.copy(visits, tmp_path / "planted.db")
    with sqlite3.connect(planted) as db:
        db.create_function("radians", 1, lambda v: v * 3.141592653589793 / 180)
        db.execute(f"UPDATE observations SET {change}")
    assert any(line.startswith(fault) for line in faults(planted))
