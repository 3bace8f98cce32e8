"""A night with asteroids on known orbits, some of which the survey's catalog lacks: who is named, with what in the
packet, what is kept for linking, and the file for the Minor Planet Center by its own validator."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import fastavro
import numpy as np
import pyarrow.parquet as pq
import pytest
from made_orbits import bodies_at, mpcorb_line, table_text
from small_survey import CLOCK, DEC, MJD, RA, make_small_survey
from survey_content import content, differences

EPOCH = 61420.0  # 2027-01-13, the night's day
KNOWN, UNKNOWN = 14, 4


def designation(row):
    return f"2024 AB{row + 1}", f"K24A{(row + 1) // 10}{(row + 1) % 10}B"


@pytest.fixture(scope="module")
def night(skywright, tmp_path_factory):
    """The survey after its night, its frames' folder and its copy before it."""
    root = tmp_path_factory.mktemp("moving")
    rng = np.random.default_rng(7)
    rows = bodies_at(RA, DEC, MJD + 0.02, KNOWN + UNKNOWN, rng, spread=0.010)
    magnitudes = rng.uniform(16.0, 18.0, len(rows))
    orbits = root / "true_orbits.csv"
    # Elements for the middle of the night, two bodies: what the simulator does.
    orbits.write_text(table_text(rows, MJD + 0.02, magnitudes))
    small = make_small_survey(skywright, root, visits=3, arriving=("--orbits", orbits))
    # The survey's catalog: MPCORB's few digits at its own epoch, 0.1 arcsec off along the orbit, another order, and
    # bodies elsewhere.
    lines = []
    for row in range(KNOWN):
        a, e, i, node, argument, mean = rows[row]
        mean = (mean + np.degrees(0.01720209895 / a**1.5) * (EPOCH - MJD - 0.02) + rng.normal(0, 0.1) / 3600) % 360
        lines.append(mpcorb_line(designation(row)[1], (a, e, i, node, argument, mean), EPOCH, magnitudes[row]))
    for k in range(500):
        elsewhere = (rng.uniform(2.1, 3.3), rng.uniform(0, 0.3), rng.uniform(0, 20), *rng.uniform(0, 360, 3))
        lines.append(mpcorb_line(f"{10000 + k}", elsewhere, EPOCH, 18.0))
    rng.shuffle(lines)
    preface = "MINOR PLANET CENTER ORBIT DATABASE (MPCORB)\n\n" + "-" * 160 + "\n"
    (small.folder / "reference" / "orbits.dat").write_text(preface + "\n".join(lines) + "\nbroken line\n")
    before = small.copy(root / "before")
    small.arrive(before)
    done = small.copy(root / "done")
    small.arrive(done)
    skywright("night", done, "--clock", CLOCK, "--jobs", 2)
    return done, root / "arriving", before


def separation(a, b):
    return np.hypot((a[0] - b[0]) * np.cos(np.radians(DEC)), a[1] - b[1]) * 3600


def movers(folder):
    """(visit, row of the orbits, ra, dec, SNR) of the simulated bodies on the detector, off its edges."""
    for visit in (2001, 2002, 2003):
        t = pq.read_table(folder / "truth" / f"{visit}_ccd.parquet").to_pylist()
        for o in t:
            if o["id"] >> 56 == 7 and 20 < o["x"] < 580 and 20 < o["y"] < 480:
                yield visit, o["id"] & 0xFFFFFF, o["ra"], o["dec"], o["diffSnr"]


def products(survey):
    (folder,) = [f for f in (survey / "catalog" / "moving").iterdir() if f.is_dir()]
    return folder


