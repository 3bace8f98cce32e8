"""`skywright stack` on plain FITS images that lie apart: one grid for all, stars where their WCS says."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

SIZE = 200
SCALE = 0.5 / 3600.0
SIGMA = 2.0
NOISE = 1.0
STARS = [(150.0 + dx * SCALE, 2.0 + dy * SCALE) for dx, dy in ((10, 12), (-35, 40), (30, -42))]
FLUX = 4000.0


def picture(path, shift, seed, angle=25.0):
    """A plain image turned by `angle`, whose middle lies `shift` pixels from the field's."""
    turn = np.radians(angle)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [(SIZE + 1) / 2 - shift[0], (SIZE + 1) / 2 - shift[1]]
    wcs.wcs.cd = SCALE * np.array(
        [[-np.cos(turn), np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    y, x = np.mgrid[:SIZE, :SIZE]
    data = np.random.default_rng(seed).normal(0.0, NOISE, (SIZE, SIZE))
    for ra, dec in STARS:
        u, v = wcs.all_world2pix(ra, dec, 0)
        data += FLUX / (2 * np.pi * SIGMA**2) * np.exp(
            -((x - u) ** 2 + (y - v) ** 2) / (2 * SIGMA**2))
    fits.writeto(path, data.astype(np.float32), wcs.to_header())
    return path


@pytest.fixture
def images(tmp_path):
    shifts = [(0, 0), (20, 0), (0, -15)]
    return [picture(tmp_path / f"{i}.fits", s, i) for i, s in enumerate(shifts)]


def test_the_grid_holds_all_images_as_the_first_is_turned(skywright, images, tmp_path):
    out = tmp_path / "coadd.fits"
    result = skywright("stack", *images, "--out", out, "--json").json
    assert abs(result["width"] - (SIZE + 20)) <= 2
    assert abs(result["height"] - (SIZE + 15)) <= 2
    with fits.open(out) as hdus:
        data = hdus["IMAGE"].data.astype(float)
        variance = hdus["VARIANCE"].data.astype(float)
        wcs = WCS(hdus["IMAGE"].header)
    y, x = np.mgrid[: data.shape[0], : data.shape[1]]
    for ra, dec in STARS:
        u, v = wcs.all_world2pix(ra, dec, 0)
        near = (x - u) ** 2 + (y - v) ** 2 < 10**2
        flux = data[near].sum()
        assert abs((data * (x - u))[near].sum() / flux) < 0.1
        assert abs((data * (y - v))[near].sum() / flux) < 0.1
        # 314 pixels of noise 1/sqrt(3), some correlated: 4 sigma.
        assert abs(flux - FLUX) < 4 * np.sqrt(near.sum()) * NOISE
    # Where all three overlap the variance is a third of one's; resampling lowers it further.
    middle = variance[90:130, 90:130]
    assert 0.1 < np.median(middle) < 0.4


def test_a_named_size_gives_a_grid_with_north_up(skywright, images, tmp_path):
    out = tmp_path / "coadd.fits"
    result = skywright("stack", *images, "--out", out, "--width", 150, "--json").json
    assert (result["width"], result["height"]) == (150, 150)
    header = fits.getheader(out, "IMAGE")
    cd = WCS(header).pixel_scale_matrix
    assert abs(cd[0, 1]) < 1e-3 * abs(cd[0, 0])


def test_images_of_fields_far_apart_are_refused(skywright, images, tmp_path):
    with fits.open(images[1]) as hdus:
        hdus[0].header["CRVAL1"] = 190.0
        hdus.writeto(tmp_path / "far.fits")
    out = tmp_path / "coadd.fits"
    done = skywright("stack", images[0], tmp_path / "far.fits", "--out", out, expect=4)
    assert "far apart" in done.err
    assert not out.exists()


@pytest.mark.parametrize("shape", [(300, 400), (301, 401)])
def test_images_on_one_grid_are_added_as_they_are(skywright, tmp_path, shape):
    """The coadd has their size, and its pixels are the plain mean: a resampled image's noise would be lower."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 2.0]
    wcs.wcs.crpix = [shape[1] / 2, shape[0] / 2]
    wcs.wcs.cd = SCALE * np.array([[-1.0, 0.0], [0.0, 1.0]])
    noise = np.random.default_rng(3).normal(100.0, NOISE, (2, *shape)).astype(np.float32)
    paths = [tmp_path / f"{i}.fits" for i in range(2)]
    for path, data in zip(paths, noise):
        fits.writeto(path, data, wcs.to_header())
    out = tmp_path / "coadd.fits"
    skywright("stack", *paths, "--out", out)
    with fits.open(out) as hdus:
        coadd, variance = hdus["IMAGE"].data, hdus["VARIANCE"].data
        place = WCS(hdus["IMAGE"].header).all_world2pix(*wcs.all_pix2world([[10.0, 20.0]], 0)[0], 0)
    assert coadd.shape == shape
    assert np.allclose(place, [10.0, 20.0], atol=1e-3)
    inner = np.s_[10:-10, 10:-10]
    mean = noise.mean(axis=0)[inner] - 100.0
    # The background that is taken off scatters by 0.01 a cell; half a pixel's resampling would change pixels by 0.5.
    assert np.abs(coadd[inner] - mean).max() < 0.06 * NOISE
    assert np.abs(variance[inner] / (NOISE**2 / 2) - 1).max() < 0.05
