"""Calls of the steps that know the sky: solve, stack and detrend, with what nearly makes sense."""

import os
from pathlib import Path

import numpy as np
from odd_values import OddValues

import skywright

CAMERA = """
name = "pocket"
[telescope]
aperture_m = 1.0
focal_length_m = 10.0
[camera.keywords]
ra = ""
dec = ""
[[camera.sensor]]
name = "ccd"
width = 60
height = 50
pixel_um = 10.0
gain = 1.6
read_noise = 5.5
[[camera.sensor.row]]
names = ["A", "B"]
data_width = 30
data_height = 50
serial_overscan = 8
"""


PLAIN_SKY = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 80.0, "CRPIX2": 75.0, "CRVAL1": 150.0, "CRVAL2": 2.0,
             "CD1_1": -1e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 1e-4}  # fmt: skip
SHAPE = (150, 160)
COUNT = 25


def star_list():
    """x, y, flux of stars that lie apart."""
    rng = np.random.default_rng(6)
    y, x = np.mgrid[15:150:30, 15:160:30].reshape(2, -1) + rng.uniform(-9, 9, (2, COUNT))
    return x, y, 10 ** rng.uniform(4, 5, COUNT)


class SkyCalls(OddValues):
    def sometimes(self, share):
        return self.rng.random() < share

    def sky_header(self):
        """Nearly always one that makes sense."""
        header = dict(PLAIN_SKY)
        for key in ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CD1_1", "CD2_2"):
            if self.sometimes(0.01):
                header[key] = self.pick(0.0, 1e-4, -1e-4, 100.5, 1e30, float("nan"), 90.0)
        return header

    def exposure_of_sky(self):
        """Stars under a WCS, with some of the planes; or whatever else."""
        if self.sometimes(0.1):
            return self.image()
        pixels = self.array(SHAPE) if self.sometimes(0.15) else self.starry()
        more = {n: self.array(SHAPE) for n in ("variance", "mask") if self.sometimes(0.05)}
        if self.sometimes(0.3):
            more["variance"] = np.full(SHAPE, self.pick(100.0, 100.0, 1.0, 0.0, np.nan), "f4")
        wcs = None if self.sometimes(0.05) else skywright.Wcs(self.sky_header())
        zero = self.pick(None, None, 27.0, 27.0, float("nan"), 1e300)
        return skywright.Exposure(pixels=pixels, wcs=wcs, zero_point=zero, cards=self.cards(), **more)

    def starry(self):
        pixels = np.random.default_rng(5).normal(100, 10, SHAPE)
        yy, xx = np.mgrid[: SHAPE[0], : SHAPE[1]]
        for x, y, flux in zip(*star_list()):
            pixels += flux * np.exp(-0.5 * ((xx - x) ** 2 + (yy - y) ** 2) / 1.5**2) / (2 * np.pi * 1.5**2)
        if self.sometimes(0.2):
            pixels[self.rng.random(SHAPE) < self.pick(0.01, 0.5)] = self.pick(np.nan, np.inf, 1e30)
        return self.laid_out(pixels.astype("f4"))

    def reference(self):
        if self.sometimes(0.1):
            return self.pick("nowhere.csv", None, 3, self.array(), {})
        x, y, flux = star_list()
        wcs = skywright.Wcs({**PLAIN_SKY, "CRVAL1": self.pick(150.0, 150.0, 150.0, 150.001, 20.0)})
        ra, dec = wcs.pixel_to_sky(x, y)
        columns = {"ra": ra, "dec": dec, "r_flux": flux}
        for name in ("ra", "dec", "raErr", "pmRA", "epoch", "refEpoch", "r_fluxErr", "r_mag"):
            if self.sometimes(0.03):
                columns[name] = self.pick(self.array((COUNT,)), self.array(), np.full(COUNT, np.nan), ["x"] * COUNT, np.full(COUNT, 1e300))
        if self.sometimes(0.05):
            columns.pop(self.pick("ra", "dec", "r_flux"))
        rows = self.pick(*[COUNT] * 8, 3, 0)
        return {k: v[:rows] if np.ndim(v) else v for k, v in columns.items()}

    def cards(self):
        cards = [("EXPTIME", 30.0, ""), ("DATE-OBS", "2026-11-23T04:30:00", ""), ("FILTER", "r", "")]
        for key in ("EXPTIME", "DATE-OBS", "FILTER", "IMAGETYP", "GAIN", "MAGZERO", "é", "", "COMMENT", "X" * 90):
            if self.sometimes(0.02):
                odd = self.pick(0.0, -1.0, float("nan"), 1e300, "x", "", None, True, 2**80, "y" * 300, "\udc80")
                cards.append((key, odd, self.pick("", "c", "c" * 200)))
        return cards

    def out(self):
        return self.pick(*[None] * 5, os.path.join(self.folder, "out.fits"), os.path.join(self.folder, "no", "x.fits"), "")

    def solve(self):
        image, more = self.exposure_of_sky(), {}
        if self.sometimes(0.15):
            more = {"ra": self.pick(150.0, 150.0, 370.0, "x"), "dec": self.pick(2.0, 2.0, 95.0), "scale": self.pick(0.36, 0, -1, 1e9)}
        if self.sometimes(0.1):
            more["catalog"] = self.pick(self.reference(), self.array(), {"x": self.array((16,)), "y": self.array((16,))})
        if self.sometimes(0.1):
            more["config"] = self.pick({"sip_order": 1}, {"min_matched": 4}, {"max_offset_arcsec": 1e9}, {"clip": 0}, 7)
        reference, band, out = self.reference(), self.pick("r", "r", "x", None), self.out()
        return lambda: skywright.solve(image, reference=reference, band=band, out=out, progress=False, **more)

    def stack(self):
        images = [self.exposure_of_sky() for _ in range(self.pick(1, 2, 2, 3))]
        more = {}
        if self.sometimes(0.15):
            more["like"] = self.exposure_of_sky()
        for name in ("ra", "dec", "width", "height", "scale"):
            if self.sometimes(0.05):
                more[name] = self.pick(150.0, 2.0, 40, 1, 0, -5, 2**33, "x", float("nan"))
        if self.sometimes(0.1):
            more["config"] = self.pick({"band_rows": 16}, {"clip_sigma": 0}, {"clip_sigma": 3}, {"clip_level": -1}, 7)
        given, out = self.pick(*[images] * 8, [], self.image()), self.out()
        return lambda: skywright.stack(given, out=out, progress=False, **more)

    def plane(self, shape):
        if self.sometimes(0.2):
            return self.array(shape if self.sometimes(0.8) else None)
        counts = np.random.default_rng(3).normal(self.pick(1000, 60000), 5, shape)
        return self.laid_out(counts.astype(self.pick("u2", "f4", ">i4", "f8")))

    def hdu(self, kind, shape, name=None):
        from astropy.io import fits

        header = fits.Header({"EXPTIME": 30.0, "DATE-OBS": "2026-11-23", "FILTER": "r"})
        for key, value, comment in self.cards():
            try:
                header[key] = (value, comment)
            except (ValueError, TypeError):  # what astropy itself refuses
                continue
        try:
            hdu = kind(None if shape is None else self.plane(shape), header)
            if name is not None:
                hdu.name = name
            return hdu
        except Exception:  # noqa: BLE001, as above
            return kind(np.zeros((50, 76), "f4"))

    def frame(self):
        from astropy.io import fits

        return self.pick(
            lambda: self.hdu(fits.PrimaryHDU, (50, 76)),
            lambda: fits.HDUList([self.hdu(fits.PrimaryHDU, (50, 76))]),
            lambda: fits.HDUList([self.hdu(fits.PrimaryHDU, None), *(self.hdu(fits.ImageHDU, (50, 38), n) for n in "AB")]),
            lambda: skywright.Exposure(pixels=self.plane((50, 76)), cards=self.cards()),
            lambda: self.image(),
        )()  # fmt: skip

    def detrend(self):
        camera = Path(self.folder) / "camera.toml"
        camera.write_text(CAMERA + self.pick("", 'extensions = ["A", "B"]\n'))
        raws = self.frame() if self.sometimes(0.8) else [self.frame() for _ in range(self.rng.integers(0, 3))]
        instrument = self.pick(*[camera] * 12, "lsst", "x", 3, None)
        masters = self.pick(*[None] * 8, self.folder, "nowhere")
        config = self.pick(*[None] * 8, {"overscan.skip": self.pick(0, 7, 8, 100, -1)}, {"cosmic_rays.enabled": False}, 7)
        out = self.out()
        return lambda: skywright.detrend(raws, instrument=instrument, out=out, masters=masters, config=config, progress=False)
