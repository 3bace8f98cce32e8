"""Cosmic rays found and stars spared, beside astroscrappy on the very same frames.

    build/venv/bin/pip install astroscrappy
    build/venv/bin/python benchmarks/cosmic_rays.py [--seeds 3]

Frames of 1024 x 1024 pixels: 500 Moffat stars (beta 3) of 300 to 3 million electrons on a sky of 400 electrons,
read noise 5, and 300 straight tracks of 1 to 40 pixels, some of them 1.4 pixels wide. `skywright detrend` reads
them as raw frames of a camera described here; the peer gets the same pixels, gain and read noise, once with
its defaults and once with its fine structure from a PSF of the true width, its best for stars.

found: part of the pixels whose charge stands 5 sigma above the noise of sky and star; false: flagged
pixels without any charge within one pixel; fringe: those flagged with less charge than that.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import astroscrappy
import numpy as np
from astropy.io import fits
from harness import PROGRAM
from scipy import ndimage

SIDE, SKY, READ_NOISE, BETA = 1024, 400.0, 5.0, 3.0
CAMERA = """name = "bench"
[telescope]
aperture_m = 1.0
focal_length_m = 8.0
[[camera.sensor]]
name = "ccd"
width = 1024
height = 1024
pixel_um = 10.0
gain = 1.0
read_noise = 5.0
"""


def stars(rng, fwhm, count=500):
    image = np.zeros((SIDE, SIDE))
    scale2 = 0.25 * fwhm**2 / (2 ** (1 / BETA) - 1)
    reach = int(12 * fwhm)
    points = (np.arange(5) + 0.5) / 5 - 0.5
    for _ in range(count):
        x, y = rng.uniform(0, SIDE, 2)
        flux = 300.0 * 1e4 ** rng.uniform()
        columns = np.arange(max(0, int(x) - reach), min(SIDE, int(x) + reach + 1))
        rows = np.arange(max(0, int(y) - reach), min(SIDE, int(y) + reach + 1))
        u = (columns[:, None] + points).ravel() - x
        v = (rows[:, None] + points).ravel() - y
        fine = (1 + (u[None, :] ** 2 + v[:, None] ** 2) / scale2) ** -BETA
        share = fine.reshape(len(rows), 5, len(columns), 5).mean(axis=(1, 3))
        image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += (
            flux * (BETA - 1) / (np.pi * scale2) * share)
    return image


def tracks(rng, wide, count=300):
    """Charge of minimum-ionising particles, 250 to 2500 electrons a pixel of path."""
    image = np.zeros((SIDE, SIDE))
    for _ in range(count):
        length = min(40.0, 1 + rng.exponential(5.0))
        density = 250.0 * 10 ** rng.uniform()
        width = 0.6 if rng.uniform() < wide else 0.3
        angle = rng.uniform(0, 2 * np.pi)
        path = np.repeat(np.arange(0, length, 0.1), 8)
        x = rng.uniform(0, SIDE) + path * np.cos(angle) + width * rng.normal(size=path.size)
        y = rng.uniform(0, SIDE) + path * np.sin(angle) + width * rng.normal(size=path.size)
        i, j = np.rint(x).astype(int), np.rint(y).astype(int)
        inside = (i >= 0) & (i < SIDE) & (j >= 0) & (j < SIDE)
        np.add.at(image, (j[inside], i[inside]), 0.1 * density / 8)
    return image


class Scene:
    def __init__(self, seed, fwhm, wide):
        rng = np.random.default_rng(seed)
        self.stars = stars(rng, fwhm)
        self.charge = tracks(rng, wide)
        light = SKY + self.stars + self.charge
        self.frame = np.rint(rng.poisson(light) + READ_NOISE * rng.normal(size=light.shape))
        self.frame = np.clip(self.frame, 0, 65535 * 50)

    def score(self, flagged):
        sigma = np.sqrt(SKY + self.stars + READ_NOISE**2)
        hit = self.charge > 5 * sigma
        near = ndimage.binary_dilation(self.charge > 0, np.ones((3, 3)))
        return np.array([np.sum(hit), np.sum(hit & flagged), np.sum(flagged & ~near),
                         np.sum(flagged & near & ~hit)])


def ours(scene, folder):
    (folder / "camera.toml").write_text(CAMERA)
    header = fits.Header({"EXPTIME": 30.0, "MJD-OBS": 61000.0, "IMAGETYP": "OBJECT", "FILTER": "r",
                          "RA": 10.0, "DEC": 0.0})
    fits.writeto(folder / "raw.fits", scene.frame.astype(np.int32), header, overwrite=True)
    subprocess.run([PROGRAM, "detrend", folder / "raw.fits", "--instrument", folder / "camera.toml", "--out",
                    folder / "clean.fits", "--jobs", "1", "--quiet"], check=True)
    with fits.open(folder / "clean.fits") as hdus:
        return (hdus["MASK"].data & (1 << hdus["MASK"].header["MP_CR"])) != 0


def peer(scene, **settings):
    mask, _ = astroscrappy.detect_cosmics(scene.frame.astype(np.float32), gain=1.0, readnoise=READ_NOISE,
                                          satlevel=np.inf, **settings)
    return mask


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seeds", type=int, default=3, help="frames of each kind")
    arguments = options.parse_args()
    print(f"{'seeing':>7}{'wide':>6}  {'finder':<26}{'found':>8}{'false':>8}{'fringe':>8}{'s':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for wide in (0.0, 0.3):
            for fwhm in (2.2, 2.8, 3.5, 5.0):
                finders = {
                    "skywright": lambda s: ours(s, folder),
                    "astroscrappy": peer,
                    "astroscrappy, PSF known": lambda s, w=fwhm: peer(
                        s, fsmode="convolve", psfmodel="moffat", psfbeta=BETA, psffwhm=w,
                        psfsize=2 * int(2 * w) + 1),
                }
                scenes = [Scene(seed, fwhm, wide) for seed in range(arguments.seeds)]
                for finder, find in finders.items():
                    began = time.process_time() + sum(_children())
                    total = sum(s.score(find(s)) for s in scenes)
                    spent = time.process_time() + sum(_children()) - began
                    print(f"{fwhm:7.1f}{wide:6.1f}  {finder:<26}{total[1] / total[0]:8.4f}"
                          f"{total[2] / len(scenes):8.1f}{total[3] / len(scenes):8.1f}"
                          f"{spent / len(scenes):7.2f}", flush=True)


def _children():
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime, usage.ru_stime


if __name__ == "__main__":
    main()
