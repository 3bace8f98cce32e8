"""The sources of an image."""

from __future__ import annotations

from typing import Any

from . import _core
from ._arrays import PathLike, Pixels, as_pixels, is_path, require_shape
from ._call import tell, words
from ._config import ConfigLike, config_text
from ._exposure import Exposure
from ._progress import Progress, shown
from ._table import Table
from .errors import ConfigError


class Sources(Table):
    """The sources of an image, a row each, and what was learnt of the image on the way."""

    def __init__(self, detection: _core.Detection):
        super().__init__(detection.table)
        self._detection = detection
        self.summary: dict[str, Any] = detection.summary

    @property
    def psf(self) -> _core.Psf:
        """The model that was found, or given."""
        return self._detection.psf

    @property
    def background(self) -> Pixels:
        """Level of the sky at every pixel [image unit]."""
        return self._detection.background


def detect(
    image: Any,
    *,
    out: PathLike | None = None,
    threshold: float | None = None,
    weight: Any = None,
    weight_type: str | None = None,
    mask: Any = None,
    saturation: float | None = None,
    use_psf: Any = None,
    psf: PathLike | None = None,
    background: PathLike | None = None,
    plot: PathLike | None = None,
    config: ConfigLike = None,
    jobs: int = 0,
    progress: Progress = None,
) -> Sources:
    """Find and measure the sources of an image, as `skywright detect` does.

    Parameters
    ----------
    image
        A two-dimensional array of any real numbers ([y, x]; native float32 is not copied), a path
        ("file.fits", "file.fits[SCI]"), an Exposure, CCDData, NDData, Quantity, masked array or HDU.
        Pixels that are not finite, and masked ones, do not count.
    out
        Write the catalog too: .fits, .parquet or .csv.
    threshold
        Lowest peak kept [standard deviations of the filtered noise].
    weight, weight_type
        Array or file of the noise: "variance" (the default), "weight" (relative) or "rms".
    mask
        Array or file; pixels that are not zero do not count.
    saturation
        Pixels from here on are saturated [image unit].
    use_psf
        Psf, picture of a star or file, to use instead of finding one.
    psf, background, plot
        Files to write: the PSF model, the background, a PNG of the image with its sources.
    config
        Settings: skywright.configs.DetectConfig, a mapping, or a TOML file.
    jobs
        Threads; 0 takes all that the machine has.
    progress
        See skywright.Progress.

    Returns
    -------
    Sources
        A table, one row a source: x y (pixels, from zero), ra dec (with a WCS), psfFlux ...
    """
    given = words({
        "image": (image if is_path(image) else None, "", "one"),
        "--out": (out, "FILE", "one"),
        "--threshold": (threshold, "SIGMA", "one"),
        "--weight": (weight if is_path(weight) else None, "FILE", "one"),
        "--weight-type": (weight_type, "TYPE", "one"),
        "--mask": (mask if is_path(mask) else None, "FILE", "one"),
        "--saturation": (saturation, "LEVEL", "one"),
        "--use-psf": (use_psf if is_path(use_psf) else None, "FILE", "one"),
        "--psf": (psf, "FILE", "one"),
        "--background": (background, "FILE", "one"),
        "--plot": (plot, "FILE", "one"),
    })  # fmt: skip
    text, origin = config_text(config)
    beside = (_plane(weight, "weight"), _plane(mask, "mask"), _psf_of(use_psf))
    how = (given, text, origin, jobs, shown(progress))
    if is_path(image):
        detection = _core.detect_file(*beside, *how)
    else:
        e = Exposure.of(image)
        for plane, name in ((beside[0], "weight"), (beside[1], "mask")):
            if plane is not None:
                require_shape(plane, e.shape, name)
        detection = _core.detect_array(
            e.pixels, e.variance, e.mask, _header_cards(e), None if e.wcs is None else e.wcs._core, e.psf, e.noise,
            *beside, *how,
        )  # fmt: skip
    tell(detection.summary["warnings"], 2)
    return Sources(detection)


def _plane(value: Any, name: str) -> Pixels | None:
    return None if value is None or is_path(value) else as_pixels(value, name)


def _psf_of(value: Any) -> _core.Psf | None:
    if value is None or is_path(value) or isinstance(value, _core.Psf):
        return None if is_path(value) else value
    try:
        return _core.psf_of(as_pixels(value, "use_psf"))
    except TypeError as error:
        raise ConfigError(f"use_psf: a {type(value).__name__} is none; give a Psf, an array or a file") from error


def _header_cards(e: Exposure) -> list[Any]:
    """What the catalog takes from a header."""
    cards = [card for card in e.cards if card[0] in ("BUNIT", "SATURATE")]
    return cards if e.zero_point is None else [*cards, ("MAGZERO", e.zero_point, "")]