def test_known_bodies_are_named_and_rightly(night):
    survey, frames, _ = night
    truth = list(movers(frames))
    named = pq.read_table(products(survey) / "ss_source.parquet").to_pylist()
    sources = {s["diaSourceId"]: s for s in all_sources(survey)}
    place = {n["diaSourceId"]: (sources[n["diaSourceId"]]["ra"], sources[n["diaSourceId"]]["dec"]) for n in named}
    for n in named:
        # The body that is really there: none of those that the catalog lacks, none that is elsewhere.
        near = [row for visit, row, ra, dec, _ in truth
                if visit == n["visit"] and separation(place[n["diaSourceId"]], (ra, dec)) < 1.0]
        assert n["designation"] in [designation(row)[0] for row in near if row < KNOWN], n
        assert n["ephOffset"] < 1.5
    detected = [t for t in truth if t[1] < KNOWN and any(
        s["visit"] == t[0] and separation((s["ra"], s["dec"]), t[2:4]) < 0.3 and not s["isNegative"]
        for s in sources.values())]
    found = [t for t in detected
             if any(n["visit"] == t[0] and n["designation"] == designation(t[1])[0] for n in named)]
    assert len(detected) >= 30
    # One may be blended with another body, which takes the source.
    assert len(found) >= len(detected) - 1, f"{len(found)} of {len(detected)}"


def all_sources(survey):
    for path in sorted((survey / "catalog" / "dia_source").rglob("*.parquet")):
        yield from pq.read_table(path).to_pylist()


def test_unknown_bodies_are_kept_for_linking(night):
    survey, frames, _ = night
    loose = pq.read_table(products(survey) / "unattributed.parquet").to_pylist()
    named = {n["diaSourceId"] for n in pq.read_table(products(survey) / "ss_source.parquet").to_pylist()}
    assert not named & {s["diaSourceId"] for s in loose}
    bright = [t for t in movers(frames) if t[1] >= KNOWN and t[4] > 10]
    kept = [t for t in bright
            if any(s["visit"] == t[0] and separation((s["ra"], s["dec"]), t[2:4]) < 1.0 for s in loose)]
    assert len(bright) >= 9
    assert len(kept) >= len(bright) - 2  # a body may stand on a bright star
    # A supernova that shone in each visit stood still: it is no candidate.
    seen = [(s["ra"], s["dec"]) for s in all_sources(survey)]
    for s in loose:
        assert sum(separation((s["ra"], s["dec"]), other) < 0.3 for other in seen) == 1


def test_packets_tell_body_and_orbit(night):
    survey, _, _ = night
    named = {n["diaSourceId"]: n for n in pq.read_table(products(survey) / "ss_source.parquet").to_pylist()}
    told = 0
    for path in sorted((survey / "alerts").rglob("*.avro")):
        for p in fastavro.reader(open(path, "rb")):
            n = named.get(p["diaSourceId"])
            if n is None:
                assert p["ssSource"] is None and p["mpc_orbits"] is None and p["diaSource"]["ssObjectId"] is None
                continue
            told += 1
            assert p["diaObject"] is None and p["diaSource"]["ssObjectId"] == n["ssObjectId"]
            s, orbit = p["ssSource"], p["mpc_orbits"]
            assert s["designation"] == orbit["designation"] == n["designation"]
            offset = separation((p["diaSource"]["ra"], p["diaSource"]["dec"]), (s["ephRa"], s["ephDec"]))
            assert s["ephOffset"] == pytest.approx(offset, abs=0.002)
            r, d = (np.linalg.norm([s[f"{k}_{axis}"] for axis in "xyz"]) for k in ("helio", "topo"))
            assert r == pytest.approx(s["helioRange"], rel=1e-6) and d == pytest.approx(s["topoRange"], rel=1e-6)
            # Sun, body and observer: the cosine rule gives the phase angle; the Earth is 0.98 au from the Sun then.
            cosine = (r * r + d * d - 0.9836**2) / (2 * r * d)
            assert np.degrees(np.arccos(cosine)) == pytest.approx(s["phaseAngle"], abs=0.2)
            assert orbit["epoch_mjd"] == pytest.approx(EPOCH, abs=1e-4) and 0 < orbit["q"] < r + 0.01
            assert s["ephVmag"] == pytest.approx(31.4 - 2.5 * np.log10(p["diaSource"]["psfFlux"]), abs=1.0)
    assert told == len(named) > 0


