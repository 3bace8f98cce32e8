"""Simulated raw frames as files: structure, truth, noise, light, and the same bytes on any threads."""

import hashlib
import re
import subprocess

import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.wcs import WCS

POINTING = ["--ra", 150.1, "--dec", 2.2, "--band", "r", "--mjd", 60796.05]


def sections(text):
    return [int(v) for v in re.findall(r"\d+", text)]


def assembled(path, gain=1.51):
    """Electrons of the detector, overscan subtracted, by the sections that the header tells."""
    with fits.open(path) as hdus:
        image = None
        for hdu in hdus[1:]:
            width, height = sections(hdu.header["DETSIZE"])[1::2]
            if image is None:
                image = np.zeros((height, width))
            x1, x2, y1, y2 = sections(hdu.header["DATASEC"])
            data = hdu.data[y1 - 1 : y2, x1 - 1 : x2].astype(float)
            b1, b2, _, _ = sections(hdu.header["BIASSEC"])
            data -= hdu.data[y1 - 1 : y2, b1 - 1 : b2].mean(axis=1, keepdims=True)
            x1, x2, y1, y2 = sections(hdu.header["DETSEC"])
            if x1 > x2:
                data, x1, x2 = data[:, ::-1], x2, x1
            if y1 > y2:
                data, y1, y2 = data[::-1], y2, y1
            image[y1 - 1 : y2, x1 - 1 : x2] = data * gain
    return image


@pytest.fixture(scope="module")
def frame(skywright, tmp_path_factory):
    out = tmp_path_factory.mktemp("expose")
    result = skywright("expose", *POINTING, "--detectors", "R22_S11", "--seeing", 0.8,
                       "--out", out, "--json")
    return out, result.json["frames"][0]


def test_same_bytes_for_one_two_and_five_threads(skywright, tmp_path):
    sums = []
    for jobs in (1, 2, 5):
        out = tmp_path / str(jobs)
        skywright("expose", *POINTING, "--detectors", "R22_S11", "--jobs", jobs, "--seed", 5,
                  "--out", out)
        sums.append([hashlib.sha256(p.read_bytes()).hexdigest()
                     for p in sorted(out.rglob("*")) if p.is_file()])
    assert len(sums[0]) == 3
    assert sums[0] == sums[1] == sums[2]


def test_another_seed_gives_other_noise_of_the_same_sky(skywright, tmp_path, frame):
    skywright("expose", *POINTING, "--detectors", "R22_S11", "--seeing", 0.8, "--seed", 9,
              "--out", tmp_path)
    one = pq.read_table(frame[0] / "truth/1_R22_S11.parquet")
    two = pq.read_table(tmp_path / "truth/1_R22_S11.parquet")
    assert len(set(one["id"].to_pylist()) & set(two["id"].to_pylist())) > 0.95 * len(one)
    assert (frame[0] / "1_R22_S11.fits.fz").read_bytes() != \
        (tmp_path / "1_R22_S11.fits.fz").read_bytes()


def test_raw_frame_has_sixteen_amplifiers_and_only_nominal_pointing(frame):
    with fits.open(frame[0] / "1_R22_S11.fits.fz") as hdus:
        names = {h.name.upper() for h in hdus[1:]}
        assert names == {f"SEGMENT{a}{b}" for a in "01" for b in "01234567"}
        assert len(hdus) == 17
        for h in hdus[1:]:
            assert h.data.shape == (2048, 576)
            assert "CRVAL1" not in h.header
        assert not any(key.startswith("TRUE") for h in hdus for key in h.header)


def test_frames_pass_fitsverify(frame):
    for name in ("1_R22_S11.fits.fz", "truth/1_R22_S11.fits"):
        done = subprocess.run(["fitsverify", "-q", str(frame[0] / name)], capture_output=True, text=True)
        assert done.returncode == 0 and "OK" in done.stdout, done.stdout


def test_truth_catalog_places_are_those_of_the_true_wcs(frame):
    truth = pq.read_table(frame[0] / "truth/1_R22_S11.parquet").to_pydict()
    wcs = WCS(fits.getheader(frame[0] / "truth/1_R22_S11.fits", 1))
    x, y = wcs.all_world2pix(truth["ra"][:500], truth["dec"][:500], 0, tolerance=1e-6)
    np.testing.assert_allclose(x, truth["x"][:500], atol=1e-4)
    np.testing.assert_allclose(y, truth["y"][:500], atol=1e-4)


