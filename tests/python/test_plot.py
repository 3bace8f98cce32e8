"""Images in matplotlib, on astropy's WCSAxes, and the focal plane of an instrument in a notebook."""

import base64
import io
import re

import matplotlib
import matplotlib.pyplot
import numpy as np
import pytest
from PIL import Image

import skywright

matplotlib.use("Agg")

HEADER = {
    "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 200.0, "CRPIX2": 150.0, "CRVAL1": 150.0, "CRVAL2": 2.0,
    "CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4,
}  # fmt: skip


@pytest.fixture(autouse=True)
def closed():
    yield
    matplotlib.pyplot.close("all")


def test_an_image_with_a_wcs_is_drawn_on_sky_coordinates(field):
    from astropy.visualization.wcsaxes import WCSAxes

    image, x, y, flux = field
    exposure = skywright.Exposure(pixels=image, wcs=skywright.Wcs(HEADER))
    sources = skywright.detect(exposure)
    ax = exposure.plot(sources=sources)
    assert isinstance(ax, WCSAxes)
    # astropy's axes and our own WCS name the same place for a corner of the image.
    sky = ax.wcs.pixel_to_world(0, 0)
    ra, dec = exposure.wcs.pixel_to_sky(0, 0)
    assert sky.ra.deg == pytest.approx(ra, abs=1e-9) and sky.dec.deg == pytest.approx(dec, abs=1e-9)
    marks = ax.collections[0].get_offsets()
    np.testing.assert_allclose(marks, np.column_stack([sources["x"], sources["y"]]))
    # The sky is dark, stars are bright: on the stretch's scale from 0 to 1.
    drawn = ax.images[0]
    shown = np.asarray(drawn.norm(image))
    assert np.median(shown) < 0.6 and shown[round(y[flux.argmax()]), round(x[flux.argmax()])] >= 1.0
    assert drawn.origin == "lower"


def test_without_a_wcs_axes_are_pixels_and_bad_ones_are_left_out(pixels):
    holed = pixels.copy()
    holed[10:20, 30:40] = np.nan
    ax = skywright.Exposure(pixels=holed).plot(cmap="viridis", vmin=400, vmax=900)
    assert ax.get_xlabel() == "x [pixel]"
    drawn = ax.images[0]
    assert drawn.get_clim() == (400, 900) and drawn.get_cmap().name == "viridis"
    assert drawn.get_array().mask.sum() == 100
    own = matplotlib.pyplot.figure().add_subplot()
    assert skywright.Exposure(pixels=pixels).plot(own) is own


def test_what_cannot_be_drawn_says_so(pixels):
    with pytest.raises(skywright.InputError, match="no pixel of it can be used"):
        skywright.Exposure(pixels=np.full((9, 9), np.nan, np.float32)).plot()
    with pytest.raises(skywright.InputError, match="no column x"):
        skywright.Exposure(pixels=pixels).plot(sources={"ra": [1.0]})


def test_an_instrument_is_shown_with_its_focal_plane():
    html = skywright.instrument.show("lsst")._repr_html_()
    png = base64.b64decode(re.search(r"base64,([^']+)'", html)[1])
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert picture.shape[1] == 700
    background = picture[2, 2]
    # Rafts cover 21 of 25 squares of the plane: the middle is full, the corners are empty.
    assert (picture != background).mean() > 0.2
    assert "189" in html
    assert "<img" not in skywright.almanac(from_="2026-11-23", site="lsst", nights=1)._repr_html_()
