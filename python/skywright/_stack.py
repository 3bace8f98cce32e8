"""The average of images."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import PathLike, is_path
from ._call import Result, tell, text_of, words
from ._config import ConfigLike, config_text
from ._exposure import Exposure, given_image, listed
from ._progress import Progress, shown
from .errors import InputError


class Coadd(Result):
    """Images on one grid, averaged: a mapping of what the program reports."""

    def __init__(self, core: _core.Stacked):
        super().__init__(json.loads(core.json), core.text)
        self._core = core
        self.exposure = Exposure._from_core(core.exposure)  #: with variance, mask, WCS, zero point, and PSF where known
        self.coverage: npt.NDArray[np.uint16] = core.coverage  #: images that entered each pixel
        self.weights: list[float] = core.weights  #: of the images; sum 1

    def _repr_html_(self) -> str:
        return self.exposure._repr_html_() + super()._repr_html_()


def stack(
    images: Any,
    *,
    out: PathLike | None = None,
    like: Any = None,
    ra: float | Any = None,
    dec: float | Any = None,
    width: int | None = None,
    height: int | None = None,
    scale: float | Any = None,
    config: ConfigLike = None,
    jobs: int = 0,
    progress: Progress = None,
) -> Coadd:
    """Warp images onto one grid and average them, as `skywright stack` does.

    Resampled by a windowed sinc, weights from the noise, outliers rejected; variance, mask, PSF and the noise's
    correlation go with the coadd. The grid is the first image's, wide enough for all, or a north-up one where a middle
    or a size is named. One image is warped.

    Parameters
    ----------
    images
        A list of what has a WCS: paths, Exposures, CCDData, NDData or HDUs. Without noise the noise is measured, its
        correlation included; a sky that was not taken off comes off. None of them is changed.
    out
        Write the coadd.
    like
        Take this image's grid: a path, or what has a WCS and pixels.
    ra, dec
        Of the coadd's middle [deg].
    width, height
        Of the coadd [pixel].
    scale
        Side of the coadd's pixels [arcsec].
    config
        Settings: skywright.configs.StackConfig, a mapping, or a TOML file.
    jobs
        Threads; 0 takes all that the machine has.
    progress
        See skywright.Progress.

    Returns
    -------
    Coadd
        `exposure` with variance and mask, `coverage`, `weights`, and as a mapping what the program reports.
    """
    sources = [text_of(i, "images") if is_path(i) else given_image(Exposure.of(i)) for i in listed(images, "images", "paths or images")]
    given = words({
        "--out": (out, "FILE", "one"),
        "--like": (like if is_path(like) else None, "FILE", "one"),
        "--ra": (ra, "DEG", "one"),
        "--dec": (dec, "DEG", "one"),
        "--width": (width, "PIXEL", "one"),
        "--height": (height, "PIXEL", "one"),
        "--scale": (scale, "ARCSEC", "one"),
    })  # fmt: skip
    core = _core.stack(sources, *_grid_of(like), given, *config_text(config), jobs, shown(progress))
    tell(core.warnings, 2)
    return Coadd(core)


def _grid_of(like: Any) -> tuple[_core.Wcs | None, int, int]:
    if like is None or is_path(like):
        return None, 0, 0
    e = Exposure.of(like)
    if e.wcs is None:
        raise InputError("like: it has no WCS; give an image with one")
    height, width = e.shape
    return e.wcs._core, width, height
