"""At home with astropy: what it hands us, what we hand it."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.nddata import CCDData, InverseVariance, NDData, StdDevUncertainty, UnknownUncertainty, VarianceUncertainty
from astropy.table import QTable, Table
from astropy.time import Time
from astropy.wcs import WCS

import skywright
from skywright import _call


def tan_sip():
    header = fits.Header()
    cards = {
        "CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "CRPIX1": 200.5, "CRPIX2": 150.5, "CRVAL1": 150.0,
        "CRVAL2": 2.2, "CD1_1": -5.5e-5, "CD1_2": 1e-6, "CD2_1": 1e-6, "CD2_2": 5.5e-5, "CUNIT1": "deg",
        "CUNIT2": "deg", "RADESYS": "ICRS", "A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-6, "A_0_2": -2e-6,
        "B_1_1": 3e-6, "B_2_0": 1e-6,
    }  # fmt: skip
    header.update(cards)
    return header


def test_a_wcs_there_and_back_is_the_same_sky():
    header = tan_sip()
    astropys = WCS(header)
    x, y = np.meshgrid(np.linspace(0, 399, 23), np.linspace(0, 299, 17))
    ra, dec = astropys.all_pix2world(x, y, 0)
    for ours in (skywright.Wcs(header), skywright.Wcs(astropys), skywright.Wcs(dict(header))):
        sky = ours.pixel_to_sky(x, y)
        # A microarcsecond: both evaluate the same closed form in doubles.
        assert np.abs(sky[0] - ra).max() < 3e-10 and np.abs(sky[1] - dec).max() < 3e-10
        back = ours.sky_to_pixel(*sky)
        assert np.abs(back[0] - x).max() < 1e-6 and np.abs(back[1] - y).max() < 1e-6
        again = ours.to_astropy().all_pix2world(x, y, 0)
        assert np.abs(again[0] - ra).max() < 3e-10 and np.abs(again[1] - dec).max() < 3e-10
    coord = skywright.Wcs(header).pixel_to_world(10.0, 20.0)
    assert coord.separation(SkyCoord(*astropys.all_pix2world(10, 20, 0), unit="deg")) < 1e-5 * u.arcsec
    assert np.allclose(skywright.Wcs(header).world_to_pixel(coord.galactic), (10.0, 20.0), atol=1e-6)


def test_other_projections_are_refused_and_detection_goes_on(pixels):
    header = tan_sip()
    header["CTYPE1"], header["CTYPE2"] = "RA---AIT", "DEC--AIT"
    with pytest.raises(skywright.InputError):
        skywright.Wcs(header)
    with pytest.warns(skywright.SkywrightWarning, match="no ra and dec"):
        table = skywright.detect(CCDData(pixels, unit="adu", wcs=WCS(header)))
    assert "ra" not in table
    with pytest.raises(skywright.InputError, match="no celestial WCS"):
        skywright.Wcs({})


@pytest.mark.parametrize(
    ("uncertainty", "variance"),
    [
        (lambda s: StdDevUncertainty(np.full(s, 10.0)), 100.0),
        (lambda s: VarianceUncertainty(np.full(s, 100.0)), 100.0),
        (lambda s: InverseVariance(np.full(s, 0.01)), 100.0),
        (lambda s: StdDevUncertainty(np.full(s, 1e4), unit=u.microampere), 100.0),
        (lambda s: None, None),
    ],
)
def test_ccddata_brings_noise_mask_and_wcs(pixels, uncertainty, variance):
    unit = u.adu if variance is None else u.milliampere
    given = uncertainty(pixels.shape)
    mask = np.zeros(pixels.shape, bool)
    mask[:, :100] = True
    ccd = CCDData(pixels, unit=unit, uncertainty=given, mask=mask, wcs=WCS(tan_sip()))
    exposure = skywright.Exposure.of(ccd)
    assert exposure.pixels is ccd.data  # not copied
    assert (exposure.variance is None) if variance is None else np.allclose(exposure.variance, variance)
    table = skywright.detect(ccd)
    assert table["x"].min() > 95
    ra, dec = WCS(tan_sip()).all_pix2world(table["x"], table["y"], 0)
    assert np.abs(table["ra"] - ra).max() < 1e-9 and np.abs(table["dec"] - dec).max() < 1e-9
    sky = table.coordinates
    assert isinstance(sky, SkyCoord) and len(sky) == len(table)
    back = exposure.to_ccddata()
    assert back.data is exposure.pixels and (back.mask == mask).all()


def test_noise_of_no_known_kind_is_refused(pixels):
    ccd = NDData(pixels, unit=u.adu, uncertainty=UnknownUncertainty(np.ones_like(pixels)))
    with pytest.raises(skywright.InputError, match="its kind is 'unknown'"):
        skywright.detect(ccd)


def test_quantities_masked_arrays_and_hdus_are_images(pixels):
    plain = len(skywright.detect(pixels))
    quantity = pixels * u.electron
    table = skywright.detect(quantity)
    assert len(table) == plain and table.meta["FLUXUNIT"] == "electron"
    masked = np.ma.MaskedArray(pixels, mask=np.zeros(pixels.shape, bool))
    assert len(skywright.detect(masked)) == plain
    masked.mask[:, :100] = True
    assert skywright.detect(masked)["x"].min() > 95
    hdu = fits.ImageHDU(pixels, tan_sip())
    assert "ra" in skywright.detect(hdu)
    with pytest.raises(skywright.InputError, match="has no image"):
        skywright.detect(fits.PrimaryHDU())


def test_tables_go_to_astropy_with_units_and_come_back(pixels):
    ours = skywright.detect(fits.ImageHDU(pixels, tan_sip()))
    theirs = ours.to_astropy()
    assert isinstance(theirs, QTable)
    assert theirs["ra"].unit == u.deg and theirs["x"].unit == u.pix
    assert np.shares_memory(theirs["ra"].value, ours["ra"])
    assert theirs["x"].info.description == ours.descriptions["x"]
    assert isinstance(ours.to_astropy(quantities=False), Table)
    again = skywright.Table(theirs)
    assert again.colnames == ours.colnames
    for name in ours:
        assert np.array_equal(again[name], ours[name], equal_nan=ours[name].dtype.kind == "f"), name
    assert again.units["ra"] == "deg"
    masked = Table({"a": np.ma.MaskedArray([1, 2], mask=[False, True]), "s": ["x", "y"]})
    back = skywright.Table(masked)
    assert np.isnan(back["a"][1]) and list(back["s"]) == ["x", "y"]


def test_quantities_and_times_are_options(tmp_path):
    assert _call.text_of(3600 * u.arcsec, "ra", "DEG") == "1.0"
    assert float(_call.text_of(SkyCoord("10h", "5d").ra, "ra", "DEG")) == pytest.approx(150.0)
    time = Time("2026-11-24T04:00:00", scale="utc")
    assert float(_call.text_of(time, "mjd", "T")) == pytest.approx(time.tai.mjd, abs=1e-9)
    assert _call.text_of(time, "from_", "DATE").startswith("2026-11-24T04:00:00")
    with pytest.raises(skywright.ConfigError, match="its unit is not one of deg"):
        _call.text_of(3 * u.s, "ra", "DEG")
    with pytest.raises(skywright.ConfigError, match="has no unit"):
        _call.text_of(3 * u.s, "threshold", "SIGMA")
    centre = SkyCoord(150.0 * u.deg, 2.0 * u.deg)
    skywright.sky(ra=centre.ra, dec=centre.dec, radius=3 * u.arcmin, mjd=time, out=tmp_path / "sky.fits")
    table = skywright.Table(tmp_path / "sky.fits")
    assert len(table) > 10
    # With what reaches in from around it; 3 degrees would reach much farther.
    assert (table.coordinates.separation(centre) < 0.2 * u.deg).all()
