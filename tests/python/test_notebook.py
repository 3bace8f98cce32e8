"""What a notebook shows."""

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
from PIL import Image

import skywright


def test_an_image_is_shown_as_a_picture_with_a_stretch(field):
    image, x, y, flux = field
    html = skywright.Exposure.of(image)._repr_html_()
    png = base64.b64decode(re.search(r"base64,([^']+)'", html)[1])
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert picture.shape == image.shape  # no side beyond 600 pixels
    brightest = flux.argmax()
    row = image.shape[0] - 1 - round(y[brightest])  # pictures have row 0 on top
    assert picture[row, round(x[brightest])] > 240
    assert 20 < np.median(picture) < 200  # the sky's noise is seen
    assert "400 x 300 pixels" in html


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.heads, self.cells = 0, 0

    def handle_starttag(self, tag, attrs):
        self.heads += tag == "th"
        self.cells += tag == "td"


def test_a_table_is_shown_by_its_head(pixels):
    table = skywright.detect(pixels)
    parser = Cells()
    parser.feed(table._repr_html_())
    assert parser.heads == len(table.colnames)
    assert parser.cells == 10 * len(table.colnames)
    hostile = skywright.Table({"<script>": np.array(["<b>&"])})._repr_html_()
    assert "<script>" not in hostile and "<b>" not in hostile
