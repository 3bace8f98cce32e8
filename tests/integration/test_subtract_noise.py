"""`skywright subtract` and noise: an image of a computer, which has none, has no significance either."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

SIDE = 256


def stars(sky):
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    image = np.full((SIDE, SIDE), sky)
    for _ in range(40):
        x0, y0 = rng.uniform(0, SIDE, 2)
        flux = 3000 * rng.uniform() ** -0.9
        image += flux / (2 * np.pi * 3.24) * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 6.48)
    return image


def written(path, image):
    fits.writeto(path, image.astype(np.float32))
    return path


@pytest.mark.parametrize("sky", [0.0, 100.0])
def test_an_image_without_noise_less_itself_is_refused(skywright, tmp_path, sky):
    clean = written(tmp_path / "clean.fits", stars(sky))
    out = tmp_path / "sources.csv"
    result = skywright("subtract", clean, clean, "--catalog", out, expect=4)
    assert "no noise" in " ".join(result.err.split()) and "--science-noise" in result.err
    assert not out.exists()


def test_it_has_no_source_once_its_noise_is_told(skywright, tmp_path):
    clean = written(tmp_path / "clean.fits", stars(100.0))
    noise = written(tmp_path / "noise.fits", np.full((SIDE, SIDE), 10.0))
    out = tmp_path / "sources.csv"
    skywright("subtract", clean, clean, "--science-noise", noise, "--template-noise", noise, "--catalog", out)
    assert len(Table.read(out)) == 0


def test_noise_of_its_own_is_measured(skywright, tmp_path):
    rng = np.random.default_rng(2)
    science, template = (written(tmp_path / f"{name}.fits", stars(100.0) + rng.normal(0, 10, (SIDE, SIDE)))
                         for name in ("a", "b"))  # fmt: skip
    report = skywright("subtract", science, template, "--catalog", tmp_path / "sources.csv", "--json").json
    assert 0.9 < report["score_scatter"] < 1.1
    # 65,536 pixels of noise of the size of a PSF and larger: 0.02 expected beyond 5 sigma of either sign.
    assert report["sources"] == 0
