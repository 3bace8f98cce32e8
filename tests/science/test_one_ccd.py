"""One LSST CCD from raw frames to a solved catalog, beside the truth and beside source-extractor.

Frames are simulated, reduced through the program's own commands, and compared with the truth catalog that
the simulator wrote. Stars count where no other object above 5 % of their flux lies within 3 arcsec, and
none a hundred times brighter, whose wings reach further, within 12. The
tolerances are those of the requirements (20 mas, 10 mmag) or follow from counting statistics.
"""

import shutil
import subprocess

import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table

RA, DEC, MJD, BAND, DETECTOR = 80.0, -32.0, 61420.1, "r", "R22_S11"


@pytest.fixture(scope="module")
def ccd(skywright, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ccd")
    common = ["--instrument", "lsst", "--mjd", MJD, "--detectors", DETECTOR]
    visit = 1
    for kind, count, more in (("bias", 4, []), ("dark", 2, ["--exposure", 60]),
                              ("flat", 3, ["--band", BAND])):
        for _ in range(count):
            skywright("expose", *common, "--kind", kind, *more, "--visit", visit, "--ra", RA,
                      "--dec", DEC, "--out", folder / "calibration")
            visit += 1
    skywright("expose", *common, "--band", BAND, "--ra", RA, "--dec", DEC, "--visit", 1000,
              "--quiet-sky", "--out", folder / "science")
    raws = sorted((folder / "calibration").glob("*.fits.fz"))
    skywright("calib", "--kind", "all", "--instrument", "lsst", *raws, "--out", folder / "masters")
    raw = next((folder / "science").glob("*.fits.fz"))
    skywright("detrend", "--instrument", "lsst", "--masters", folder / "masters", raw, "--out",
              folder / "clean.fits")
    skywright("sky", "--ra", RA, "--dec", DEC, "--radius", 0.4, "--reference", "--out",
              folder / "reference.parquet")
    skywright("solve", folder / "clean.fits", "--reference", folder / "reference.parquet",
              "--band", BAND, "--out", folder / "solved.fits")
    skywright("detect", folder / "solved.fits", "--out", folder / "catalog.fits")
    truth = pq.read_table(next((folder / "science" / "truth").glob("*.parquet"))).to_pydict()
    return folder, {k: np.array(v) for k, v in truth.items()}, Table.read(folder / "catalog.fits")


def isolated_stars(truth, low, high):
    x, y, flux = truth["x"], truth["y"], truth["flux"]
    star = (truth["kind"] == "star") & (truth["snr"] > low) & (truth["snr"] < high)
    star &= (x > 60) & (x < 4030) & (y > 60) & (y < 3940)
    rows = []
    for i in np.flatnonzero(star):
        near = np.hypot(x - x[i], y - y[i]) < 15
        near[i] = False
        wide = np.hypot(x - x[i], y - y[i]) < 60
        if not np.any(flux[near] > 0.05 * flux[i]) and not np.any(flux[wide] > 100 * flux[i]):
            rows.append(i)
    return np.array(rows)


def nearest(x, y, at_x, at_y):
    distance = np.hypot(x[None, :] - at_x[:, None], y[None, :] - at_y[:, None])
    index = distance.argmin(axis=1)
    return index, distance[np.arange(len(at_x)), index]


def usable(folder, x, y):
    mask = fits.getdata(folder / "solved.fits", "MASK")
    return mask[np.rint(y).astype(int), np.rint(x).astype(int)] == 0


def test_stars_at_snr_10_are_complete_and_match_the_peer(ccd, tmp_path):
    folder, truth, catalog = ccd
    stars = isolated_stars(truth, 10, 20)
    stars = stars[usable(folder, truth["x"][stars], truth["y"][stars])]
    assert len(stars) > 50
    _, ours = nearest(np.array(catalog["x"]), np.array(catalog["y"]), truth["x"][stars],
                      truth["y"][stars])
    found = np.mean(ours < 1.5)
    assert found >= 0.97, f"{found:.3f} of {len(stars)}"
    peer = shutil.which("source-extractor")
    assert peer, "source-extractor is in bootstrap's list of test packages"
    fits.writeto(tmp_path / "plain.fits", fits.getdata(folder / "solved.fits", "IMAGE"))
    (tmp_path / "p.param").write_text("X_IMAGE\nY_IMAGE\nFLUX_AUTO\n")
    (tmp_path / "g.conv").write_text("CONV NORM\n1 2 1\n2 4 2\n1 2 1\n")
    subprocess.run([peer, "plain.fits", "-c", "/dev/null", "-CATALOG_NAME", "se.fits",
                    "-CATALOG_TYPE", "FITS_1.0", "-PARAMETERS_NAME", "p.param", "-FILTER_NAME",
                    "g.conv", "-STARNNW_NAME", "/usr/share/source-extractor/default.nnw",
                    "-VERBOSE_TYPE", "QUIET"], cwd=tmp_path, check=True)
    se = Table.read(tmp_path / "se.fits")
    _, theirs = nearest(np.array(se["X_IMAGE"]) - 1, np.array(se["Y_IMAGE"]) - 1,
                        truth["x"][stars], truth["y"][stars])
    # Two binomial standard deviations of the difference are allowed for.
    slack = 2 * np.sqrt(2 * 0.03 * 0.97 / len(stars))
    assert found >= np.mean(theirs < 1.5) - slack


def test_bright_stars_are_placed_within_20_mas(ccd):
    _, truth, catalog = ccd
    stars = isolated_stars(truth, 100, 1000)
    index, _ = nearest(np.array(catalog["x"]), np.array(catalog["y"]), truth["x"][stars],
                       truth["y"][stars])
    east = (np.array(catalog["ra"])[index] - truth["ra"][stars]) * np.cos(np.radians(DEC)) * 3.6e6
    north = (np.array(catalog["dec"])[index] - truth["dec"][stars]) * 3.6e6
    assert len(stars) > 30
    assert np.sqrt(np.mean(np.r_[east, north] ** 2)) < 20


def test_zero_point_and_flux_errors(ccd):
    folder, truth, catalog = ccd
    zero = fits.getheader(folder / "solved.fits", "IMAGE")["MAGZERO"]
    scale = 10 ** (0.4 * (31.4 - zero))
    stars = isolated_stars(truth, 50, 500)
    stars = stars[usable(folder, truth["x"][stars], truth["y"][stars])]
    index, distance = nearest(np.array(catalog["x"]), np.array(catalog["y"]), truth["x"][stars],
                              truth["y"][stars])
    index, stars = index[distance < 0.5], stars[distance < 0.5]
    flux = np.array(catalog["psfFlux"])[index] * scale
    error = np.array(catalog["psfFluxErr"])[index] * scale
    offset = np.median(flux / truth["flux"][stars])
    assert abs(2.5 * np.log10(offset)) < 0.010
    pulls = (flux / offset - truth["flux"][stars]) / error
    robust = 1.4826 * np.median(np.abs(pulls - np.median(pulls)))
    # Quoted errors hold to 20 %, the flat's and the PSF model's share included.
    assert 0.8 < robust < 1.2 + 3 / np.sqrt(2 * len(stars))
