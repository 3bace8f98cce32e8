"""`skywright.stack` on images in memory: against NumPy's average, and the program's own file."""

import numpy as np
import pytest
from conftest import NOISE, star_field
from sky_fields import SHAPE, field_of, hdu_of, wcs_of

import skywright

EDGE = 4  # pixels that the sinc needs on either side: none nearer an image's edge is resampled
INNER = np.s_[EDGE:-EDGE, EDGE:-EDGE]
WHOLE = {"clip_sigma": 0}  # no pixel is rejected, so that the average is NumPy's


def exposures(count=3, shifts=((0, 0),)):
    """One field of stars, with noise and, where shifts differ, a place of its own each."""
    for i in range(count):
        pixels = field_of(20 + i)
        dx, dy = shifts[i % len(shifts)]
        # Pixels move along x and y as the telescope does: the sky stays.
        yield hdu_of(np.roll(pixels, (-dy, -dx), (0, 1)), wcs_of((dx, dy)))


def test_on_one_grid_the_coadd_is_the_average():
    images = list(exposures())
    coadd = skywright.stack(images, like=images[0], config=WHOLE)
    mean = np.average([i.data.astype(float) for i in images], axis=0, weights=coadd.weights)
    # The level of the sky comes off each: a constant. float32 of 500 and of sums of three, twice over.
    left = (coadd.exposure.pixels - mean)[INNER]
    assert np.ptp(left) < 4 * 2**-23 * np.abs(mean).max()
    assert -left.mean() == pytest.approx(500.0, abs=1.0)
    assert sum(coadd.weights) == pytest.approx(1.0) and max(coadd.weights) - min(coadd.weights) < 0.05
    assert coadd.coverage.dtype == np.uint16 and (coadd.coverage[INNER] == 3).all()
    assert np.median(coadd.exposure.variance) == pytest.approx(NOISE**2 / 3, rel=0.05)
    assert coadd["images"] == coadd.summary["images"] == 3 and "3 images on" in repr(coadd)


def test_images_that_lie_apart_cover_the_sky_that_they_see():
    shifts = [(0, 0), (40, 0), (0, -30)]
    images = list(exposures(3, shifts))
    height, width = skywright.stack(images).exposure.shape  # wide enough for all
    assert abs(width - (SHAPE[1] + 40)) <= 1 and abs(height - (SHAPE[0] + 30)) <= 1
    # Rectangles on a grid of whole pixels about them, told by their corners.
    wanted = np.zeros((SHAPE[0] + 50, SHAPE[1] + 60), np.uint16)
    grid = skywright.Exposure(pixels=np.zeros(wanted.shape), wcs=skywright.Wcs(wcs_of((-10, -40))))
    coadd = skywright.stack(images, like=grid, config=WHOLE)
    most = np.zeros_like(wanted)
    for dx, dy in shifts:
        left, low = 10 + dx, 40 + dy
        most[low : low + SHAPE[0], left : left + SHAPE[1]] += 1
        wanted[low + EDGE : low + SHAPE[0] - EDGE, left + EDGE : left + SHAPE[1] - EDGE] += 1
    assert (wanted <= coadd.coverage).all() and (coadd.coverage <= most).all()
    assert wanted.max() == 3
    no_data = np.uint32(1 << skywright.mask_planes().index("NO_DATA"))
    assert (((coadd.exposure.mask & no_data) != 0) == (coadd.coverage == 0)).all()
    # Each star stands where astropy's WCS of the coadd puts it.
    sky = wcs_of().all_pix2world(*star_field(SHAPE)[1:3], 0)
    x, y = coadd.exposure.wcs.sky_to_pixel(*sky)
    wx, wy = coadd.exposure.wcs.to_astropy().all_world2pix(*sky, 0)
    assert np.allclose(x, wx, atol=1e-6) and np.allclose(y, wy, atol=1e-6)


@pytest.mark.parametrize("kind", ["HDUs", "exposures of ours", "big-endian float64"])
def test_memory_and_files_give_the_program_s_own_file(kind, skywright_program, tmp_path):
    images = list(exposures(2, [(0, 0), (7, 3)]))
    files = [tmp_path / f"{i}.fits" for i in range(2)]
    for image, file in zip(images, files):
        if kind == "exposures of ours":
            e = skywright.Exposure.of(image)
            e.variance = np.full_like(e.pixels, NOISE**2)
            e.write(file)
        else:
            image.writeto(file)
    report = skywright_program("stack", *files, "--out", tmp_path / "program.fits", "--json").json
    wanted = skywright.Exposure.read(tmp_path / "program.fits")
    named = skywright.stack(files, out=tmp_path / "named.fits")
    assert (tmp_path / "named.fits").read_bytes() == (tmp_path / "program.fits").read_bytes()
    if kind == "exposures of ours":
        given = [skywright.Exposure.read(f) for f in files]
    elif kind == "HDUs":
        given = images
    else:
        given = [hdu_of(i.data.astype(">f8"), wcs_of(s)) for i, s in zip(images, [(0, 0), (7, 3)])]
    lent = skywright.stack(given, out=tmp_path / "lent.fits")
    assert dict(named) == dict(lent) == report
    for found in (named.exposure, lent.exposure, skywright.Exposure.read(tmp_path / "lent.fits")):
        for plane in ("pixels", "variance", "mask"):
            assert getattr(found, plane).tobytes() == getattr(wanted, plane).tobytes(), plane
        assert found.wcs.cards() == wanted.wcs.cards()


