"""`skywright instrument`: built-in cameras, one's own, and frames that others took."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]

DECAM = """
name = "decam-cutout"
[telescope]
aperture_m = 3.934
focal_length_m = 11.81
[camera.keywords]
gain = "GAIN"
[[camera.sensor]]
name = "N6"
width = {width}
height = 256
pixel_um = 15.0
gain = 4.0
[[band]]
name = "i"
[[band]]
name = "r"
"""

EMMI = """
name = "emmi-sum"
[telescope]
aperture_m = 3.5
focal_length_m = 38.5
[[camera.sensor]]
name = "red"
width = 1024
height = 1024
pixel_um = 24.0
[[band]]
name = "R"
"""


@pytest.fixture
def camera(tmp_path):
    def write(text):
        path = tmp_path / "camera.toml"
        path.write_text(text)
        return path

    return write


def findings(result, state):
    return {f["where"]: f for f in result.json["findings"] if f["state"] == state}


def test_lsst_prints_each_headline_beside_its_computed_value(skywright):
    report = skywright("instrument", "show", "lsst", "--json").json
    assert report["camera"]["detectors"] == 189
    assert report["camera"]["amplifiers"] == 3024
    assert report["camera"]["vendors"] == {"ITL": 72, "e2v": 117}
    by_quantity = {h["quantity"]: h for h in report["headlines"]}
    assert by_quantity["field_area"]["stated"] == "9.6 deg2"
    assert by_quantity["field_area"]["computed"] == "9.62 deg2"
    assert by_quantity["silicon_area"]["computed"] == "9.55 deg2"
    assert by_quantity["science_pixels"]["computed"] == "3.09 Gpixel"
    assert all(h["definition"] for h in report["headlines"])
    text = skywright("instrument", "show", "lsst").out
    assert "3.2 Gpixel" in text and "3.09 Gpixel" in text and "imaging pixels of the 189" in text


@pytest.mark.parametrize("name", ["lsst-2022", "gmt", "small-survey"])
def test_the_other_built_in_instruments_are_described(skywright, name):
    assert skywright("instrument", "show", name, "--json").json["name"] == name


def test_an_unknown_instrument_is_refused_with_those_that_exist(skywright):
    assert "lsst-2022" in skywright("instrument", "show", "hubble", expect=2).err


def test_a_slew_is_told_with_its_parts(skywright):
    slew = ["instrument", "slew", "lsst", "--from", "60,170,0,r", "--to", "55,200,30,i"]
    report = skywright(*slew, "--json").json
    # rubin_scheduler 4.6.0, KinemModel with overhead 3.07 s: 140 s.
    assert report["seconds"] == pytest.approx(140.0, abs=1e-3)
    assert report["filter"] == 120.0 and report["slowest"] == "filter" and report["optics"] == 0.0
    assert report["azimuth_after"] == pytest.approx(200.0)
    assert "slowest" in skywright(*slew).out
    parked = skywright("instrument", "slew", "gmt", "--from", "park", "--to", "60,-100", "--json")
    assert parked.json["readout"] == 0.0 and parked.json["azimuth_after"] == pytest.approx(-100.0)


@pytest.mark.parametrize(
    "start,goal,told",
    [("60,170", "10,170", "altitude 10 is outside 20 to 86.5"),
     ("60,170", "60,170,95", "rotator 95 is outside -90 to 90"),
     ("60,300", "60,170", "cable wrap"),
     ("60", "60,170", "altitude,azimuth"),
     ("60,170", "60,x", "altitude,azimuth"),
     ("60,170,0,r", "60,170,0,q", "u, g, r, i, z, y")])
def test_a_slew_out_of_reach_is_refused_with_its_limit(skywright, start, goal, told):
    result = skywright("instrument", "slew", "lsst", "--from", start, "--to", goal, expect=2)
    assert told in result.err


def test_the_focal_plane_is_drawn_in_the_colours_of_two_vendors(skywright, tmp_path):
    plot = tmp_path / "lsst.png"
    skywright("instrument", "show", "lsst", "--plot", plot, "--size", 700)
    again = tmp_path / "again.png"
    skywright("instrument", "show", "lsst", "--plot", again, "--size", 700)
    assert plot.read_bytes() == again.read_bytes()
    pixels = np.asarray(Image.open(plot).convert("RGB")).astype(int)
    assert pixels.shape[1] == 700
    bluish = (pixels[..., 2] - pixels[..., 0] > 30).mean()
    reddish = (pixels[..., 0] - pixels[..., 2] > 30).mean()
    # 72 chips of one vendor, 117 of the other.
    assert 0.1 < bluish < reddish < 0.6
    assert 72 / 117 * 0.8 < bluish / reddish < 72 / 117 * 1.2


def test_a_plot_that_cannot_be_written_is_a_storage_error(skywright, tmp_path):
    skywright("instrument", "show", "gmt", "--plot", tmp_path / "no" / "a.png", expect=5)


def test_the_example_of_a_small_observatory_is_a_valid_description(skywright):
    example = ROOT / "data" / "instruments" / "example-generic.toml"
    report = skywright("instrument", "show", example, "--json").json
    assert report["camera"]["detectors"] == 1
    assert [b["name"] for b in report["bands"]] == ["g", "r"]


def test_a_wrong_key_is_named_with_its_line(skywright, camera):
    path = camera(EMMI + "wavelenght_nm = 650.0\n")
    error = skywright("instrument", "show", path, expect=2).err
    assert "wavelenght_nm" in error and "line" in error


def test_a_real_decam_frame_is_explained(skywright, shared, camera):
    frame = shared / "images" / "dec04a.fits"
    result = skywright("instrument", "check", camera(DECAM.format(width=256)), frame, "--json")
    assert result.json["usable"] is True
    explained = findings(result, "explained")
    assert explained["EXPTIME"]["value"] == "330"
    assert explained["FILTER"]["value"].startswith("'i DECam")
    assert "256 x 256" in explained["HDU 0"]["value"]
    # The frame's own TPV agrees with aperture and focal length to a per cent.
    assert explained["CTYPE1"]["value"].startswith("0.26")
    assert findings(result, "assumed")["RA"]["advice"].endswith("the WCS's reference point")
    assert "RDNOISEA" in findings(result, "unused")


def test_a_frame_of_another_size_or_band_cannot_be_used(skywright, shared, camera):
    frame = shared / "images" / "dec04a.fits"
    wide = skywright(
        "instrument", "check", camera(DECAM.format(width=300)), frame, "--json", expect=4
    )
    assert "300 x 256" in findings(wide, "wrong")["HDU 0"]["advice"]
    other = camera(DECAM.format(width=256).replace('name = "i"', 'name = "Y"'))
    band = skywright("instrument", "check", other, frame, "--json", expect=4)
    assert "no band" in findings(band, "wrong")["header"]["advice"]


def test_a_frame_of_1992_without_wcs_is_usable(skywright, shared, camera):
    frame = shared / "images" / "sx_galaxies.fits"
    result = skywright("instrument", "check", camera(EMMI), frame, "--json")
    assumed = findings(result, "assumed")
    assert assumed["CTYPE1"]["what"] == "WCS"
    assert assumed["FILTER"]["advice"].endswith("the one band described")
    assert findings(result, "explained")["EXPTIME"]["value"] == "1200"


def test_multi_extension_raws_are_matched_amplifier_by_amplifier(skywright, tmp_path):
    primary = fits.PrimaryHDU()
    cards = {
        "VISIT": 7, "CHIPID": "R22_S11", "IMGTYPE": "OBJECT", "FILTER": "r_57", "EXPTIME": 15.0,
        "MJD-BEG": 61000.25, "RA": 10.0, "DEC": -30.0, "ROTPA": 0.0, "AMSTART": 1.1,
    }
    primary.header.update(cards)
    names = [f"Segment1{i}" for i in range(8)] + [f"Segment0{i}" for i in range(7, -1, -1)]
    hdus = [fits.ImageHDU(np.zeros((2048, 576), np.int16), name=n) for n in names]
    path = tmp_path / "raw.fits"
    fits.HDUList([primary, *hdus]).writeto(path)
    result = skywright("instrument", "check", "lsst", path, "--json")
    amplifiers = [f for f in result.json["findings"] if f["what"].startswith("amplifier")]
    assert len(amplifiers) == 16
    assert all(a["value"] == "576 x 2048" for a in amplifiers)
    fits.HDUList([primary, *hdus[:-1]]).writeto(path, overwrite=True)
    broken = skywright("instrument", "check", "lsst", path, "--json", expect=4)
    assert findings(broken, "wrong")["Segment00"]["value"] == "no such image"


def test_a_file_that_is_no_fits_is_bad_input(skywright, camera, tmp_path):
    path = tmp_path / "frame.fits"
    path.write_text("not a frame")
    assert "frame.fits" in skywright("instrument", "check", camera(EMMI), path, expect=4).err
