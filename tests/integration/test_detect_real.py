"""`skywright detect` on real pixels, beside source-extractor run with the same filter and threshold."""

import shutil
import subprocess

import numpy as np
import pytest
from astropy.io import fits

# default.conv of source-extractor: a pyramid of 3 x 3 weights, FWHM about 2 pixels.
KERNEL = [1, 2, 1, 2, 4, 2, 1, 2, 1]
CONFIG = """
PARAMETERS_NAME {params}
FILTER_NAME {kernel}
CATALOG_NAME {out}
CATALOG_TYPE FITS_1.0
DETECT_THRESH {threshold}
ANALYSIS_THRESH {threshold}
DETECT_MINAREA 5
FILTER Y
BACK_SIZE 64
BACK_FILTERSIZE 3
WEIGHT_TYPE NONE
PHOT_APERTURES 10
SATUR_LEVEL 1e9
GAIN 0
VERBOSE_TYPE QUIET
"""
PARAMETERS = "X_IMAGE Y_IMAGE XWIN_IMAGE YWIN_IMAGE FLUX_APER(1) FLUXERR_APER(1) FLUX_AUTO FLAGS"


def ours_settings(threshold):
    pairs = {
        "background.mesh": 64,
        "background.mask_sources": "false",
        "detection.filter": "kernel",
        "detection.filter_kernel": KERNEL,
        "detection.noise_unit": "unfiltered",
        "detection.threshold": threshold,
        "detection.extent": threshold,
        "detection.min_area": 5,
        "deblend.min_significance": 0,  # source-extractor knows only the contrast
    }
    return [a for k, v in pairs.items() for a in ("--set", f"{k}={v}")]


def run_source_extractor(image, folder, threshold):
    program = shutil.which("source-extractor")
    assert program, "the Debian package source-extractor is missing: run ./bootstrap"
    params = folder / "se.param"
    params.write_text(PARAMETERS.replace(" ", "\n") + "\n")
    kernel = folder / "se.conv"
    rows = [" ".join(str(v) for v in KERNEL[i : i + 3]) for i in (0, 3, 6)]
    kernel.write_text("CONV NORM\n" + "\n".join(rows) + "\n")
    out = folder / "se.fits"
    config = folder / "se.sex"
    config.write_text(CONFIG.format(params=params, kernel=kernel, out=out, threshold=threshold))
    subprocess.run([program, str(image), "-c", str(config)], check=True, cwd=folder, timeout=120)
    return fits.getdata(out)


class Places:
    """Nearest neighbours among a few thousand points."""

    def __init__(self, points):
        self.points = np.asarray(points, float)

    def query(self, at):
        d2 = ((np.asarray(at, float)[:, None, :] - self.points[None, :, :]) ** 2).sum(axis=2)
        nearest = d2.argmin(axis=1)
        return np.sqrt(d2[np.arange(len(nearest)), nearest]), nearest


def flagged(table):
    """Any flag but those that only say what the source was used for; apertures of 25 pixels meet a
    neighbour almost everywhere on this field."""
    names = [n for n in table.names if n.startswith("pixelFlags_") or n.endswith("_flag")]
    names = [n for n in names if n != "apFlux_flag"] + ["deblend_blended"]
    return np.any([table[n] for n in names], axis=0)


