"""A small observatory's camera from its description alone: frames, masters, clean images, a solution."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

ROOT = Path(__file__).resolve().parents[2]
CAMERA = ROOT / "data" / "instruments" / "example-generic.toml"
GAIN = 1.30
FLAT_ELECTRONS = 30000.0
POINTING = ["--ra", 100, "--dec", 40, "--band", "r", "--exposure", 60, "--seeing", 2.2]


@pytest.fixture(scope="module")
def frames(skywright, tmp_path_factory):
    out = tmp_path_factory.mktemp("hilltop")

    def expose(visit, *args):
        skywright("expose", "--instrument", CAMERA, "--visit", visit, "--out", out, *args)
        return out / f"{visit}_ccd.fits.fz"

    return {
        "bias": [expose(i, "--kind", "bias") for i in (1, 2, 3)],
        "dark": [expose(i, "--kind", "dark", "--exposure", 120) for i in (4, 5, 6)],
        "flat": [expose(i, "--kind", "flat", "--band", "r", "--exposure", 5) for i in (7, 8, 9)],
        "science": [expose(10, *POINTING, "--mjd", 61430.95)],
    }


def test_a_camera_without_a_field_of_view_is_lit_to_its_corners(frames):
    """A flat keeps some light at the corners of the circle around the chip, and most of it inside."""
    bias = fits.getdata(frames["bias"][0], 1).astype(float)
    flat = (fits.getdata(frames["flat"][0], 1) - np.median(bias)) * GAIN / FLAT_ELECTRONS
    middle = np.median(flat[450:570, 450:570])
    corner = np.median(flat[:40, :40])
    assert 0.9 < middle < 1.1
    assert 0.65 * middle < corner < 0.9 * middle


def test_check_takes_every_kind_of_frame(skywright, frames):
    for kind, paths in frames.items():
        check = skywright("instrument", "check", CAMERA, paths[0], "--json").json
        wrong = [f for f in check["findings"] if f["state"] == "wrong"]
        assert check["usable"] and not wrong, (kind, wrong)


def test_from_raw_frames_to_a_solved_image(skywright, frames, tmp_path):
    masters = tmp_path / "masters"
    raws = [p for kind in ("bias", "dark", "flat") for p in frames[kind]]
    skywright("calib", "--kind", "all", "--instrument", CAMERA, *raws, "--out", masters)
    clean = tmp_path / "clean.fits"
    skywright("detrend", frames["science"][0], "--instrument", CAMERA, "--masters", masters,
              "--out", clean)
    stars = tmp_path / "stars.csv"
    skywright("sky", "--ra", 100, "--dec", 40, "--radius", 0.3, "--reference", "--faint", 17,
              "--bright", 9, "--out", stars)
    solved = tmp_path / "solved.fits"
    result = skywright("solve", clean, "--reference", stars, "--band", "r", "--out", solved,
                       "--json").json
    assert result["matched"] > 40
    with fits.open(frames["science"][0].parent / "truth/10_ccd.fits") as hdus:
        true_zero_point = hdus[1].header["TRUEZP"]
    catalog = tmp_path / "catalog.parquet"
    skywright("detect", solved, "--out", catalog)
    found = pq.read_table(catalog)
    truth = pq.read_table(frames["science"][0].parent / "truth/10_ccd.parquet")
    ra, dec = np.array(truth["ra"]), np.array(truth["dec"])
    bright = np.array(found["snr"]) > 100
    assert bright.sum() > 20
    offsets = [
        np.hypot((ra - a) * np.cos(np.radians(40.0)), dec - d).min() * 3600.0
        for a, d in zip(np.array(found["ra"])[bright], np.array(found["dec"])[bright])
    ]
    errors = np.array(found["raErr"])[bright] * 3600.0
    pixels = np.array(found["xErr"])[bright] * 0.663
    np.testing.assert_allclose(errors, pixels, rtol=0.02)
    # 0.66 arcsec pixels: a tenth of one for a bright source, neighbours apart.
    assert np.median(offsets) < 0.066
    assert abs(result["zero_point"]["magnitude"] - true_zero_point) < 0.05


@pytest.mark.parametrize("command", [
    ("expose", "--ra", 80, "--band", "r", "--mjd", 61420.1),
    ("sky", "--ra", 80, "--radius", 0.1),
])
def test_a_declination_beyond_the_pole_is_refused(skywright, tmp_path, command):
    out = tmp_path / "out.csv"
    assert "--dec" in skywright(*command, "--dec", -95, "--out", out, expect=2).err
    assert not out.exists()