def test_sky_noise_and_depth_are_those_of_the_instrument(frame):
    out, told = frame
    image = assembled(out / "1_R22_S11.fits.fz")
    # r: zero point 28.361, dark sky 21.20, 30 s, near one airmass; the sky of the band's figures.
    expected = 0.2**2 * 30 * 10 ** (0.4 * (28.361 - 21.20))
    assert told["sky_electrons"] == pytest.approx(expected, rel=0.35)
    centre = image[1500:2500, 1500:2500]
    level = np.median(centre)
    assert level == pytest.approx(told["sky_electrons"], rel=0.03)
    # Pixels beside each other share sources, not noise.
    noise = 1.4826 * np.median(np.abs(np.diff(centre, axis=1))) / np.sqrt(2)
    assert noise == pytest.approx(np.sqrt(level + 5.4**2 + 0.7), rel=0.02)
    # Depth by the survey's formula (SMTN-002): Cm 24.602 and dCm for this sky.
    with fits.open(out / "1_R22_S11.fits.fz") as hdus:
        airmass = hdus[0].header["AMSTART"]
    sky = 28.361 + 2.5 * np.log10(30 * 0.2**2 / told["sky_electrons"])
    t = 10 ** (-0.4 * (sky - 21.2))
    dcm = 0.043 - 1.25 * np.log10(1 + (10 ** (0.8 * 0.043) - 1) / t)
    m5 = 24.602 + dcm + 0.5 * (sky - 21) + 2.5 * np.log10(0.7 / 0.8) - 0.126 * (airmass - 1)
    # The visit's own transparency scatters by 0.02 mag.
    assert told["m5"] == pytest.approx(m5, abs=0.1)


def test_stars_hold_the_electrons_that_the_truth_tells(frame):
    out, _ = frame
    image = assembled(out / "1_R22_S11.fits.fz")
    mask = fits.getdata(out / "truth/1_R22_S11.fits", 1)
    t = pq.read_table(out / "truth/1_R22_S11.parquet").to_pydict()
    ratios = []
    for kind, x, y, electrons in zip(t["kind"], t["x"], t["y"], t["electrons"]):
        ix, iy = round(x), round(y)
        if kind != "star" or not 2e4 < electrons < 8e5:
            continue
        if not (60 < ix < 4030 and 60 < iy < 3940):
            continue
        if mask[iy - 20 : iy + 21, ix - 20 : ix + 21].any():
            continue
        yy, xx = np.mgrid[iy - 40 : iy + 41, ix - 40 : ix + 41]
        cut = image[iy - 40 : iy + 41, ix - 40 : ix + 41]
        r = np.hypot(xx - x, yy - y)
        sky = np.median(cut[(r > 30) & (r < 40)])
        ratios.append((cut[r < 15] - sky).sum() / electrons)
    assert len(ratios) > 50
    # Kolmogorov: 1.5 % of the light lies beyond 15 pixels at this seeing; amplifiers differ by 1 %.
    assert np.median(ratios) == pytest.approx(0.985, abs=0.015)


@pytest.mark.parametrize("kind, level", [("bias", 0.0), ("dark", 0.7), ("flat", 30000.0)])
def test_calibration_frames(skywright, tmp_path, kind, level):
    args = ["--band", "r"] if kind == "flat" else []
    skywright("expose", "--kind", kind, *args, "--detectors", "R22_S11", "--out", tmp_path)
    image = assembled(tmp_path / "1_R22_S11.fits.fz")
    centre = image[1500:2500, 1500:2500]
    assert np.mean(centre[np.abs(centre - np.median(centre)) < 2000]) == pytest.approx(
        level, abs=2.5 + 0.03 * level)


def test_visit_of_a_pointing_database(skywright, shared, tmp_path):
    import sqlite3

    path = shared / "pointings" / "baseline_10klines_2.0.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        visit, seeing, m5, band = db.execute(
            'select observationId, seeingFwhmEff, fiveSigmaDepth, "filter" from observations '
            "limit 1 offset 100").fetchone()
    told = skywright("expose", "--visits", path, "--visit", visit, "--detectors", "R22_S11",
                     "--out", tmp_path, "--json").json
    assert told["visit"] == visit
    assert told["frames"][0]["fwhm_eff"] == pytest.approx(seeing, abs=1e-3)
    # The database's sky has a Moon, and its coefficients are of an earlier system.
    assert told["frames"][0]["m5"] == pytest.approx(m5, abs=1.0)


def test_reference_catalog_and_sky(skywright, tmp_path):
    args = ["--ra", 150.1, "--dec", 2.2, "--radius", 0.2]
    skywright("sky", *args, "--reference", "--out", tmp_path / "ref.parquet")
    skywright("sky", *args, "--out", tmp_path / "sky.fits")
    ref = pq.read_table(tmp_path / "ref.parquet")
    assert {"ra", "dec", "raErr", "decErr", "pmRA", "pmDec", "epoch", "r_flux", "r_fluxErr"} <= set(
        ref.column_names)
    assert len(ref) > 100
    assert len(fits.getdata(tmp_path / "sky.fits", 1)) > 50 * len(ref)


@pytest.mark.parametrize("args, code", [
    (["--ra", 150, "--dec", 85, "--band", "r", "--mjd", 60796.05], 2),
    (["--ra", 150, "--dec", 2, "--band", "q", "--mjd", 60796.05], 2),
    (["--kind", "tea"], 2),
    ([*POINTING, "--set", "image.seeing_arcsec=-1"], 2),
    (["--visits", "/nonexistent.db", "--visit", 1], 4),
])
def test_bad_requests_end_with_one_message(skywright, tmp_path, args, code):
    result = skywright("expose", *args, "--detectors", "R22_S11", "--out", tmp_path / "o",
                       expect=code)
    assert "Traceback" not in result.err and "skywright:" in result.err
    assert not list((tmp_path / "o").rglob("*.fits*")) if (tmp_path / "o").exists() else True