def test_the_database_counts_sightings(night):
    survey, _, _ = night
    named = pq.read_table(products(survey) / "ss_source.parquet").to_pandas()
    objects = pq.read_table(survey / "catalog" / "moving" / "ss_object.parquet").to_pandas().set_index("ssObjectId")
    counts = named.groupby("ssObjectId").midpointMjdTai.agg(["count", "min", "max"])
    assert set(objects.index) == set(counts.index)
    assert (objects.nObs.sort_index() == counts["count"].sort_index()).all()
    np.testing.assert_allclose(objects.arc.sort_index(), (counts["max"] - counts["min"]).sort_index(), atol=1e-9)
    assert objects.tisserand_J.between(2.5, 5).all()


def test_the_minor_planet_centers_validator_accepts_the_file(night, tmp_path):
    survey, _, _ = night
    psv, xml = products(survey) / "ades.psv", tmp_path / "ades.xml"
    scripts = Path(sys.executable).parent
    subprocess.run([scripts / "psvtoxml.py", psv, xml], check=True, timeout=60)
    said = subprocess.run([scripts / "valsubmit.py", xml], check=True, capture_output=True, text=True, timeout=60)
    assert "submit is OK" in said.stdout + said.stderr
    rows = [line for line in psv.read_text().splitlines() if not line.startswith(("#", "!"))]
    header = [c.strip() for c in rows[0].split("|")]
    table = [dict(zip(header, (c.strip() for c in row.split("|")), strict=True)) for row in rows[1:]]
    named = pq.read_table(products(survey) / "ss_source.parquet").to_pylist()
    assert sorted(r["provID"] for r in table) == sorted(n["designation"] for n in named)
    assert all(r["stn"] == "XXX" and r["mode"] == "CCD" and r["band"] == "r" and r["astCat"] == "UNK" for r in table)
    # The validator is known to refuse: a declination beyond the pole.
    broken = tmp_path / "broken.xml"
    broken.write_text(xml.read_text().replace(f"<dec>{table[0]['dec']}<", "<dec>-95.0<"))
    said = subprocess.run([scripts / "valsubmit.py", broken], capture_output=True, text=True, timeout=60)
    assert "submit is OK" not in said.stdout + said.stderr


def test_a_night_that_follows_has_the_orbits_ready_before_a_frame_lands(program, skywright, night, tmp_path):
    done, frames, before = night
    log, survey = tmp_path / "log", shutil.copytree(before, tmp_path / "survey")
    settings = (survey / "survey.toml").read_text()
    assert settings.count("\ndetectors = 0") == 1  # a visit ends with its one detector
    (survey / "survey.toml").write_text(settings.replace("\ndetectors = 0", "\ndetectors = 1"))
    arrived = [shutil.move(frame, tmp_path) for frame in sorted((survey / "incoming").iterdir())]
    process = subprocess.Popen([program, "night", survey, "--follow", "--until-idle", "2.5", "--clock", str(MJD + 0.02),
                                "--log", log, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    until = time.monotonic() + 60
    while not (log.exists() and '"ready"' in log.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    for frame in arrived:
        shutil.move(frame, survey / "incoming")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    events = [json.loads(line) for line in log.read_text().splitlines()]
    # Once, before it is ready; neither the visits nor the idle seconds after them carry them again.
    assert [e["event"] for e in events[:3]] == ["started", "orbits_carried", "ready"]
    assert sum(e["event"] == "orbits_carried" for e in events) == 1
    assert (events[1]["bodies"], events[1]["lines_skipped"], events[1]["unperturbed"]) == (KNOWN + 500, 1, 0)
    assert any("1 lines are no orbit" in w and "line 518: it is shorter" in w for w in json.loads(out)["warnings"])
    assert (products(survey) / "ss_source.parquet").read_bytes() == (products(done) / "ss_source.parquet").read_bytes()


def test_threads_change_nothing_and_another_catalog_does(skywright, night, tmp_path):
    done, _, before = night
    skywright("night", before, "--clock", CLOCK, "--jobs", 1)
    assert differences(content(done), content(before)) == []
    (before / "reference" / "orbits.dat").unlink()
    skywright("night", before, "--clock", CLOCK)
    assert not (products(before) / "ss_source.parquet").exists()
    assert not (before / "catalog" / "moving" / "ss_object.parquet").exists()
    status = skywright("survey", "status", before, "--json").json
    assert status["prompt"]["SSSource"] == 0 and status["prompt"]["SSObject"] == 0