@pytest.fixture(scope="module", params=[1.5, 3.0])
def both(request, skywright, shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("detect")
    image = shared / "images" / "sx_galaxies.fits"
    theirs = run_source_extractor(image, folder, request.param)
    out = folder / "ours.fits"
    skywright("detect", image, "--out", out, *ours_settings(request.param))
    return fits.getdata(out), theirs


def test_finds_what_source_extractor_finds(both):
    ours, theirs = both
    wanted = (theirs["FLAGS"] == 0) & (theirs["FLUX_APER"] > 10 * theirs["FLUXERR_APER"])
    assert wanted.sum() > 200
    tree = Places(np.c_[ours["x"], ours["y"]])
    places = np.c_[theirs["XWIN_IMAGE"] - 1, theirs["YWIN_IMAGE"] - 1]
    distance, _ = tree.query(places)
    share = np.mean(distance[wanted] < 0.5)
    print(f"{share:.4f} of {wanted.sum()} sources of source-extractor within 0.5 pixel")
    assert share >= 0.98


def test_source_extractor_finds_what_we_find(both):
    ours, theirs = both
    wanted = ~flagged(ours) & (ours["ap05Flux"] > 10 * ours["ap05FluxErr"])
    assert wanted.sum() > 200
    tree = Places(np.c_[theirs["XWIN_IMAGE"] - 1, theirs["YWIN_IMAGE"] - 1])
    distance, _ = tree.query(np.c_[ours["x"], ours["y"]])
    share = np.mean(distance[wanted] < 0.5)
    print(f"{share:.4f} of our {wanted.sum()} sources within 0.5 pixel of theirs")
    assert share >= 0.98


def test_aperture_fluxes_agree(both):
    ours, theirs = both
    tree = Places(np.c_[ours["x"], ours["y"]])
    distance, i = tree.query(np.c_[theirs["XWIN_IMAGE"] - 1, theirs["YWIN_IMAGE"] - 1])
    good = (distance < 0.5) & (theirs["FLAGS"] == 0) & ~flagged(ours)[i]
    good &= theirs["FLUX_APER"] > 10 * theirs["FLUXERR_APER"]
    ratio = ours["ap05Flux"][i][good] / theirs["FLUX_APER"][good]
    print(f"aperture flux ratio: median {np.median(ratio):.5f}, mad {np.median(abs(ratio - 1)):.5f}")
    assert abs(np.median(ratio) - 1) < 0.01
    assert np.median(abs(ratio - 1)) < 0.01


def test_blends_are_reported(both):
    ours, theirs = both
    blended = ours["deblend_blended"].astype(bool)
    assert 0.02 < blended.mean() < 0.7
    assert np.all((ours["parentSourceId"] > 0) == blended)
    # Most of what source-extractor calls blended (flag 2) is blended here too.
    tree = Places(np.c_[ours["x"], ours["y"]])
    distance, i = tree.query(np.c_[theirs["XWIN_IMAGE"] - 1, theirs["YWIN_IMAGE"] - 1])
    theirs_blended = ((theirs["FLAGS"] & 2) != 0) & (distance < 1)
    assert blended[i][theirs_blended].mean() > 0.7


def test_sep_cutout_with_defaults_matches_the_whole_frame(skywright, shared, tmp_path):
    """sep_image is the frame from column 768 and row 512 on (from zero): the same bright sources at the same places."""
    whole, part = tmp_path / "whole.fits", tmp_path / "part.fits"
    skywright("detect", shared / "images" / "sx_galaxies.fits", "--out", whole)
    skywright("detect", shared / "images" / "sep_image.fits", "--out", part)
    whole, part = fits.getdata(whole), fits.getdata(part)
    inner = (part["x"] > 20) & (part["x"] < 235) & (part["y"] > 20) & (part["y"] < 235)
    bright = inner & (part["snr"] > 20)
    assert bright.sum() > 15
    tree = Places(np.c_[whole["x"] - 768, whole["y"] - 512])
    distance, _ = tree.query(np.c_[part["x"], part["y"]][bright])
    assert np.mean(distance < 0.5) >= 0.95


def make_image(rng, shape=(256, 300), stars=30):
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = rng.normal(100, 5, shape)
    places = rng.uniform(20, [shape[1] - 20, shape[0] - 20], (stars, 2))
    for sx, sy in places:
        image += 2000 / (2 * np.pi * 4) * np.exp(-((x - sx) ** 2 + (y - sy) ** 2) / 8)
    return image.astype(np.float32), places


def wcs_cards(header):
    for key, value in {
        "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 150.0, "CRVAL2": -30.0,
        "CRPIX1": 100.5, "CRPIX2": 90.25, "CD1_1": -5e-5, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 5e-5,
    }.items():
        header[key] = value


def test_compressed_and_extension_images_with_wcs(skywright, tmp_path):
    from astropy.wcs import WCS

    image, _ = make_image(np.random.default_rng(1))
    header = fits.Header()
    wcs_cards(header)
    plain, packed, many = (tmp_path / n for n in ("plain.fits", "packed.fits", "many.fits"))
    fits.PrimaryHDU(image, header).writeto(plain)
    fits.HDUList(
        [fits.PrimaryHDU(), fits.CompImageHDU(image, header, compression_type="GZIP_2", quantize_level=0)]
    ).writeto(packed)
    fits.HDUList(
        [fits.PrimaryHDU(), fits.ImageHDU(np.zeros((9, 9), np.float32), name="OTHER"),
         fits.ImageHDU(image, header, name="SCI")]
    ).writeto(many)
    tables = []
    for name in (str(plain), str(packed), f"{many}[SCI]", f"{many}[2]"):
        out = tmp_path / "out.fits"
        skywright("detect", name, "--out", out)
        tables.append(fits.getdata(out).copy())
    assert len(tables[0]) >= 25
    for table in tables[1:]:
        assert np.array_equal(table["psfFlux"], tables[0]["psfFlux"])
        assert np.array_equal(table["x"], tables[0]["x"])
    ra, dec = WCS(header).all_pix2world(tables[0]["x"], tables[0]["y"], 0)
    assert np.allclose(ra, tables[0]["ra"], atol=1e-9) and np.allclose(dec, tables[0]["dec"], atol=1e-9)


def test_masks_and_weights_are_honoured(skywright, tmp_path):
    image, places = make_image(np.random.default_rng(2))
    mask = np.zeros(image.shape, np.int16)
    mask[:, :150] = 1
    variance = np.full(image.shape, 25.0, np.float32)
    variance[:128] = 0
    paths = {}
    for name, data in {"image": image, "mask": mask, "variance": variance}.items():
        paths[name] = tmp_path / f"{name}.fits"
        fits.PrimaryHDU(data).writeto(paths[name])
    out = tmp_path / "out.fits"
    skywright("detect", paths["image"], "--out", out, "--mask", paths["mask"], "--weight", paths["variance"])
    table = fits.getdata(out)
    assert len(table) > 3
    assert table["x"].min() > 148 and table["y"].min() > 126


def test_an_empty_sky_is_no_error(skywright, tmp_path):
    image = np.random.default_rng(3).normal(0, 1, (200, 200)).astype(np.float32)
    fits.PrimaryHDU(image).writeto(tmp_path / "empty.fits")
    result = skywright("detect", tmp_path / "empty.fits", "--out", tmp_path / "out.fits",
                       "--threshold", "7", "--json")
    assert result.json["sources"] == 0 and result.json["warnings"]
    assert len(fits.getdata(tmp_path / "out.fits")) == 0


def test_nans_are_bad_input_and_leave_nothing(skywright, tmp_path):
    fits.PrimaryHDU(np.full((64, 64), np.nan, np.float32)).writeto(tmp_path / "nan.fits")
    result = skywright("detect", tmp_path / "nan.fits", "--out", tmp_path / "out.fits", expect=4)
    assert "finite" in result.err
    assert not (tmp_path / "out.fits").exists()


@pytest.mark.parametrize("setting", ["detection.threshold=-1", "detection.treshold=3", "background.filter=4"])
def test_a_wrong_setting_is_a_usage_error(skywright, tmp_path, setting):
    image, _ = make_image(np.random.default_rng(4))
    fits.PrimaryHDU(image).writeto(tmp_path / "image.fits")
    skywright("detect", tmp_path / "image.fits", "--out", tmp_path / "o.fits", "--set", setting, expect=2)


@pytest.mark.parametrize("extension", ["fits", "csv"])
def test_the_same_bytes_for_any_number_of_threads(skywright, shared, tmp_path, extension):
    image = shared / "images" / "sx_galaxies.fits"
    contents = []
    for jobs in (1, 2, 5):
        out = tmp_path / f"out{jobs}.{extension}"
        skywright("detect", image, "--out", out, "--jobs", jobs)
        contents.append(out.read_bytes())
    assert contents[0] == contents[1] == contents[2]
