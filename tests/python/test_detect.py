"""`skywright.detect` beside the program, SEP and photutils."""

import numpy as np
import pytest
import sep

import skywright


def test_it_finds_the_stars_that_were_put_there(field):
    image, x, y, flux = field
    table = skywright.detect(image)
    # Flux errors are those of the sky's noise under the PSF: sigma * sqrt(4 pi) * FWHM / 2.3548.
    for a, b, f in zip(x, y, flux):
        distance = np.hypot(table["x"] - a, table["y"] - b)
        i = distance.argmin()
        if table["deblend_blended"][i] or np.sort(np.hypot(x - a, y - b))[1] < 15:
            continue
        assert distance[i] < 5 * np.hypot(table["xErr"][i], table["yErr"][i]) + 0.01
        # 1 %: the model of the PSF comes from some tens of stars of SNR 100 and more.
        assert abs(table["psfFlux"][i] - f) < 5 * table["psfFluxErr"][i] + 0.01 * f


def test_array_path_and_program_give_the_same_catalog(shared, skywright_program, tmp_path):
    path = shared / "images" / "sep_image.fits"
    skywright_program("detect", path, "--out", tmp_path / "program.fits", "--threshold", 4)
    written = skywright.Table(tmp_path / "program.fits")
    from_path = skywright.detect(path, threshold=4, out=tmp_path / "python.fits")
    assert (tmp_path / "python.fits").read_bytes() == (tmp_path / "program.fits").read_bytes()
    from_array = skywright.detect(skywright.Exposure.read(path), threshold=4)
    for name in written:
        assert np.array_equal(written[name], from_path[name], equal_nan=written[name].dtype.kind == "f"), name
        assert np.array_equal(from_array[name], from_path[name], equal_nan=from_path[name].dtype.kind == "f"), name


def bright_and_alone(objects, data, bkg):
    far = np.array([
        np.sort(np.hypot(objects["x"] - o["x"], objects["y"] - o["y"]))[1] > 12 for o in objects
    ])
    inside = (objects["x"] > 10) & (objects["x"] < 245) & (objects["y"] > 10) & (objects["y"] < 245)
    flux, error, _ = sep.sum_circle(data - bkg.back(), objects["x"], objects["y"], 5.0, err=bkg.globalrms)
    return objects[far & inside & (flux > 20 * error) & (objects["flag"] == 0)]


def test_the_catalog_is_that_of_sep_on_real_pixels(real):
    """SEP with its defaults and a threshold of 5 sigma of the sky a pixel, ours with a matched filter.

    Stated before the first comparison: of SEP's objects that stand alone with SNR > 20, all are found
    within 1 pixel; the median distance of the centroids (PSF fit beside SEP's windowed one) is below
    0.1 pixel; the fluxes in 5 pixels agree within 3 of their errors for nine in ten, since the two
    skies differ by a part of their noise.
    """
    bkg = sep.Background(real)
    objects = bright_and_alone(sep.extract(real - bkg.back(), 5.0, err=bkg.globalrms), real, bkg)
    assert len(objects) >= 10
    table = skywright.detect(real)
    wx, wy, _ = sep.winpos(real - bkg.back(), objects["x"], objects["y"], np.full(len(objects), 1.3))
    distances, pulls = [], []
    for i in range(len(objects)):
        distance = np.hypot(table["x"] - wx[i], table["y"] - wy[i])
        j = distance.argmin()
        assert distance[j] < 1.0
        distances.append(distance[j])
        flux, error, _ = sep.sum_circle(
            real - bkg.back(), [table["x"][j]], [table["y"][j]], 5.0, err=bkg.globalrms, subpix=0
        )
        pulls.append((table["ap05Flux"][j] - flux[0]) / error[0])
    assert np.median(distances) < 0.1
    assert np.mean(np.abs(pulls) < 3.0) >= 0.9


def test_apertures_are_those_of_photutils(real):
    """On the same sky the sums over exact circles differ by rounding: 1 % of their error at most."""
    from photutils.aperture import CircularAperture, aperture_photometry

    sources = skywright.detect(real)
    x, y = sources["x"], sources["y"]
    plain = ~sources["deblend_blended"] & (x > 6) & (x < 249) & (y > 6) & (y < 249)
    assert plain.sum() >= 5
    places = np.column_stack([x, y])[plain]
    sums = aperture_photometry(real.astype(float) - sources.background, CircularAperture(places, 5.0))
    difference = np.abs(sums["aperture_sum"].value - sources["ap05Flux"][plain])
    assert (difference < 0.01 * sources["ap05FluxErr"][plain]).all()


def test_photutils_takes_our_psf_and_table(pixels):
    from photutils.aperture import ApertureStats, CircularAperture

    sources = skywright.detect(pixels)
    table = sources.to_astropy()
    places = np.column_stack([table["x"].value, table["y"].value])
    stats = ApertureStats(pixels - sources.background, CircularAperture(places, 6.0))
    alone = ~sources["deblend_blended"]
    assert np.median(np.hypot(*(stats.centroid[alone] - places[alone]).T)) < 0.2
    star = sources.psf.image_at(100.25, 50.5)
    assert star.sum() == pytest.approx(1.0, abs=1e-5)
    assert sources.psf.fwhm(200, 150) == pytest.approx(3.0, rel=0.03)


def test_planes_and_psf_may_be_arrays_or_files(pixels, tmp_path):
    from astropy.io import fits

    rms = np.full(pixels.shape, 10.0, np.float32)
    mask = np.zeros(pixels.shape, np.uint8)
    mask[100:120, 100:120] = 1
    fits.writeto(tmp_path / "rms.fits", rms)
    fits.writeto(tmp_path / "mask.fits", mask)
    first = skywright.detect(pixels, weight=rms, weight_type="rms", mask=mask, psf=tmp_path / "psf.fits")
    second = skywright.detect(
        pixels, weight=tmp_path / "rms.fits", weight_type="rms", mask=tmp_path / "mask.fits",
        use_psf=tmp_path / "psf.fits",
    )  # fmt: skip
    third = skywright.detect(pixels, weight=rms, weight_type="rms", mask=mask, use_psf=first.psf)
    assert len(first) == len(second) == len(third)
    assert (second["psfFlux"] == third["psfFlux"]).all()
    picture = skywright.detect(pixels, use_psf=first.psf.centred_at(200, 150))
    assert len(picture) == pytest.approx(len(first), abs=3)


def test_jobs_change_nothing(pixels):
    one, two = skywright.detect(pixels, jobs=1), skywright.detect(pixels, jobs=2)
    assert all(np.array_equal(one[n], two[n], equal_nan=one[n].dtype.kind == "f") for n in one)
