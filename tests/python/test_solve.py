"""`skywright.solve` on arrays and tables in memory: against astropy's WCS, and the program's own file."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.nddata import CCDData
from astropy.table import QTable
from sky_fields import SCALE, SHAPE, ZERO_POINT, field_and_stars, hdu_of, wcs_of

import skywright

# Forty stars of SNR 220 and more: 0.006 pixel each, 0.01 beneath; a fit of ten terms a coordinate leaves a half of that
# within the field and three times as much at its corners. Five sigma.
TOLERANCE = 0.15 * SCALE  # [arcsec]


@pytest.fixture(scope="module")
def scene():
    return field_and_stars()


@pytest.fixture(scope="module")
def pointed_off(scene):
    """The field with a WCS that is wrong by 10 arcsec and 0.3 deg."""
    return hdu_of(scene[0], wcs_of(shift=(16.0, -12.0), turn_deg=0.3))


@pytest.fixture(scope="module")
def solved(scene, pointed_off):
    return skywright.solve(pointed_off, reference=scene[3])


def furthest(wcs):
    """From where astropy puts the field's pixels [arcsec]."""
    y, x = np.mgrid[0 : SHAPE[0] : 20, 0 : SHAPE[1] : 20].reshape(2, -1)
    ra, dec = wcs.pixel_to_sky(x, y)
    wanted_ra, wanted_dec = wcs_of().all_pix2world(x, y, 0)
    return 3600 * np.hypot((ra - wanted_ra) * np.cos(np.radians(2.0)), dec - wanted_dec).max()


def test_the_wcs_and_the_zero_point_are_those_of_the_sky(solved):
    assert furthest(solved.wcs) < TOLERANCE
    # 1 / SNR / sqrt(40) is a thousandth; the PSF's own scale of flux, a few.
    assert abs(solved.zero_point - ZERO_POINT) < 0.02
    assert solved.exposure.zero_point == solved.zero_point == solved["zero_point"]["magnitude"]
    assert abs(solved["offset_arcsec"] - 10.0) < 0.5 and abs(abs(solved["rotation_deg"]) - 0.3) < 0.02
    assert solved.summary["matched"] == len(solved.matches)


def test_the_matched_stars_are_the_field_s(scene, solved):
    _, x, y, stars = scene
    matches = solved.matches
    assert len(matches) >= 30
    rows = matches["reference"]
    assert np.hypot(matches["x"] - x[rows], matches["y"] - y[rows]).max() < 0.1
    assert np.array_equal(matches["ra"], stars["ra"][rows])
    there = solved.wcs.sky_to_pixel(matches["ra"], matches["dec"])
    assert np.allclose(matches["dx"], matches["x"] - there[0], atol=1e-9)
    assert np.hypot(matches["dx"], matches["dy"]).max() < 0.1


def test_pixels_are_not_copied_nor_changed(scene):
    pixels = scene[0].copy()
    pixels.flags.writeable = False
    found = skywright.solve(
        skywright.Exposure(pixels=pixels, wcs=skywright.Wcs(wcs_of())), reference=scene[3], band="r"
    ).exposure
    assert found.pixels is pixels
    assert (pixels == scene[0]).all()


def test_memory_and_files_give_the_program_s_own_file(scene, pointed_off, skywright_program, tmp_path):
    image, stars = tmp_path / "image.fits", tmp_path / "stars.fits"
    pointed_off.writeto(image)
    skywright.Table(scene[3]).write(stars)
    report = skywright_program("solve", image, "--reference", stars, "--out", tmp_path / "program.fits", "--json").json
    wanted = (tmp_path / "program.fits").read_bytes()
    named = skywright.solve(image, reference=stars, out=tmp_path / "named.fits")
    assert (tmp_path / "named.fits").read_bytes() == wanted
    lent = skywright.solve(pointed_off, reference=scene[3], out=tmp_path / "lent.fits")
    assert dict(named) == dict(lent) == report
    read = skywright.Exposure.read(tmp_path / "program.fits")
    for exposure in (named.exposure, lent.exposure, skywright.Exposure.read(tmp_path / "lent.fits")):
        assert exposure.pixels.tobytes() == read.pixels.tobytes()
        assert exposure.wcs.cards() == read.wcs.cards() and exposure.zero_point == read.zero_point
        assert exposure.header["NASTRO"] == read.header["NASTRO"] == report["matched"]


def test_an_exposure_keeps_its_planes(scene, skywright_program, tmp_path):
    pixels, *_, stars = scene
    given = skywright.Exposure(
        pixels=pixels, variance=np.full_like(pixels, 100.0), mask=np.zeros(pixels.shape, np.uint32),
        wcs=skywright.Wcs(wcs_of(shift=(5.0, 5.0))), cards=[("MJD-OBS", 61367.2, ""), ("FILTER", "r", "")],
    )  # fmt: skip
    given.write(tmp_path / "image.fits")
    skywright.Table(stars).write(tmp_path / "stars.fits")
    skywright_program("solve", tmp_path / "image.fits", "--reference", tmp_path / "stars.fits", "--out", tmp_path / "p.fits")
    wanted = skywright.Exposure.read(tmp_path / "p.fits")
    found = skywright.solve(given, reference=stars).exposure
    assert found.variance is given.variance and found.mask is given.mask
    assert found.wcs.cards() == wanted.wcs.cards() and found.zero_point == wanted.zero_point
    assert found.psf.fwhm(200, 150) == wanted.psf.fwhm(200, 150)