def test_images_are_not_changed_and_the_coadd_is_the_core_s_memory():
    images = [skywright.Exposure.of(i) for i in exposures(2)]
    before = [i.pixels.copy() for i in images]
    for image in images:
        image.pixels.flags.writeable = False
    coadd = skywright.stack(images)
    assert all((i.pixels == b).all() for i, b in zip(images, before))
    core = coadd._core
    for array, again in ((coadd.coverage, core.coverage), (coadd.exposure.pixels, core.exposure.pixels)):
        assert array.__array_interface__["data"] == again.__array_interface__["data"]


def test_the_grid_may_be_an_image_s_or_named():
    images = list(exposures(2))
    like = skywright.Exposure(pixels=np.zeros((50, 60), np.float32), wcs=skywright.Wcs(wcs_of((150, 100))))
    coadd = skywright.stack(images, like=like)
    assert coadd.exposure.shape == (50, 60) and coadd.exposure.wcs.cards() == like.wcs.cards()
    named = skywright.stack(images, ra=150.0, dec=2.0, width=30, height=20, scale=1.0)
    assert named.exposure.shape == (20, 30)
    assert named.exposure.wcs.pixel_scale(15, 10) == pytest.approx(1.0, rel=1e-6)


def test_a_zero_point_that_is_no_number_is_none():
    image = skywright.Exposure.of(next(exposures(1)))
    image.zero_point = float("nan")
    coadd = skywright.stack([image])
    assert coadd["zero_point"] is None and coadd.exposure.zero_point is None


def test_zero_points_are_brought_to_the_first_s():
    first, second = (skywright.Exposure.of(i) for i in exposures(2))
    first.zero_point, second.zero_point = 27.0, 27.0 - 2.5 * np.log10(2.0)
    second.pixels = second.pixels / 2
    coadd = skywright.stack([first, second], like=first, config=WHOLE)
    assert coadd.exposure.zero_point == 27.0
    brightest = np.unravel_index(first.pixels.argmax(), SHAPE)
    assert coadd.exposure.pixels[brightest] == pytest.approx(first.pixels[brightest] - 500.0, rel=0.05)


@pytest.mark.parametrize(
    ("images", "more", "error", "says"),
    [
        ([], {}, skywright.ConfigError, "nothing to stack"),
        (3, {}, skywright.ConfigError, "a int is not what it takes; give a list of paths"),
        ([[1, 2], [3, 4]], {}, skywright.InputError, "1 axes"),
        ([np.ones(SHAPE, np.float32)], {}, skywright.InputError, r"images\[0\]: has no WCS"),
        (["nowhere.fits"], {}, skywright.InputError, "nowhere.fits"),
        ([None], {}, skywright.InputError, "0 axes"),
        (None, {"width": 0}, skywright.ConfigError, r"--width=0: must be in \[1, 65536\]"),
        (None, {"width": 2**32 + 60}, skywright.ConfigError, "--width"),
        (None, {"ra": 150.0}, skywright.ConfigError, "one without the other"),
        (None, {"scale": -1}, skywright.ConfigError, "--scale"),
        (None, {"ra": 10.0, "dec": -60.0}, skywright.InputError, "would be empty"),
        (None, {"like": np.ones((9, 9))}, skywright.InputError, "like: it has no WCS"),
        (None, {"config": {"band_rows": 1}}, skywright.ConfigError, "band_rows"),
    ],
)
def test_what_cannot_be_stacked_is_refused(images, more, error, says):
    with pytest.raises(error, match=says):
        skywright.stack(list(exposures(1)) if images is None else images, **more)


def test_an_image_without_a_finite_pixel_is_refused():
    good = next(exposures(1))
    blank = hdu_of(np.full(SHAPE, np.nan, np.float32), wcs_of())
    with pytest.raises(skywright.InputError, match="no pixel is finite"):
        skywright.stack([good, blank])
    far = hdu_of(good.data, wcs_of(ra=200.0))
    with pytest.raises(skywright.InputError, match="far apart"):
        skywright.stack([good, far])
