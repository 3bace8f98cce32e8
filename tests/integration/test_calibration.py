"""calib, detrend and solve through the program: a small camera, and a simulated LSST CCD."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

CAMERA = """
name = "backyard"
[telescope]
aperture_m = 0.2
focal_length_m = 1.0
[camera.keywords]
ra = ""
dec = ""
[[camera.sensor]]
name = "CMOS"
width = 400
height = 300
pixel_um = 5.0
gain = 0.8
read_noise = 2.0
"""


@pytest.fixture(scope="module")
def lsst(skywright, tmp_path_factory):
    """Masters and one clean, solved visit of one simulated LSST detector, with its truth."""
    folder = tmp_path_factory.mktemp("lsst")
    visit = 100
    for kind, count in (("bias", 3), ("dark", 3), ("flat", 3)):
        for _ in range(count):
            visit += 1
            skywright("expose", "--kind", kind, "--band", "r", "--visit", visit, "--detectors",
                      "R22_S11", "--out", folder / "calib_raw", "--seed", 3,
                      *(["--exposure", 100] if kind == "dark" else []))
    skywright("expose", "--ra", 150.0, "--dec", 2.2, "--band", "r", "--mjd", 60796.05,
              "--detectors", "R22_S11", "--out", folder / "raw", "--seed", 3)
    made = skywright("calib", *sorted((folder / "calib_raw").glob("*.fits*")), "--instrument",
                     "lsst", "--out", folder / "calib", "--json").json
    raw = next((folder / "raw").glob("*R22_S11.fits*"))
    clean = skywright("detrend", raw, "--instrument", "lsst", "--masters", folder / "calib",
                      "--out", folder / "clean.fits", "--json").json
    return folder, raw, made, clean


def bits_of(path):
    with fits.open(path) as hdus:
        hdu = hdus["MASK"]
        mask = hdu.data
        names = {k[3:]: hdu.header[k] for k in hdu.header if k.startswith("MP_")}
    return {name: (mask >> bit) & 1 == 1 for name, bit in names.items()}


def truth_of(folder):
    from pyarrow import parquet

    path = next((folder / "raw" / "truth").glob("*.parquet"))
    table = parquet.read_table(path)
    stars = {n: table[n].to_numpy(zero_copy_only=False) for n in table.column_names}
    return path.with_suffix(".fits"), stars


def test_masters_of_the_simulated_camera(lsst):
    folder, _, made, _ = lsst
    kinds = {m["kind"]: m for m in made["masters"]}
    assert set(kinds) == {"bias", "dark", "flat"}
    for master in kinds.values():
        assert master["frames"] == 3
        # 270,000 sampled pixels; gain and read noise as described, fixed patterns in the overscan.
        assert master["noise_ratio"] == pytest.approx(1.0, abs=0.05)
    for gain in made["gains"]:
        assert gain["gain"] == pytest.approx(gain["described"], rel=0.03)
    with fits.open(folder / "calib" / "flat_r_R22_S11.fits") as hdus:
        good = hdus["MASK"].data == 0
        assert hdus["IMAGE"].data[good].mean(dtype=float) == pytest.approx(1.0, abs=1e-5)


def test_detrend_flags_what_the_truth_says(lsst):
    folder, _, _, clean = lsst
    assert clean["files"][0]["masters"] == ["bias", "dark", "flat", "defects"]
    ours = bits_of(folder / "clean.fits")
    truth = bits_of(truth_of(folder)[0])
    with fits.open(folder / "clean.fits") as hdus:
        image, variance = hdus["IMAGE"].data, hdus["VARIANCE"].data
    assert (ours["SAT"] & truth["SAT"]).sum() >= 0.98 * truth["SAT"].sum()
    assert (ours["BAD"] & truth["BAD"]).sum() >= 0.97 * truth["BAD"].sum()
    # The truth's CR pixels reach down to one sigma of the sky.
    assert (ours["CR"] & truth["CR"]).sum() >= 0.80 * truth["CR"].sum()
    assert (ours["CR"] & ~truth["CR"]).sum() <= 0.5 * truth["CR"].sum()
    # Scatter of dark patches of sky is what the variance says. Medians of differences of
    # neighbours leave stars out; galaxies below the noise add a per cent.
    step = (image[:, 1:] - image[:, :-1]) / np.sqrt(variance[:, 1:] + variance[:, :-1])
    scatter = 1.4826 * np.median(np.abs(step[::3, ::3]))
    assert scatter == pytest.approx(1.0, abs=0.02)


def test_solve_agrees_with_the_truth(lsst, skywright):
    folder = lsst[0]
    truth_image, stars = truth_of(folder)
    chosen = (stars["kind"] == "star") & (stars["flux"] > 3e3) & (stars["flux"] < 3e6)
    rng = np.random.default_rng(1)
    error = 5.0 / 3.6e6
    n = chosen.sum()
    dec = stars["dec"][chosen] + rng.normal(0, error, n)
    ra = stars["ra"][chosen] + rng.normal(0, error, n) / np.cos(np.radians(dec))
    flux = stars["flux"][chosen] * (1 + rng.normal(0, 0.005, n))
    lines = ["ra,dec,raErr,decErr,r_flux,r_fluxErr"]
    lines += [f"{a:.9f},{d:.9f},5,5,{f:.6g},{0.005 * f:.4g}" for a, d, f in zip(ra, dec, flux)]
    (folder / "reference.csv").write_text("\n".join(lines) + "\n")
    done = skywright("solve", folder / "clean.fits", "--reference", folder / "reference.csv",
                     "--out", folder / "solved.fits", "--json").json
    assert done["band"] == "r"
    assert done["matched"] > 0.7 * n
    with fits.open(folder / "solved.fits") as hdus:
        ours = WCS(hdus["IMAGE"].header)
        zero_point = hdus["IMAGE"].header["MAGZERO"]
    with fits.open(truth_image) as hdus:
        header = hdus["MASK"].header
        true = WCS(header)
    x, y = (g.ravel() for g in np.meshgrid(np.linspace(0, 4095, 20), np.linspace(0, 4003, 20)))
    a, b = ours.all_pix2world(x, y, 0), true.all_pix2world(x, y, 0)
    east = (a[0] - b[0]) * np.cos(np.radians(2.2)) * 3.6e6
    north = (a[1] - b[1]) * 3.6e6
    # Some 400 stars at 12 mas and 20 parameters: 12 sqrt(10 / 400) = 1.9 mas; the requirement is 20.
    assert np.sqrt((east**2 + north**2).mean() / 2) < 4.0
    # Required: 10 mmag.
    assert zero_point == pytest.approx(header["TRUEZP"], abs=0.005)


def write_raw(path, pixels, **cards):
    header = fits.Header(cards)
    fits.PrimaryHDU(pixels.astype(np.uint16), header).writeto(path)
    return path


def test_a_small_camera_without_overscan_or_masters(skywright, tmp_path):
    (tmp_path / "camera.toml").write_text(CAMERA)
    rng = np.random.default_rng(2)
    pixels = rng.poisson(1000.0, (300, 400)) / 0.8
    pixels[100, 200] = 65535
    raw = write_raw(tmp_path / "light_01.fits", pixels, EXPTIME=10.0, IMAGETYP="Light Frame",
                    FILTER="R", **{"DATE-OBS": "2026-01-02T03:04:05"})
    done = skywright("detrend", raw, "--instrument", tmp_path / "camera.toml", "--out",
                     tmp_path / "clean", "--json").json
    assert done["files"][0]["masters"] == []
    with fits.open(tmp_path / "clean" / "light_01.fits") as hdus:
        image, variance, header = hdus["IMAGE"].data, hdus["VARIANCE"].data, hdus["IMAGE"].header
    assert header["BUNIT"] == "electron"
    assert np.median(image) == pytest.approx(1000.0, abs=1.0)
    assert np.median(variance) == pytest.approx(1004.0, abs=2.0)
    assert bits_of(tmp_path / "clean" / "light_01.fits")["SAT"][100, 200]


def test_errors_name_the_problem_and_leave_nothing_behind(skywright, tmp_path):
    (tmp_path / "camera.toml").write_text(CAMERA)
    wrong = write_raw(tmp_path / "wrong.fits", np.zeros((20, 30)), EXPTIME=1.0,
                      IMAGETYP="light", **{"DATE-OBS": "2026-01-02T03:04:05"})
    out = tmp_path / "out.fits"
    done = skywright("detrend", wrong, "--instrument", tmp_path / "camera.toml", "--out", out,
                     expect=4)
    assert "30x20" in done.err and "CMOS" in done.err
    skywright("detrend", wrong, "--instrument", "nonesuch", "--out", out, expect=2)
    skywright("detrend", tmp_path / "absent.fits", "--instrument", tmp_path / "camera.toml",
              "--out", out, expect=4)
    skywright("detrend", wrong, "--instrument", tmp_path / "camera.toml", "--out", wrong, expect=2)
    skywright("detrend", wrong, "--instrument", tmp_path / "camera.toml", "--out", out, "--set",
              "cosmic_rays.contrast=0.1", expect=2)
    done = skywright("calib", wrong, "--instrument", tmp_path / "camera.toml", "--out",
                     tmp_path / "masters", expect=4)
    assert "kind" in done.err
    (tmp_path / "file").write_text("")
    skywright("detrend", wrong, "--instrument", tmp_path / "camera.toml", "--out",
              tmp_path / "file" / "deeper", expect=5)
    assert not out.exists()
    assert not list(tmp_path.glob(".*"))


def test_solve_refuses_what_cannot_be_solved(skywright, tmp_path):
    rng = np.random.default_rng(4)
    image = rng.normal(100.0, 3.0, (300, 300)).astype(np.float32)
    fits.writeto(tmp_path / "plain.fits", image)
    reference = tmp_path / "reference.csv"
    reference.write_text("ra,dec\n" + "\n".join(f"{200 + 0.01 * i},-40" for i in range(50)) + "\n")
    done = skywright("solve", tmp_path / "plain.fits", "--reference", reference, expect=4)
    assert "--ra" in done.err
    (tmp_path / "no_columns.csv").write_text("a,b\n1,2\n")
    given = ("--ra", 10, "--dec", 20, "--scale", 0.5)
    done = skywright("solve", tmp_path / "plain.fits", "--reference", tmp_path / "no_columns.csv",
                     *given, expect=4)
    assert "no column ra" in done.err
    skywright("solve", tmp_path / "plain.fits", "--reference", reference, "--ra", 10, expect=2)
    out = tmp_path / "solved.fits"
    done = skywright("solve", tmp_path / "plain.fits", "--reference", reference, "--out", out,
                     *given, expect=4)
    assert not out.exists()