def references(stars):
    import pandas

    yield skywright.Table(stars)
    yield pandas.DataFrame(stars)
    yield skywright.Table(stars).to_arrow()
    micro = 10 ** (-0.4 * (stars["r_mag"] - 23.9)) * u.uJy
    yield QTable({"ra": (stars["ra"] * u.deg).to("hourangle"), "dec": (stars["dec"] * u.deg).to("rad"), "r_flux": micro})


def test_a_reference_may_be_anyone_s_table_in_any_unit(scene, pointed_off, solved):
    for reference in references(scene[3]):
        other = skywright.solve(pointed_off, reference=reference)
        # Degrees come back from radians to 1e-13.
        assert np.allclose(other.wcs.pixel_to_sky(*np.mgrid[:400:40, :300:40]), solved.wcs.pixel_to_sky(*np.mgrid[:400:40, :300:40]), rtol=0, atol=1e-9)
        assert other.zero_point == pytest.approx(solved.zero_point, abs=1e-5)


def test_sources_that_were_detected_before_are_taken(scene, pointed_off, solved):
    again = skywright.solve(pointed_off, reference=scene[3], catalog=skywright.detect(pointed_off))
    assert again["matched"] == solved["matched"] and furthest(again.wcs) < TOLERANCE


def test_an_array_is_found_by_its_pointing_alone(scene):
    found = skywright.solve(
        scene[0], reference=scene[3], band="r", ra=150 * u.deg, dec="2.0", scale=0.5 * u.arcsec
    )  # fmt: skip
    assert furthest(found.wcs) < TOLERANCE
    # CCDData of another byte order: converted, with no WCS of its own.
    ccd = CCDData(scene[0].astype(">f8"), unit="adu", meta={"FILTER": "r"})
    other = skywright.solve(ccd, reference=scene[3], ra=150.0, dec=2.0, scale=0.5)
    assert other.wcs.cards() == found.wcs.cards()
    assert other.exposure.unit == "adu" and other.exposure.to_ccddata().wcs is not None


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"image": np.zeros(SHAPE, np.float32)}, skywright.InputError, "no WCS to start from"),
        ({"image": np.zeros((2, *SHAPE))}, skywright.InputError, "3 axes"),
        ({"image": np.zeros(SHAPE, complex)}, skywright.InputError, "no real number"),
        ({"ra": 150.0}, skywright.ConfigError, "they go together"),
        ({"ra": 150 * u.m, "dec": 2, "scale": 1}, skywright.ConfigError, "its unit is not one of deg"),
        ({"ra": 1, "dec": 100, "scale": 1}, skywright.ConfigError, "between -90 and 90"),
        ({"reference": {"ra": [1.0], "x": [2.0]}}, skywright.InputError, "no column dec"),
        ({"reference": {"ra": ["a"], "dec": ["b"]}}, skywright.InputError, "ra"),
        ({"reference": QTable({"ra": [1.0] * u.kg, "dec": [1.0] * u.deg})}, skywright.InputError, "its unit is kg"),
        ({"reference": {"ra": [40.0] * 50, "dec": [-30.0] * 50}}, skywright.InputError, "lie on the image"),
        ({"reference": {"ra": [], "dec": []}}, skywright.InputError, "lie on the image"),
        ({"reference": 3}, skywright.InputError, "a int is none"),
        ({"reference": None}, skywright.ConfigError, "--reference"),
        ({"catalog": {"u": [1.0]}}, skywright.InputError, "no columns x and y"),
        ({"config": {"max_offset_arcsec": 1e9}}, skywright.ConfigError, "the most that can be searched"),
        ({"config": {"sip_order": 9}}, skywright.ConfigError, "sip_order"),
    ],
)
def test_what_cannot_be_solved_is_refused(pointed_off, scene, change, error, says):
    call = {"image": pointed_off, "reference": scene[3]} | change
    with pytest.raises(error, match=says):
        skywright.solve(call.pop("image"), **call)


def test_an_image_of_nothing_is_refused(scene):
    blank = skywright.Exposure(pixels=np.full(SHAPE, np.nan, np.float32), wcs=skywright.Wcs(wcs_of()))
    with pytest.raises(skywright.InputError, match="no background can be measured"):
        skywright.solve(blank, reference=scene[3])
    with pytest.raises(skywright.InputError, match="mask: its shape"):
        skywright.Exposure(pixels=scene[0], mask=np.zeros((4, 4), bool), wcs=skywright.Wcs(wcs_of()))
