"""`skywright night` on a survey of a small camera: its products by other programs' eyes, the same bytes
however it runs, kills, stops, and bad frames among the good. Changed settings: test_night_settings.py."""

import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import time

import astropy_healpix
import fastavro
import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy import units
from astropy.io import fits
from astropy.wcs import WCS
from mock_kafka import MockKafka
from small_survey import CLOCK, DEC, RA, make_small_survey
from survey_content import content, differences, temporaries


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"))


@pytest.fixture(scope="module")
def night(skywright, small, tmp_path_factory):
    """A survey whose night is done, by two threads, and what it said."""
    survey = small.copy(tmp_path_factory.mktemp("done") / "survey")
    small.arrive(survey)
    report = skywright("night", survey, "--clock", CLOCK, "--jobs", 2, "--json").json
    return survey, report


@pytest.fixture(scope="module")
def whole(night):
    return content(night[0])


@pytest.fixture
def fresh(small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    small.arrive(survey)
    return survey


def packets(survey):
    for path in sorted((survey / "alerts").rglob("*.avro")):
        with open(path, "rb") as file:
            yield from fastavro.reader(file)


def packets_of(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


def start(program, survey, *args):
    return subprocess.Popen(
        [program, "night", survey, "--clock", CLOCK, *args],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


# ---- products, by other programs' eyes


def test_every_frame_is_done(night, small):
    survey, report = night
    assert report["visits"] == len(small.frames) and report["ingested"] == len(small.frames)
    assert list((survey / "incoming").iterdir()) == []
    assert all(e["code"] == 0 for e in report["exposures"])


def test_capacity_counts_what_the_night_left(night, skywright, tmp_path):
    """Bytes by the file system, seconds by the report, both scaled to 189 detectors."""
    survey, report = night
    (tmp_path / "night.json").write_text(json.dumps(report))
    plan = skywright("survey", "capacity", survey, tmp_path / "night.json", "--json").json
    measured = {m["name"]: m["value"] for m in plan["measured"]}
    pixels = 600 * 500 * len(report["exposures"])

    def size(folder, end):
        return sum(p.stat().st_size for p in (survey / folder).rglob("*" + end))

    clean = size("visit", ".fits")
    different = size("difference", ".fits") - size("difference", ".stamps.fits")
    assert measured["raw frame"] == pytest.approx(size("raw", ".fits.fz") / pixels)
    assert measured["clean image"] == pytest.approx(clean / pixels)
    assert measured["difference image"] == pytest.approx(different / pixels)
    assert measured["alert packet"] == pytest.approx(size("alerts", ".avro") / report["dia_sources"])
    database = (survey / "prompt.sqlite").stat().st_size / report["dia_sources"]
    assert measured["prompt database, a difference source with its history"] == pytest.approx(database)
    seconds = [sum(e["cpu_seconds"].values()) / 0.3 for e in report["exposures"]]
    assert measured["one core, raw to alerts"] == pytest.approx(np.median(seconds))
    lines = {(line["group"], line["quantity"]): line["value"] for line in plan["lines"]}
    of_a_visit = (clean + different) / pixels * plan["pixels"]
    assert plan["detectors"] == 189
    assert lines["a full night, one copy", "clean and difference images"] == pytest.approx(
        of_a_visit * 1158 / 1e12
    )
    assert all(a["source"] for a in plan["asked"])
    text = skywright("survey", "capacity", survey, tmp_path / "night.json", "--demand", "small-survey",
                     "--set", "copies.value=3", "--set", "copies.source=three places").out  # fmt: skip
    assert "three places" in text and "10k" not in text


@pytest.mark.parametrize(
    ("report", "says"),
    [("{}", "not the report of a night"), ('{"exposures": []}', "completed no exposure"),
     ('{"exposures": [{"code": 0, "visit": 1}]}', "lacks what a night reports"),
     ('{"exposures": [{"code": 0, "visit": 1, "detector": 0, "dia_sources": 1, "seconds": {"a": 1}}]}',
      "holds nothing of this night")],
)  # fmt: skip
def test_capacity_wants_the_report_of_this_night(night, skywright, tmp_path, report, says):
    (tmp_path / "night.json").write_text(report)
    done = skywright("survey", "capacity", night[0], tmp_path / "night.json", expect=4)
    assert says in done.err


def test_filters_have_streams_of_their_own(skywright, night, fresh, tmp_path):
    """As the night runs by an option, afterwards by the survey's folder: the same packets."""
    kafka = MockKafka()
    whole = tmp_path / "strong.filter"
    whole.write_text("diaSource.snr > 15  # strong\n")
    done = tmp_path / "done"
    shutil.copytree(night[0], done)
    (done / "filters").mkdir()
    shutil.copy(whole, done / "filters")
    reports = [
        skywright(
            "night", fresh, "--clock", CLOCK, "--filter", whole, "--alerts-to",
            f"kafka://{kafka.address}/live", "--json",
        ).json,
        skywright("night", done, "--clock", CLOCK, "--json").json,
    ]
    expected = sorted(p["diaSourceId"] for p in packets(done) if p["diaSource"]["snr"] > 15)
    total = sum(1 for _ in packets(done))
    assert 0 < len(expected) < total
    assert reports[0]["sent"]["acknowledged"] == total
    live = [int(key) for key, _ in kafka.messages("live", total)]
    assert sorted(live) == sorted(p["diaSourceId"] for p in packets(done))
    trees = []
    for survey, report in zip([fresh, done], reports, strict=True):
        assert report["streams"]["strong"] == {"seen": total, "kept": len(expected)}
        files = sorted((survey / "streams" / "strong").rglob("*.avro"))
        assert len(files) == len(list((survey / "alerts").rglob("*.avro")))
        picked = [p for path in files for p in fastavro.reader(open(path, "rb"))]
        assert sorted(p["diaSourceId"] for p in picked) == expected
        trees.append({path.relative_to(survey): path.read_bytes() for path in files})
    assert trees[0] == trees[1]
    again = skywright("night", done, "--clock", CLOCK, "--json").json
    assert again["streams"]["strong"]["seen"] == 0
    whole.write_text("diaSource.sn > 15")
    bad = skywright("night", done, "--filter", whole, "--clock", CLOCK, expect=2)
    assert "second filter of the name strong" in bad.err or "diaSource.snr?" in bad.err


def test_a_night_keeps_what_a_broker_does_not_take(skywright, night, tmp_path):
    """Broker away: the night is whole, its state clear. Broker back: every alert once, then none."""
    survey, kafka = tmp_path / "survey", MockKafka()
    shutil.copytree(night[0], survey)
    away = "kafka://127.0.0.1:1/alerts"  # no broker listens there
    first = skywright(
        "night", survey, "--clock", CLOCK, "--alerts-to", away, "--alerts-wait", "1.5", "--json", expect=6
    ).json
    ids = [p["diaSourceId"] for p in packets(survey)]
    assert len(ids) > 20 and first["sent"]["waiting"] == len(ids) and first["sent"]["acknowledged"] == 0
    assert first["code"] == 6 and all(e["code"] == 0 for e in first["exposures"])
    assert "not acknowledged" in skywright("survey", "status", survey, "--json", expect=None).out

    # The same stream at another address: its record of what was acknowledged is its own.
    here = f"kafka://{kafka.address}/alerts"
    second = skywright("night", survey, "--clock", CLOCK, "--alerts-to", here, "--json").json
    assert second["sent"]["acknowledged"] == len(ids) and second["sent"]["waiting"] == 0
    settings = (survey / "survey.toml").read_text()
    (survey / "survey.toml").write_text(settings.replace('alerts_to = ""', f'alerts_to = "{here}"'))
    third = skywright("night", survey, "--clock", CLOCK, "--json").json
    assert third["sent"] == {"acknowledged": 0, "earlier": len(ids), "waiting": 0, "files_waiting": 0,
                             "trouble": ""}  # fmt: skip
    assert sorted(int(key) for key, _ in kafka.messages("alerts", len(ids))) == sorted(ids)

    # Killed before the record was whole: what is on it stays sent, the rest goes out again.
    log = next(f for f in (survey / "sent").iterdir() if ":1_" not in f.name)
    file = max((survey / "alerts").rglob("*.avro"), key=lambda f: f.stat().st_size)
    count = len(packets_of(file))
    name = str(file.relative_to(survey))
    lines = [line for line in log.read_text().splitlines() if not line.startswith(name + " ")]
    log.write_text("".join(f"{line}\n" for line in [*lines, f"{name} 0 1"]) + f"{name} 2 ")
    fourth = skywright("night", survey, "--clock", CLOCK, "--alerts-to", here, "--json").json
    assert fourth["sent"]["acknowledged"] == count - 2
    assert fourth["sent"]["earlier"] == len(ids) - count + 2
    again = [int(key) for key, _ in kafka.messages("alerts", len(ids) + count - 2)]
    assert set(again) == set(ids) and len(again) == len(ids) + count - 2


def test_alerts_decode_with_their_cutouts(night):
    survey, _ = night
    seen = 0
    for packet in packets(survey):
        seen += 1
        source = packet["diaSource"]
        assert abs(source["dec"] - DEC) < 0.05
        assert abs((source["ra"] - RA) * np.cos(np.radians(DEC))) < 0.05
        assert source["timeProcessedMjdTai"] == float(CLOCK)
        for name in ("cutoutDifference", "cutoutScience", "cutoutTemplate"):
            data = packet[name]
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            with fits.open(io.BytesIO(data)) as hdus:
                hdus.verify("exception")
                stamp = hdus["IMAGE"].data
                assert stamp.shape[0] == stamp.shape[1] >= 31
                # The stamp's own WCS puts the source where the packet says it is.
                x, y = WCS(hdus["IMAGE"].header).world_to_pixel_values(source["ra"], source["dec"])
                middle = (stamp.shape[0] - 1) / 2
                assert abs(x - middle) < 1.0 and abs(y - middle) < 1.0
                if name != "cutoutTemplate":
                    assert abs(hdus["PSF"].data.sum() - 1.0) < 0.1
    assert seen > 20


def test_the_alerts_are_those_of_the_database(night):
    survey, _ = night
    assert {p["diaSource"]["diaSourceId"] for p in packets(survey)} == set(
        pq.read_table(survey / "catalog/dia_source").column("diaSourceId").to_pylist()
    )


def test_fits_files_pass_fitsverify(night):
    survey, _ = night
    files = sorted(p for folder in ("visit", "difference", "coadd", "calib", "raw")
                   for p in (survey / folder).rglob("*.fits*") if p.suffix != ".json")  # fmt: skip
    assert len(files) >= 4 * 4 + 1 + 4
    for path in files:
        done = subprocess.run(["fitsverify", "-q", path], capture_output=True, text=True)
        assert "verification OK" in done.stdout, f"{path}: {done.stdout}"


def test_catalogs_are_cut_by_healpix(night):
    survey, report = night
    for name in ("source", "dia_source", "dia_object", "dia_forced_source"):
        parts = sorted((survey / "catalog" / name).rglob("*.parquet"))
        assert parts, name
        for path in parts:
            rows = pq.read_table(path)
            order = int(path.parent.name.removeprefix("Norder="))
            pixel = int(path.stem.removeprefix("Npix="))
            ra, dec = (np.radians(rows.column(c).to_numpy()) for c in ("ra", "dec"))
            finest = astropy_healpix.lonlat_to_healpix(
                ra * units.rad, dec * units.rad, 2**29, order="nested"
            )
            fine = rows.column("_healpix_29").to_numpy()
            assert (np.diff(fine) >= 0).all()
            # At 4e-4 arcsec a side, two good implementations may differ by a pixel at an edge.
            assert (fine == finest).mean() > 0.999
            assert (fine >> (2 * (29 - order)) == pixel).all()
    collection = json.loads((survey / "catalog/collection.json").read_text())
    for table in collection["tables"]:
        if table["name"] != "obscore":
            folder = survey / "catalog" / table["name"]
            assert pq.read_table(folder).num_rows == table["rows"], table["name"]
    assert pq.read_table(survey / "catalog/dia_source").num_rows == report["dia_sources"]


def test_obscore_lists_the_images(night):
    survey, _ = night
    rows = pq.read_table(survey / "catalog/obscore.parquet").to_pylist()
    urls = {r["access_url"] for r in rows}
    on_disk = {str(p.relative_to(survey)) for f in ("visit", "difference")
               for p in (survey / f).rglob("*.fits") if "stamps" not in p.name}  # fmt: skip
    assert urls == on_disk and len(urls) == 8
    for row in rows:
        with fits.open(survey / row["access_url"]) as hdus:
            header = hdus["IMAGE"].header
            centre = WCS(header).pixel_to_world(header["NAXIS1"] / 2, header["NAXIS2"] / 2)
            assert abs(centre.dec.deg - row["s_dec"]) < 1e-4
            assert abs(centre.ra.deg - row["s_ra"]) < 1e-4


def test_sidecars_hold_key_and_checksum_and_survey_agrees(night, skywright):
    survey, _ = night
    sidecars = sorted(survey.rglob("*.fits*.json")) + sorted(survey.rglob("*.avro.json"))
    assert len(sidecars) >= 4 * 5
    keys = set()
    for path in sidecars:
        sidecar = json.loads(path.read_text())
        assert len(sidecar["key"]) == 32 and sidecar["checksum"].startswith("xxh3-128:")
        assert sidecar["bytes"] == path.with_suffix("").stat().st_size
        keys.add(sidecar["key"])
    assert len(keys) == len(sidecars)
    status = skywright("survey", "status", survey, "--json").json
    assert status["failures"] == [] and status["incoming"] == 0
    assert status["datasets"]["raw"] == status["datasets"]["alerts"] == 4
    total = sum(status["datasets"].values())
    check = skywright("survey", "verify", survey, "--json").json
    assert check == {"datasets": total, "damages": []}
    assert skywright("survey", "rebuild", survey, "--json").json == {"datasets": total}
    assert skywright("survey", "status", survey, "--json").json == status


def test_what_changes_is_found_again(night, small):
    survey, _ = night
    rows = pq.read_table(survey / "catalog/dia_object").to_pylist()
    assert len([r for r in rows if r["nDiaSources"] == len(small.frames)]) >= 10


# ---- the same bytes


@pytest.mark.parametrize("jobs", [1, 5])
def test_the_bytes_do_not_depend_on_threads(skywright, fresh, whole, jobs):
    skywright("night", fresh, "--clock", CLOCK, "--jobs", jobs)
    assert differences(content(fresh), whole) == []


@pytest.mark.parametrize("delay", [0.15, 0.45, 0.8])
def test_killed_and_run_again_the_bytes_are_the_same(program, skywright, fresh, whole, delay):
    kills = 0
    for attempt in range(8):
        process = start(program, fresh, "--quiet")
        try:
            process.wait(delay + 0.07 * attempt)
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
    assert kills > 0
    skywright("night", fresh, "--clock", CLOCK)
    assert temporaries(fresh) == []
    assert differences(content(fresh), whole) == []
    assert skywright("survey", "verify", fresh, "--json").json["damages"] == []


def test_a_dead_process_leaves_its_temporary_files_to_the_next(skywright, fresh, whole):
    dead = [fresh / "visit/2001/.0.11111111.fits.99999.3.tmp", fresh / ".failures.json.7.0.tmp"]
    for path in dead:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half a file")
    (fresh / ".writer.lock").write_text("w")  # as a killed writer leaves it
    skywright("night", fresh, "--clock", CLOCK)
    assert not any(p.exists() for p in dead)
    assert differences(content(fresh), whole) == []


def test_sigterm_is_code_3_and_the_night_goes_on_later(program, skywright, fresh, whole):
    process = start(program, fresh, "--jobs", "1", "--json")
    while not list(fresh.glob("alerts/*/*.avro")) and process.poll() is None:
        time.sleep(0.01)
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert temporaries(fresh) == []
    skywright("night", fresh, "--clock", CLOCK)
    assert differences(content(fresh), whole) == []


def test_a_second_night_with_nothing_new_changes_nothing(skywright, night):
    survey, _ = night
    stamps = {p: p.stat().st_mtime_ns for p in survey.rglob("*")
              if p.is_file() and ".sqlite" not in p.name and p.name != ".writer.lock"}  # fmt: skip
    report = skywright("night", survey, "--clock", CLOCK, "--json").json
    assert all(e["was_done"] for e in report["exposures"])
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps


# ---- bad frames (those that come while it runs: test_follow.py)


@pytest.fixture
def bad_frames(small, tmp_path, skywright):
    """(name, content) of files that are no frames of this camera."""
    good = small.frames[0].read_bytes()
    other = tmp_path / "other.fits"
    fits.PrimaryHDU(np.zeros((50, 60), np.int16)).writeto(other)
    header_only = good[: 2880 * 2]
    return {
        "3001_ccd.fits.fz": good[: len(good) // 3],
        "3002_ccd.fits.fz": b"",
        "3003_ccd.fits.fz": b"no FITS at all\n" * 400,
        "3004_other.fits": other.read_bytes(),
        "3005_ccd.fits": header_only,
        "3006_ccd.fits": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30,
        "3007_ccd.fits": gzip.compress(b"not FITS either"),
    }


def test_bad_frames_are_refused_and_the_good_ones_done(skywright, fresh, bad_frames, whole):
    for name, data in bad_frames.items():
        (fresh / "incoming" / name).write_bytes(data)
    result = skywright("night", fresh, "--clock", CLOCK, "--json", expect=3)
    report = result.json
    assert report["rejected"] == len(bad_frames) and report["ingested"] == 4
    failures = skywright("survey", "status", fresh, "--json").json["failures"]
    assert {f["unit"] for f in failures} == {f"ingest {name}" for name in bad_frames}
    for failure in failures:
        # problem: reason; remedy
        assert failure["code"] == 4 and ": " in failure["message"] and "; " in failure["message"]
    # Nothing is lost: they lie where they lay, as they were.
    for name, data in bad_frames.items():
        assert (fresh / "incoming" / name).read_bytes() == data
    mine = {k: v for k, v in content(fresh).items() if not k.startswith("incoming/")}
    assert differences(mine, whole) == ["failures.json"]


def test_a_raw_that_was_damaged_later_does_not_stop_the_others(skywright, fresh, whole):
    skywright("survey", "ingest", fresh, *sorted((fresh / "incoming").iterdir()))
    raw = next(fresh.glob("raw/*/2002/0.fits.fz"))
    data = bytearray(raw.read_bytes())
    data[len(data) // 2] ^= 0x10
    raw.chmod(0o644)
    raw.write_bytes(data)
    report = skywright("night", fresh, "--clock", CLOCK, "--json", expect=3).json
    assert {e["visit"]: e["code"] for e in report["exposures"]} == {2001: 0, 2002: 4, 2003: 0, 2004: 0}
    # Its header too.
    raw.write_bytes(b"X" * 2880 + bytes(data[2880:]))
    report = skywright("night", fresh, "--clock", CLOCK, "--json", expect=3).json
    assert {e["visit"]: e["code"] for e in report["exposures"]} == {2001: 0, 2002: 4, 2003: 0, 2004: 0}
    data[len(data) // 2] ^= 0x10
    raw.write_bytes(data)
    skywright("night", fresh, "--clock", CLOCK)
    assert skywright("survey", "status", fresh, "--json").json["failures"] == []
    assert not (fresh / "failures.json").exists()  # as in a survey in which nothing ever failed


def test_links_that_lead_nowhere_hold_up_no_night(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    (survey / "incoming/loop.fits").symlink_to("loop.fits")
    (survey / "incoming/nowhere.fits").symlink_to("/nowhere/at/all")
    (survey / "reference/loop.parquet").symlink_to("loop.parquet")
    assert skywright("night", survey, "--clock", CLOCK, "--json").json["code"] == 0
    skywright("survey", "status", survey)


def test_a_night_without_frames_is_no_error(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    report = skywright("night", survey, "--clock", CLOCK, "--json").json
    assert report["visits"] == 0
    assert pq.read_table(survey / "catalog/obscore.parquet").num_rows == 0


def test_a_night_without_template_or_reference_says_so(skywright, small, tmp_path, fresh):
    for path in (fresh / "coadd").iterdir():
        path.unlink()
    skywright("night", fresh, "--clock", CLOCK)  # no template: images and sources, no alerts
    assert len(list(packets(fresh))) == 0
    bare = small.copy(tmp_path / "bare")
    for path in (bare / "reference").iterdir():
        path.unlink()
    small.arrive(bare)
    report = skywright("night", bare, "--clock", CLOCK, "--json", expect=3).json
    assert all(e["code"] == 4 and "reference" in e["message"] for e in report["exposures"])
    assert hashlib.sha256(next(bare.glob("raw/*/2001/0.fits.fz")).read_bytes()).digest() == (
        hashlib.sha256(small.frames[0].read_bytes()).digest()
    )


def test_templates_leave_out_what_they_cannot_use_and_say_so(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    good = small.coadd_frames[0]
    twin = tmp_path / "twin.fits.fz"
    twin.write_bytes(good.read_bytes())
    broken = tmp_path / "broken.fits.fz"
    broken.write_bytes(good.read_bytes()[:5000])
    run = skywright("survey", "templates", survey, good, twin, small.calibrations[0], broken,
                    tmp_path / "missing.fits", "--json", "--quiet", expect=3).json  # fmt: skip
    assert [t["frames"] for t in run["templates"]] == [1]
    assert run["not_science"] == 1
    for name in ("twin", "broken", "missing"):
        assert any(name in problem for problem in run["left_out"]), run
    before = (survey / "coadd/template_r_ccd.fits").read_bytes()
    skywright("survey", "templates", survey, broken, "--quiet", expect=4)
    skywright("survey", "templates", survey, small.calibrations[0], "--quiet", expect=4)
    assert (survey / "coadd/template_r_ccd.fits").read_bytes() == before


def test_a_night_without_its_incoming_folder_says_so(skywright, small, tmp_path):
    survey = small.copy(tmp_path / "survey")
    (survey / "incoming").rmdir()
    result = skywright("night", survey, "--clock", CLOCK, expect=4)
    assert "incoming" in result.err and "not there" in result.err


def test_masters_that_are_missing_are_told(skywright, fresh, night):
    assert night[1]["missing_masters"] == []
    gone = sorted((fresh / "calib").glob("flat_*.fits")) + sorted((fresh / "calib").glob("dark_*.fits"))
    assert len(gone) >= 2
    for path in gone:
        path.unlink()
    report = skywright("night", fresh, "--clock", CLOCK, "--json").json
    assert [m["kind"] for m in report["missing_masters"]] == ["dark", "flat"]
    assert report["missing_masters"][1]["band"] and report["missing_masters"][1]["detectors"]
    text = skywright("night", fresh, "--clock", CLOCK).out
    assert "warning: no master dark" in text and "warning: no master flat in" in text
