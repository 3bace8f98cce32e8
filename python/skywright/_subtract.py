"""The difference of two images."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np

from . import _core
from ._arrays import PathLike, Pixels, as_mask, as_pixels, is_path, require_shape
from ._call import tell, words
from ._config import ConfigLike, config_text
from ._detect import _psf_of
from ._exposure import Exposure, given_image
from ._progress import Progress, shown
from ._table import Table


class Difference:
    """What is left of an image once another is taken off."""

    def __init__(self, core: _core.Difference):
        self._core = core
        self.exposure = Exposure._from_core(core.exposure)  #: with variance, mask, PSF and WCS
        self.sources = Table(core.sources)  #: what changed, a row each
        self.score: Pixels = core.score  #: SNR of a point source centred on each pixel
        self.summary: dict[str, Any] = json.loads(core.summary)

    def __repr__(self) -> str:
        return self._core.text

    def _repr_html_(self) -> str:
        return self.exposure._repr_html_() + self.sources._repr_html_()


def subtract(
    science: Any,
    template: Any,
    *,
    out: PathLike | None = None,
    catalog: PathLike | None = None,
    score: PathLike | None = None,
    science_noise: Any = None,
    template_noise: Any = None,
    science_psf: Any = None,
    template_psf: Any = None,
    mask: Any = None,
    template_mask: Any = None,
    warp: str | None = None,
    threshold: float | None = None,
    config: ConfigLike = None,
    jobs: int = 0,
    progress: Progress = None,
) -> Difference:
    """The difference of two images and its sources, as `skywright subtract` makes them.

    Parameters
    ----------
    science, template
        The image and an earlier or deeper one of the same field: arrays, paths, or whatever
        `Exposure.of` takes. Without noise the noise is measured, its correlation included; without
        PSF the PSFs are.
    out, catalog, score
        Files to write: the difference, its sources, the score.
    science_noise, template_noise
        Array or file: rms of each pixel.
    science_psf, template_psf
        Psf, picture of a star, or file.
    mask, template_mask
        Array or file: pixels that are not 0 are bad.
    warp
        "auto": by WCS where the grids differ; "never".
    threshold
        Lowest abs(score) of a source.
    config
        Settings: skywright.configs.SubtractConfig, a mapping, or a TOML file.
    jobs
        Threads; 0 takes all that the machine has.
    progress
        See skywright.Progress.
    """
    first, files_first = _image(science, science_noise, mask, science_psf, "science")
    second, files_second = _image(template, template_noise, template_mask, template_psf, "template")
    given = words({
        "science": (files_first[0], "", "one"),
        "--science-noise": (files_first[1], "FILE", "one"),
        "--mask": (files_first[2], "FILE", "one"),
        "--science-psf": (files_first[3], "FILE", "one"),
        "template": (files_second[0], "", "one"),
        "--template-noise": (files_second[1], "FILE", "one"),
        "--template-mask": (files_second[2], "FILE", "one"),
        "--template-psf": (files_second[3], "FILE", "one"),
        "--out": (out, "FILE", "one"),
        "--catalog": (catalog, "FILE", "one"),
        "--score": (score, "FILE", "one"),
        "--warp": (warp, "HOW", "one"),
        "--threshold": (threshold, "SIGMA", "one"),
    })  # fmt: skip
    core = _core.subtract(first, second, given, *config_text(config), jobs, shown(progress))
    tell(core.warnings, 2)
    return Difference(core)


def _image(image: Any, noise: Any, mask: Any, psf: Any, name: str) -> tuple[_core.GivenImage | None, list[Any]]:
    """In memory where any of it is, else the names of its files."""
    parts = [image, noise, mask, psf]
    if all(p is None or is_path(p) for p in parts) and image is not None:
        return None, parts
    e = dataclasses.replace(Exposure.of(image))
    if noise is not None:
        rms = Exposure.of(noise).pixels if is_path(noise) else as_pixels(noise, f"{name}_noise")
        require_shape(rms, e.shape, f"{name}_noise")
        # What is no noise stays none: the core masks it.
        e.variance, e.noise = np.where(rms > 0, rms * rms, np.float32(0)), None
    if mask is not None:
        bad = (Exposure.of(mask).pixels if is_path(mask) else np.asarray(mask)) != 0
        require_shape(bad, e.shape, "mask" if name == "science" else "template_mask")
        e.mask = as_mask(bad) if e.mask is None else as_mask(bad) | e.mask
    if psf is not None:
        e.psf = _core.read_psf(str(psf)) if is_path(psf) else _psf_of(psf)
    return given_image(e), [None] * 4
