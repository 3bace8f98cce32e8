"""Frames numbered as LSST numbers its own go from incoming/ to alerts, and their ids tell visit and detector."""

import datetime
import sqlite3

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from small_survey import CLOCK, MJD, make_small_survey, science

# LSSTCam: the observatory's controller, and a simulated exposure, whose year has 5000 added.
VISITS = (2025051200123, 7024062500042)


def parts(source_id):
    """Visit, detector and counter of an id, by the layout of docs/decisions/0150."""
    code, detector, counter = source_id >> 28, source_id >> 19 & 511, source_id & 0x7FFFF
    if code < 2**32:
        return code, detector, counter
    night, sequence = divmod(code - 2**32, 100000)
    controller, days = divmod(night, 32768)
    date = datetime.date(1990, 1, 1) + datetime.timedelta(days)
    return int(f"{date.year + 1000 * controller}{date:%m%d}{sequence:05d}"), detector, counter


@pytest.fixture(scope="module")
def small(skywright, tmp_path_factory):
    return make_small_survey(skywright, tmp_path_factory.mktemp("pocket"), visits=0)


@pytest.fixture(scope="module")
def survey(skywright, small, tmp_path_factory):
    frames = [science(skywright, small.camera, tmp_path_factory.mktemp("raw"), visit, MJD + 0.02 * i)
              for i, visit in enumerate(VISITS)]  # fmt: skip
    assert {fits.getval(f, "VISIT", 0) for f in frames} == set(VISITS)
    small.arrive(small.folder, frames)
    report = skywright("night", small.folder, "--clock", CLOCK, "--json").json
    assert report["visits"] == 2 and all(e["code"] == 0 for e in report["exposures"])
    return small.folder


def test_alerts_carry_ids_of_lsst_visits(survey):
    seen = set()
    for path in sorted((survey / "alerts").rglob("*.avro")):
        with open(path, "rb") as file:
            for packet in fastavro.reader(file):
                source = packet["diaSource"]
                visit, detector, counter = parts(source["diaSourceId"])
                assert (visit, detector) == (source["visit"], source["detector"]) and counter >= 1
                seen.add(visit)
    assert seen == set(VISITS)


def test_tables_and_databases_keep_all_digits(survey):
    for visit in VISITS:
        (path,) = (survey / "visit" / str(visit)).glob("*.sources.parquet")
        table = pq.read_table(path)
        assert table.schema.field("sourceId").type == table.schema.field("visit").type == pa.int64()
        ids = table["sourceId"].to_pylist()
        assert len(set(ids)) == len(ids) > 50
        assert {parts(i)[:2] for i in ids} == {(visit, 0)}
        assert set(table["visit"].to_pylist()) == {visit}
        (image,) = (survey / "visit" / str(visit)).glob("*.fits")
        assert any(h.header.get("VISIT") == visit for h in fits.open(image))
    with sqlite3.connect(survey / "prompt.sqlite") as db:
        assert {v for (v,) in db.execute("SELECT visit FROM Visit")} == set(VISITS)
        rows = db.execute("SELECT diaSourceId, visit, detector FROM DiaSource").fetchall()
        assert rows and all(parts(i)[:2] == (v, d) for i, v, d in rows)
        forced = db.execute("SELECT diaForcedSourceId, visit, detector FROM DiaForcedSource").fetchall()
        assert all(parts(i)[:2] == (v, d) for i, v, d in forced)


def test_status_and_templates_name_them(skywright, survey):
    assert skywright("survey", "verify", survey, "--json").json["damages"] == []
    assert sorted(p.name for p in (survey / "alerts").iterdir()) == sorted(map(str, VISITS))


def test_a_number_that_no_id_can_hold_is_refused_with_the_remedy(skywright, survey, small, tmp_path):
    frame = science(skywright, small.camera, tmp_path, 2025051200200, MJD + 0.1)
    odd = tmp_path / "odd.fits.fz"
    with fits.open(frame) as hdus:
        for hdu in hdus:
            if "VISIT" in hdu.header:
                hdu.header["VISIT"] = 20250512213045  # a time, to the second
        hdus.writeto(odd)
    told = skywright("survey", "ingest", survey, odd, expect=4).err
    assert "20250512213045" in told and "YYYYMMDDnnnnn" in told and "camera.keywords.visit" in told
