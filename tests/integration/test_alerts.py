"""Alerts as other software reads them: fastavro decodes each packet, astropy opens each cutout."""

import base64
import gzip
import io
import os
import re
import subprocess
from pathlib import Path

import fastavro
import fastavro.schema
import fastavro.validation
import numpy as np
import pytest
from astropy import units
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "data" / "schemas" / "alert" / "skywright.v1_0.alert.avsc"


@pytest.fixture(scope="module")
def sample(program, tmp_path_factory):
    """Folder of plain.avro and deflated.avro: 70 alerts that the unit tests wrote."""
    folder = tmp_path_factory.mktemp("alerts")
    test = program.parent / "skywright_alerts_test"
    subprocess.run(
        [test, "--gtest_filter=AlertPackets.AFullVisitIsReadBack"],
        env={**os.environ, "SKYWRIGHT_SAMPLE_ALERTS": str(folder)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder


def records(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


@pytest.mark.parametrize("name", ["plain", "deflated"])
def test_every_packet_decodes_with_fastavro(sample, name):
    alerts = records(sample / f"{name}.avro")
    assert [alert["diaSourceId"] for alert in alerts] == list(range(1, 71))
    for i, alert in enumerate(alerts, start=1):
        assert alert["diaSource"]["diaObjectId"] == alert["diaObject"]["diaObjectId"] == 1000 + i
        assert alert["diaSource"]["band"] == "r"
        assert alert["diaSource"]["isNegative"] is (i == 1)
        assert alert["diaSource"]["snr"] == (None if i == 2 else 6.5)
        assert alert["diaSource"]["trailFlux"] is None
        assert len(alert["prvDiaSources"] or []) == i % 3
        assert alert["observation_reason"] == "survey"
        assert alert["ssSource"] is None and alert["mpc_orbits"] is None
    assert len(alerts[0]["prvDiaForcedSources"]) == 1


def test_the_file_carries_the_published_schema(sample):
    published = fastavro.schema.load_schema(str(SCHEMA))
    with open(sample / "plain.avro", "rb") as file:
        written = fastavro.reader(file).writer_schema
    parsed = fastavro.schema.parse_schema(written)
    assert fastavro.schema.to_parsing_canonical_form(
        parsed
    ) == fastavro.schema.to_parsing_canonical_form(published)


def test_packets_validate_against_the_schema(sample):
    schema = fastavro.schema.load_schema(str(SCHEMA))
    for alert in records(sample / "plain.avro"):
        assert fastavro.validation.validate(alert, schema)


def test_the_schema_says_what_is_not_computed(sample):
    """A field that is null in every packet of a full visit is documented, or was not given."""
    schema = fastavro.schema.load_schema(str(SCHEMA))
    source = next(f for f in schema["fields"] if f["name"] == "diaSource")["type"]
    for field in source["fields"]:
        assert field["doc"]
        if "Not computed yet" in field["doc"]:
            assert field["type"][0] == "null" and field["default"] is None
            assert all(a["diaSource"][field["name"]] is None for a in records(sample / "plain.avro"))


def test_cutouts_open_in_astropy(sample):
    for i, alert in enumerate(records(sample / "plain.avro"), start=1):
        for name in ("cutoutDifference", "cutoutScience", "cutoutTemplate"):
            with fits.open(io.BytesIO(alert[name])) as hdus:
                hdus.verify("exception")
                assert [h.name for h in hdus] == ["PRIMARY", "IMAGE", "VARIANCE", "MASK", "PSF"]
                pixels = hdus["IMAGE"].data
                assert pixels.shape == (41, 41) and np.isfinite(pixels).all()
                # The gradient image, twice: pixel (50 + i, 100) of a row of 200 in the middle.
                assert pixels[20, 20] == 2 * ((100 * 200 + 50 + i) % 977)
                assert (hdus["VARIANCE"].data == 8).all()
                sky = WCS(hdus["IMAGE"].header).pixel_to_world(20, 20)
                assert abs(sky.dec.deg - 2.0) < 1e-6
                assert abs(sky.ra.deg - (150 + 5.5e-5 * (50 - i) / np.cos(np.radians(2)))) < 1e-6
                assert hdus["PSF"].data.sum() == pytest.approx(1, abs=1e-5)


def test_show_lists_and_shows(skywright, sample):
    shown = skywright("alerts", "show", sample / "plain.avro", "--json").json
    assert shown["alerts"] == 70
    assert shown["records"][4]["diaSource"]["diaSourceId"] == 5
    one = skywright("alerts", "show", sample / "plain.avro", "--index", "3", "--json").json
    assert [r["diaSourceId"] for r in one["records"]] == [4]
    assert "70 alerts" in skywright("alerts", "show", sample / "plain.avro").out
    result = skywright("alerts", "show", sample / "plain.avro", "--index", "70", expect=4)
    assert "no record 70" in result.err


@pytest.mark.needs_shared
def test_real_alerts_are_read_as_fastavro_reads_them(skywright, shared, tmp_path):
    files = sorted((shared / "alerts").glob("*.avro"))
    assert len(files) == 4
    for path in files:
        theirs = records(path)[0]
        ours = skywright("alerts", "show", path, "--json").json["records"][0]
        assert ours["objectId"] == theirs["objectId"]
        for key, value in theirs["candidate"].items():
            if isinstance(value, float):
                assert ours["candidate"][key] == pytest.approx(value, rel=1e-15)
            else:
                assert ours["candidate"][key] == value
        stamp = theirs["cutoutScience"]["stampData"]
        assert ours["cutoutScience"]["stampData"] == {"bytes": len(stamp)}
        assert gzip.decompress(stamp).startswith(b"SIMPLE")
        picture = tmp_path / "stamps.png"
        skywright("alerts", "show", path, "--index", "0", "--plot", picture)
        assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.needs_shared
@pytest.mark.parametrize("kind", ["ours", "ztf"])
def test_a_page_holds_pictures_light_place_and_fields(skywright, sample, shared, tmp_path, kind):
    file = sample / "plain.avro" if kind == "ours" else min((shared / "alerts").glob("*.avro"))
    read = records(file)[4 if kind == "ours" else 0]
    source = read["diaSource" if kind == "ours" else "candidate"]
    page = tmp_path / "alert.html"
    ident = read["diaSourceId"] if kind == "ours" else read["candid"]
    text = skywright("alerts", "show", file, ident, "--page", page).out
    html = page.read_text()
    place = SkyCoord(source["ra"], source["dec"], unit="deg")
    for shown in (place.ra.to_string(unit="hour", sep=":", precision=2, pad=True),
                  place.dec.to_string(sep=":", precision=1, pad=True, alwayssign=True),
                  f"{source['ra']:.6f}"):  # fmt: skip
        assert shown in html and shown in text
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert len(pictures) == 3
    images = [np.asarray(Image.open(io.BytesIO(base64.b64decode(p))).convert("RGB")) for p in pictures]
    assert all(image.shape[0] == image.shape[1] >= 252 and image.std() > 5 for image in images)
    assert "<svg" in html and "http" not in html.replace("http://www.w3.org", "")
    for field in source:
        assert f"{field}</td>" in html
    assert "nJy" in html if kind == "ours" else "mag" in html
    assert [f.name for f in tmp_path.iterdir()] == ["alert.html"]
    result = skywright("alerts", "show", file, 12345, expect=4)
    assert "holds no alert 12345" in result.err
    skywright("alerts", "show", file, ident, "--index", "0", expect=2)


def test_the_compass_points_where_astropy_says(skywright, sample, tmp_path):
    """The arrows are the yellow pixels about the foot in the lower right corner."""
    page = tmp_path / "alert.html"
    skywright("alerts", "show", sample / "plain.avro", "--index", "0", "--page", page)
    stamp = records(sample / "plain.avro")[0]["cutoutScience"]
    with fits.open(io.BytesIO(stamp)) as hdus:
        wcs = WCS(hdus["IMAGE"].header)
    middle = wcs.pixel_to_world(20, 20)
    east = wcs.world_to_pixel(middle.directional_offset_by(90 * units.deg, 1 * units.arcsec))
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', page.read_text())[1]
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")).astype(int)
    yellow = (image[..., 0] - image[..., 2] > 120) & (image[..., 1] > 150)
    foot = np.array([image.shape[1] - 50, image.shape[0] - 50])
    along_x = [yellow[foot[1] - 2 : foot[1] + 3, foot[0] + s * 8 : foot[0] + s * 26 : s].sum() for s in (-1, 1)]
    assert np.argmax(along_x) == (1 if east[0] > 20 else 0) and max(along_x) > 10 * min(along_x) + 10
    up = [yellow[foot[1] + s * 8 : foot[1] + s * 26 : s, foot[0] - 2 : foot[0] + 3].sum() for s in (-1, 1)]
    north = wcs.world_to_pixel(middle.directional_offset_by(0 * units.deg, 1 * units.arcsec))
    assert np.argmax(up) == (0 if north[1] > 20 else 1)


def test_what_is_no_container_is_refused(skywright, tmp_path, sample):
    text = tmp_path / "text.avro"
    text.write_text("hello")
    assert "Avro" in skywright("alerts", "show", text, expect=4).err
    cut = tmp_path / "cut.avro"
    cut.write_bytes((sample / "plain.avro").read_bytes()[:-1000])
    skywright("alerts", "show", cut, expect=4)
    skywright("alerts", "show", tmp_path / "missing.avro", expect=4)
