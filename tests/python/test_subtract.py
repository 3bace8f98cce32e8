"""`skywright.subtract` on arrays, on what was put there and on real pixels."""

import numpy as np
import pytest
from conftest import star_field

import skywright


@pytest.fixture(scope="module")
def pair():
    """Two exposures of one field of stars; one star of the first has SNR 30 and is new."""
    science, *_ = star_field(seed=7)
    template, *_ = star_field(seed=7, noise_seed=9)
    sigma = 3.0 / 2.3548
    yy, xx = np.mgrid[: science.shape[0], : science.shape[1]]
    flux = 30 * 10.0 * np.sqrt(2) * np.sqrt(4 * np.pi) * sigma
    science = science + flux * np.exp(-0.5 * ((xx - 203.3) ** 2 + (yy - 151.7) ** 2) / sigma**2) / (2 * np.pi * sigma**2)
    return science.astype(np.float32), template


def test_the_new_star_is_the_brightest_change(pair):
    science, template = pair
    difference = skywright.subtract(science, template)
    sources = difference.sources
    brightest = np.abs(sources["snr"]).argmax()
    # 5 sigma of a place at SNR 20: FWHM / 2.3548 / SNR.
    assert np.hypot(sources["x"][brightest] - 203.3, sources["y"][brightest] - 151.7) < 5 * 3.0 / 2.3548 / 20
    assert sources["snr"][brightest] > 15
    assert difference.exposure.shape == science.shape == difference.score.shape
    assert difference.summary["sources"] == len(sources)
    assert difference.exposure.psf.fwhm(200, 150) > 2.5


def test_arrays_are_not_changed(pair):
    science, template = pair[0].copy(), pair[1].copy()
    science.flags.writeable = template.flags.writeable = False
    skywright.subtract(science, template)
    assert (science == pair[0]).all()


def test_arrays_and_files_give_the_program_s_catalog(shared, skywright_program, tmp_path):
    images = shared / "images"
    files = [images / f"nircam_{n}.fits" for n in ("sci", "ref")]
    noise = [images / f"nircam_{n}.noise.fits" for n in ("sci", "ref")]
    psf = [images / f"nircam_{n}.psf.fits" for n in ("sci", "ref")]
    skywright_program(
        "subtract", *files, "--catalog", tmp_path / "program.fits", "--science-noise", noise[0], "--template-noise",
        noise[1], "--science-psf", psf[0], "--template-psf", psf[1],
    )  # fmt: skip
    wanted = skywright.Table(tmp_path / "program.fits")
    named = skywright.subtract(
        *files, catalog=tmp_path / "python.fits", science_noise=noise[0], template_noise=noise[1], science_psf=psf[0],
        template_psf=psf[1],
    )  # fmt: skip
    assert (tmp_path / "python.fits").read_bytes() == (tmp_path / "program.fits").read_bytes()
    assert len(named.sources) == len(wanted) > 0
    rms = [skywright.Exposure.read(n).pixels for n in noise]
    arrays = skywright.subtract(
        *(skywright.Exposure.read(f) for f in files), science_noise=rms[0], template_noise=rms[1],
        science_psf=psf[0], template_psf=skywright.read_psf(str(psf[1])),
    )  # fmt: skip
    for column in wanted:
        assert np.array_equal(arrays.sources[column], wanted[column], equal_nan=wanted[column].dtype.kind == "f"), column


def test_sizes_that_differ_are_refused(pair):
    science, template = pair
    with pytest.raises(skywright.InputError, match="differ in size"):
        skywright.subtract(science, template[:200, :200])
    with pytest.raises(skywright.InputError, match="science_noise: its shape"):
        skywright.subtract(science, template, science_noise=np.ones((3, 3)))
    with pytest.raises(skywright.InputError, match="no pixel is finite"):
        skywright.subtract(np.full_like(science, np.nan), template)
    with pytest.raises(skywright.ConfigError, match="must be auto or never"):
        skywright.subtract(science, template, warp="always")
