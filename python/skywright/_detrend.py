"""Raw frames to clean images."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from . import _core
from ._arrays import PathLike, as_pixels, is_path
from ._call import Result, tell, text_of, words
from ._config import ConfigLike, config_text
from ._exposure import Exposure, listed
from ._progress import Progress, shown
from ._wcs import Card, cards_from
from .errors import InputError, PartialError

class Detrended(Result):
    """Clean images: a mapping of what the program reports."""

    def __init__(self, core: _core.Detrended):
        super().__init__(json.loads(core.json), core.text)
        self._kept = [Exposure._from_core(e) for e in core.exposures]

    @property
    def exposures(self) -> list[Exposure]:
        """One a frame that could be used, with variance [electron^2], mask and WCS; read back where they were written."""
        written = [f["path"] for f in self["files"] if f.get("path")]
        return self._kept or [Exposure.read(path) for path in written]

    @property
    def exposure(self) -> Exposure:
        """Of a single frame."""
        if len(self["files"]) != 1:
            raise InputError(f"exposure: there were {len(self['files'])} frames; take one of `exposures`")
        return self.exposures[0]

    def _repr_html_(self) -> str:
        return "".join(e._repr_html_() for e in self._kept) + super()._repr_html_()


def detrend(
    raws: Any,
    *,
    instrument: PathLike,
    out: PathLike | None = None,
    masters: PathLike | None = None,
    config: ConfigLike = None,
    jobs: int = 0,
    progress: Progress = None,
) -> Detrended:
    """Raw frames to clean images with variance and mask, as `skywright detrend` makes them.

    Parameters
    ----------
    raws
        A frame or a list of them. A path; astropy's HDUList, whose images are taken by their EXTNAME; an HDU, CCDData,
        NDData, Exposure or array of a camera that writes one image a frame. What the header tells (exposure time,
        date, filter, pointing) is found by the keywords that the instrument names; an array has none, see
        `Exposure(pixels=array, cards=[("EXPTIME", 30.0, ""), ...])`. Masked pixels count as dead.
    instrument
        "lsst", or the TOML file of a camera.
    out
        A folder, or a file for a single frame. None: the exposures are returned.
    masters
        Folder that `skywright calib` wrote.
    config
        Settings: skywright.configs.DetrendConfig, a mapping, or a TOML file.
    jobs
        Threads; 0 takes all that the machine has.
    progress
        See skywright.Progress.

    Returns
    -------
    Detrended
        `exposure` or `exposures`, and as a mapping what the program reports.
    """
    frames = [raws] if _is_hdu_list(raws) else listed(raws, "raws", "paths or frames")
    sources = [
        text_of(raw, "raws") if is_path(raw) else _given(raw, "raw" if len(frames) == 1 else f"raws[{i}]")
        for i, raw in enumerate(frames)
    ]
    given = words({"--out": (out, "PATH", "one"), "--masters": (masters, "DIR", "one")})
    core = _core.detrend(
        sources, text_of(instrument, "instrument"), given, *config_text(config), jobs, shown(progress)
    )  # fmt: skip
    tell(core.warnings, 2)
    result = Detrended(core)
    if core.code == PartialError.code:
        raise PartialError(core.text.strip(), result)
    return result


def _is_hdu_list(value: Any) -> bool:
    return isinstance(value, list) and hasattr(value, "fileinfo")


def _given(raw: Any, name: str) -> _core.GivenRaw:
    if _is_hdu_list(raw):
        return _of_hdu_list(raw, name)
    e = Exposure.of(raw)
    pixels = e.pixels
    if e.mask is not None and e.mask.any():
        pixels = np.where(e.mask != 0, np.float32(np.nan), pixels)
    counts = raw if hasattr(raw, "dtype") else getattr(raw, "data", None)
    wcs = None if e.wcs is None else e.wcs._core
    out = _core.GivenRaw(name, e.cards, e.cards, wcs, _bits(counts))
    out.add("", pixels)
    return out


def _of_hdu_list(hdus: Any, name: str) -> _core.GivenRaw:
    images = [h for h in hdus if getattr(h, "is_image", False) and h.data is not None and np.ndim(h.data) == 2]
    if not images:
        raise InputError(f"{name}: it has no image; give the HDUs of a raw frame")
    primary = cards_from(hdus[0].header)
    first = images[0].header
    out = _core.GivenRaw(name, primary, _inherited(hdus, images[0], primary) + cards_from(first), None, _bits(images[0].data))
    for hdu in images:
        out.add(str(hdu.header.get("EXTNAME", "")), as_pixels(hdu.data, name))
    return out


def _inherited(hdus: Any, hdu: Any, primary: list[Card]) -> list[Card]:
    """The primary's cards, which stand in front of an extension's where the primary holds no data."""
    if hdu is hdus[0] or hdus[0].data is not None or not hdu.header.get("INHERIT", True):
        return []
    return [card for card in primary if card[0] not in ("EXTNAME", "INHERIT")]


def _bits(counts: Any) -> int:
    """Of whole counts; 0 for real ones."""
    dtype = getattr(counts, "dtype", None)
    return 8 * dtype.itemsize if dtype is not None and dtype.kind in "iu" else 0
