"""Our alerts in ZTF's shape, read by fastavro against the schema in ZTF's own alerts."""

import gzip
import io
import json

import fastavro
import fastavro.schema
import numpy as np
import pytest
from alert_packets import packets, write
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS


def stamp(value):
    """A cutout in the layout of ours: empty primary, IMAGE, VARIANCE, MASK."""
    image = fits.ImageHDU(np.arange(41 * 41, dtype=np.float32).reshape(41, 41) + value, name="IMAGE")
    image.header.update({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": 2.0,
                         "CRPIX1": 21.0, "CRPIX2": 21.0, "CDELT1": -5.5e-5, "CDELT2": 5.5e-5,
                         "BUNIT": "nJy"})  # fmt: skip
    variance = fits.ImageHDU(np.ones((41, 41), np.float32), name="VARIANCE")
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), image, variance]).writeto(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def converted(skywright, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ztf")
    ours = list(packets(60, seed=4, stamp=stamp(3)))
    write(folder / "ours.avro", ours)
    skywright("alerts", "convert", folder / "ours.avro", "--to", "ztf", "--out", folder / "ztf.avro")
    with open(folder / "ours.avro", "rb") as file:
        ours = list(fastavro.reader(file))
    return ours, folder / "ztf.avro"


@pytest.mark.needs_shared
def test_the_schema_is_that_of_ztf_and_its_readers_read_it(converted, shared):
    with open(min((shared / "alerts").glob("*.avro")), "rb") as file:
        published = json.loads(fastavro.reader(file).metadata["avro.schema"])
    with open(converted[1], "rb") as file:
        reader = fastavro.reader(file)
        written = json.loads(reader.metadata["avro.schema"])
    form = [fastavro.schema.to_parsing_canonical_form(fastavro.schema.parse_schema(s)) for s in (written, published)]
    assert form[0] == form[1]
    with open(converted[1], "rb") as file:
        read = list(fastavro.reader(file, reader_schema=fastavro.schema.parse_schema(published)))
    assert len(read) == 60 and all(fastavro.validation.validate(r, published, strict=True) for r in read[:5])


def magnitude(flux):
    return 31.4 - 2.5 * np.log10(abs(flux))


def test_fields_are_mapped_as_the_guide_says(converted):
    ours, path = converted
    with open(path, "rb") as file:
        theirs = list(fastavro.reader(file))
    seen_limits = 0
    for a, b in zip(ours, theirs, strict=True):
        source, candidate = a["diaSource"], b["candidate"]
        assert b["candid"] == candidate["candid"] == a["diaSourceId"] and b["schemavsn"] == "3.3"
        assert b["objectId"] == f"SKY{source['diaObjectId'] or a['diaSourceId']}"
        assert candidate["fid"] == {"g": 1, "r": 2, "i": 3, "u": 4, "z": 5, "y": 6, None: -999}[source["band"]]
        jd = Time(source["midpointMjdTai"], format="mjd", scale="tai").utc.jd
        assert abs(candidate["jd"] - jd) < 1e-8
        assert (candidate["ra"], candidate["dec"]) == (source["ra"], source["dec"])
        assert candidate["isdiffpos"] == ("f" if source["isNegative"] else "t")
        if source["psfFlux"]:
            assert candidate["magpsf"] == pytest.approx(magnitude(source["psfFlux"]), abs=1e-5)
        else:
            assert candidate["magpsf"] == -999
        if (source["psfFluxErr"] or 0) > 0:
            assert candidate["diffmaglim"] == pytest.approx(magnitude(5 * source["psfFluxErr"]), abs=1e-5)
        assert candidate["scorr"] == source["snr"] and candidate["rb"] is None and candidate["drbversion"] == ""
        past = a["prvDiaSources"] or []
        previous = b["prv_candidates"] or []
        assert [p["candid"] for p in previous if p["candid"]] == [p["diaSourceId"] for p in past]
        limits = [p for p in previous if p["candid"] is None]
        assert len(limits) == len(a["prvDiaForcedSources"] or [])  # no visit of theirs had a detection
        assert all(p["magpsf"] is None and p["isdiffpos"] is None for p in limits)
        seen_limits += len(limits)
    assert seen_limits > 20


def test_stamps_open_as_those_of_ztf_do(converted):
    ours, path = converted
    with open(path, "rb") as file:
        theirs = list(fastavro.reader(file))
    for name in ("Science", "Template", "Difference"):
        for a, b in zip(ours[:20], theirs, strict=False):
            if a[f"cutout{name}"] is None:
                assert b[f"cutout{name}"] is None
                continue
            with fits.open(io.BytesIO(gzip.decompress(b[f"cutout{name}"]["stampData"]))) as hdus:
                hdus.verify("exception")
                assert len(hdus) == 1
                assert np.array_equal(hdus[0].data, np.arange(41 * 41).reshape(41, 41) + 3)
                assert WCS(hdus[0].header).pixel_to_world(20, 20).ra.deg == pytest.approx(150.0)


def test_what_is_not_ours_is_refused(skywright, converted, tmp_path):
    skywright("alerts", "convert", converted[1], "--to", "ztf", "--out", tmp_path / "x.avro", expect=4)
    skywright("alerts", "convert", converted[1], "--to", "lsst", "--out", tmp_path / "x.avro", expect=2)
    assert list(tmp_path.iterdir()) == []
