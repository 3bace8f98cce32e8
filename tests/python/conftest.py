"""Fixtures of the package's tests: a field whose truth is known, and real pixels."""

import numpy as np
import pytest

FWHM = 3.0
NOISE = 10.0
LEVEL = 500.0


def star_field(shape=(300, 400), count=40, seed=7, noise_seed=8):
    """Gaussian stars of known place and flux on a flat sky with Gaussian noise (float32)."""
    rng = np.random.default_rng(seed)
    height, width = shape
    x = rng.uniform(20, width - 20, count)
    y = rng.uniform(20, height - 20, count)
    flux = 10 ** rng.uniform(4.0, 5.0, count)
    image = np.random.default_rng(noise_seed).normal(LEVEL, NOISE, shape)
    sigma = FWHM / 2.3548
    yy, xx = np.mgrid[:height, :width]
    for a, b, f in zip(x, y, flux):
        image += f * np.exp(-0.5 * ((xx - a) ** 2 + (yy - b) ** 2) / sigma**2) / (2 * np.pi * sigma**2)
    return image.astype(np.float32), x, y, flux


@pytest.fixture(scope="session")
def field():
    return star_field()


@pytest.fixture(scope="session")
def pixels(field):
    return field[0]


@pytest.fixture(scope="session")
def real(shared):
    """256 x 256 pixels of a CCD with its stars and galaxies, native float32."""
    from astropy.io import fits

    with fits.open(shared / "images" / "sep_image.fits") as hdus:
        return np.ascontiguousarray(hdus[0].data, dtype=np.float32)
