"""`skywright survey`: init, ingest, status, verify, rebuild, with a camera of the user's own."""

import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import time

import numpy as np
import pytest
from astropy.io import fits
from made_orbits import mpcorb_line

CAMERA = """
name = "backyard"
[telescope]
aperture_m = 0.4
focal_length_m = 2.8
[site]
name = "garden"
latitude_deg = -30.0
longitude_deg = -70.75
height_m = 2500.0
[[camera.sensor]]
name = "ccd"
width = 100
height = 80
pixel_um = 9.0
gain = 1.3
read_noise = 8.0
[[band]]
name = "V"
"""


def frame(path, number, seed=None, date="2026-11-23T04:30:00", **cards):
    """A raw frame of the camera, as a small observatory writes it."""
    random = np.random.default_rng(number if seed is None else seed)
    pixels = random.integers(900, 1100, (80, 100)).astype(np.uint16)
    hdu = fits.PrimaryHDU(pixels)
    hdu.header.update(
        {"EXPTIME": 30.0, "DATE-OBS": date, "FILTER": "V", "RA": 150.0, "DEC": -20.0,
         "IMAGETYP": "Light Frame", "AIRMASS": 1.1, **cards}
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    hdu.writeto(path, overwrite=True)
    return path


@pytest.fixture
def survey(skywright, tmp_path):
    camera = tmp_path / "camera.toml"
    camera.write_text(CAMERA)
    folder = tmp_path / "survey"
    skywright("survey", "init", folder, "--instrument", camera, "--name", "garden", "--seed", "7")
    return folder


def files_below(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and "sqlite" not in p.name and p.name != ".writer.lock"
    }


def test_init_makes_a_survey_that_says_what_it_is(skywright, survey):
    status = skywright("survey", "status", survey, "--json").json
    assert status["name"] == "garden"
    assert status["datasets"] == {} and status["incoming"] == 0 and status["failures"] == []
    text = (survey / "survey.toml").read_text()
    assert "seed = 7" in text and "[footprint]" in text
    skywright("survey", "init", survey, expect=2)  # one is there already


def test_init_refuses_what_it_cannot_use(skywright, tmp_path):
    folder = tmp_path / "s"
    skywright("survey", "init", folder, "--instrument", "hubble", expect=2)
    skywright("survey", "init", folder, "--radius", "-1", expect=2)
    skywright("survey", "init", folder, "--set", "colour=3", expect=2)
    assert not (folder / "survey.toml").exists()
    skywright("survey", "status", tmp_path, expect=4)
    skywright("survey", "init", "/proc/nowhere/survey", expect=5)


def test_a_catalog_of_orbits_is_read_before_a_survey_takes_it(skywright, tmp_path):
    lines = [mpcorb_line(f"{number:05d}", (2.2 + 0.1 * number, 0.1, 5.0, 10.0, 20.0, 30.0), 61200.0 + 40 * number, 15.0)
             for number in (1, 2, 3)]  # fmt: skip
    catalog = tmp_path / "MPCORB.DAT.gz"
    catalog.write_bytes(gzip.compress("\r\n".join([*lines[:2], lines[2][:60], lines[2], ""]).encode()))
    survey = tmp_path / "survey"
    camera = tmp_path / "camera.toml"
    camera.write_text(CAMERA)
    empty = tmp_path / "empty.dat"
    empty.write_text("Des'n     H     G   Epoch\n" + "-" * 160 + "\n")
    init = ("survey", "init", survey, "--instrument", camera, "--orbits")
    assert "it holds no orbit" in skywright(*init, empty, expect=4).err
    assert not survey.exists()  # so that the command can be given again
    told = skywright(*init, catalog, "--json").json
    assert told["orbits"] == {"file": "reference/orbits.dat.gz", "orbits": 3, "skipped": 1,
                              "first_epoch_mjd": 61240, "last_epoch_mjd": 61320}  # fmt: skip
    assert (survey / "reference" / "orbits.dat.gz").read_bytes() == catalog.read_bytes()
    # Refused ones leave the catalog that is there; a table takes its place.
    assert "empty.dat" in skywright("survey", "orbits", survey, empty, expect=4).err
    assert "No such file" in skywright("survey", "orbits", survey, tmp_path / "none.dat", expect=4).err
    table = tmp_path / "ours.CSV"
    table.write_text("objId,a,e,inc,Omega,argPeri,meanAnomaly,epoch\nours,2.5,0.1,5,10,20,30,61200\n")
    said = skywright("survey", "orbits", survey, table).out
    assert said == "1 orbits in reference/orbits.csv, elements of MJD 61200, in place of reference/orbits.dat.gz\n"
    assert [f.name for f in (survey / "reference").iterdir()] == ["orbits.csv"]
    assert "line 3: it is shorter than 103 columns" in skywright("survey", "orbits", survey, catalog).out
    assert "survey" in skywright("survey", "orbits", tmp_path, catalog, expect=4).err


def test_ingest_names_frames_by_night_visit_and_detector(skywright, survey, tmp_path):
    # 04:30 UTC in Chile is before that night's noon; 17:30 UTC is after the next.
    early = frame(tmp_path / "light_0001.fits", 1)
    late = frame(tmp_path / "light_0002.fits", 2, date="2026-11-23T17:30:00")
    report = skywright("survey", "ingest", survey, early, late, "--json").json
    assert report["ingested"] == 2
    assert [f["path"] for f in report["files"]] == [
        "raw/20261122/1/0.fits.fz",
        "raw/20261123/2/0.fits.fz",
    ]
    stored = survey / "raw/20261122/1/0.fits.fz"
    assert stored.read_bytes() == early.read_bytes()
    assert early.exists()  # only incoming/ is emptied
    with sqlite3.connect(survey / "registry.sqlite") as registry:
        assert registry.execute("SELECT count(*) FROM dataset WHERE kind='raw'").fetchone() == (2,)


def test_frames_leave_incoming_once_they_are_safe(skywright, survey):
    path = frame(survey / "incoming" / "light_0001.fits", 1)
    content = path.read_bytes()
    skywright("survey", "ingest", survey, path)
    assert not path.exists()
    assert (survey / "raw/20261122/1/0.fits.fz").read_bytes() == content
    assert skywright("survey", "status", survey, "--json").json["datasets"] == {"raw": 1}


def test_the_same_frame_again_is_a_duplicate(skywright, survey, tmp_path):
    path = frame(tmp_path / "light_0001.fits", 1)
    skywright("survey", "ingest", survey, path)
    before = files_below(survey)
    assert skywright("survey", "ingest", survey, path, "--json").json["duplicate"] == 1
    assert files_below(survey) == before


def test_another_frame_for_the_same_visit_is_refused_and_nothing_lost(skywright, survey, tmp_path):
    skywright("survey", "ingest", survey, frame(tmp_path / "light_0001.fits", 1))
    other = frame(survey / "incoming" / "light_0001.fits", 1, seed=99)
    before = files_below(survey)
    result = skywright("survey", "ingest", survey, other, expect=4)
    assert "another frame for visit 1" in result.err
    after = files_below(survey)
    failures = after.pop("failures.json")
    assert after == before and b"another frame" in failures
    (failed,) = skywright("survey", "status", survey, "--json").json["failures"]
    assert failed["unit"] == "ingest light_0001.fits" and failed["code"] == 4


def test_a_bad_frame_does_not_stop_good_ones(skywright, survey, tmp_path):
    good = frame(tmp_path / "light_0001.fits", 1)
    cut = tmp_path / "light_0002.fits"
    cut.write_bytes(good.read_bytes()[:-9000])
    empty = tmp_path / "light_0003.fits"
    empty.write_bytes(b"")
    text = tmp_path / "light_0004.fits"
    text.write_text("not FITS at all")
    small = tmp_path / "light_0005.fits"
    fits.PrimaryHDU(np.zeros((8, 10), np.int16)).writeto(small)
    nameless = frame(tmp_path / "light.fits", 6)
    bad = [cut, empty, text, small, nameless, tmp_path / "light_0007.fits"]
    report = skywright("survey", "ingest", survey, *bad[:3], good, *bad[3:], "--json", expect=3).json
    assert (report["ingested"], report["refused"]) == (1, 6)
    assert all(f["message"] for f in report["files"] if f["outcome"] == "refused")
    skywright("survey", "ingest", survey, *bad, expect=4)
    assert set(files_below(survey / "raw")) == {"20261122/1/0.fits.fz", "20261122/1/0.fits.fz.json"}


def test_a_failure_is_forgotten_once_it_is_done(skywright, survey, tmp_path):
    path = tmp_path / "light_0001.fits"
    path.write_bytes(b"")
    skywright("survey", "ingest", survey, path, expect=4)
    assert len(skywright("survey", "status", survey, "--json").json["failures"]) == 1
    skywright("survey", "ingest", survey, frame(path, 1))
    assert skywright("survey", "status", survey, "--json").json["failures"] == []


def test_verify_finds_what_changed(skywright, survey, tmp_path):
    frames = [frame(tmp_path / f"light_{i:04d}.fits", i) for i in range(1, 5)]
    skywright("survey", "ingest", survey, *frames)
    assert skywright("survey", "verify", survey, "--json").json == {"datasets": 4, "damages": []}
    changed = survey / "raw/20261122/2/0.fits.fz"
    content = bytearray(changed.read_bytes())
    content[5000] ^= 1
    changed.write_bytes(content)
    (survey / "raw/20261122/3/0.fits.fz").unlink()
    damages = skywright("survey", "verify", survey, "--json", expect=4).json["damages"]
    assert len(damages) == 2
    assert "checksum" in damages[0]["problem"] and "missing" in damages[1]["problem"]


def test_the_registry_is_rebuilt_from_the_files(skywright, survey, tmp_path):
    frames = [frame(tmp_path / f"light_{i:04d}.fits", i) for i in range(1, 5)]
    skywright("survey", "ingest", survey, *frames)
    before = skywright("survey", "status", survey, "--json").json
    for path in survey.glob("registry.sqlite*"):
        path.unlink()
    assert skywright("survey", "rebuild", survey, "--json").json == {"datasets": 4}
    assert skywright("survey", "status", survey, "--json").json == before


def test_a_kill_at_any_moment_loses_and_breaks_nothing(program, skywright, survey):
    """Ingest is killed again and again; in the end every frame is there, whole and once."""
    contents = {
        i: frame(survey / "incoming" / f"light_{i:04d}.fits", i).read_bytes() for i in range(1, 61)
    }
    for attempt in range(12):
        waiting = sorted((survey / "incoming").glob("*.fits"))
        if not waiting:
            break
        process = subprocess.Popen(
            [program, "survey", "ingest", survey, *waiting, "--quiet"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.01 + 0.006 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        # At every moment each frame is in incoming/ or under its raw name, whole.
        for i, content in contents.items():
            places = [survey / "incoming" / f"light_{i:04d}.fits",
                      survey / f"raw/20261122/{i}/0.fits.fz"]  # fmt: skip
            found = [p.read_bytes() for p in places if p.exists()]
            assert found and all(f == content for f in found)
    waiting = sorted((survey / "incoming").glob("*.fits"))
    if waiting:
        skywright("survey", "ingest", survey, *waiting)
    assert skywright("survey", "verify", survey, "--json").json == {"datasets": 60, "damages": []}
    assert skywright("survey", "status", survey, "--json").json["datasets"] == {"raw": 60}
    expected = {f"20261122/{i}/0.fits.fz{end}" for i in contents for end in ("", ".json")}
    left = {str(p.relative_to(survey / "raw")) for p in (survey / "raw").rglob("*") if p.is_file()}
    # A kill may leave a hidden temporary name; nothing that passes for a frame.
    assert {name for name in left if not name.split("/")[-1].startswith(".")} == expected


def test_a_full_disk_is_code_5_and_leaves_nothing_partial(skywright, program, survey, tmp_path):
    big = tmp_path / "light_0001.fits"
    frame(big, 1)
    with open(big, "ab") as file:
        file.write(b"\0" * 2880 * 200)  # trailing blocks, past the limit below
    shutil.copy(big, tmp_path / "copy.fits")
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 200; exec {program} survey ingest {survey} {big}"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert not (survey / "raw/20261122/1/0.fits.fz").exists()
    assert not [p for p in (survey / "raw").rglob("*") if p.is_file()]


def test_two_writers_do_not_meet(skywright, survey, tmp_path):
    import fcntl

    with open(survey / ".writer.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = frame(tmp_path / "light_0001.fits", 1)
        assert "another process" in skywright("survey", "ingest", survey, path, expect=5).err
        skywright("survey", "status", survey)  # readers go on
    skywright("survey", "ingest", survey, path)
