"""WCS and zero point of an image."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from . import _core
from ._arrays import PathLike, is_path
from ._call import Result, tell, words
from ._config import ConfigLike, config_text
from ._exposure import Exposure, given_image
from ._progress import Progress, shown
from ._table import Table
from ._wcs import Wcs


class Solved(Result):
    """An image with its WCS and zero point, and what they rest on: a mapping of what the program reports."""

    def __init__(self, core: _core.Solved, given: Exposure | None):
        super().__init__(json.loads(core.json), core.text)
        #: with WCS, zero point and PSF; its planes are those that were given
        self.exposure = Exposure._from_core(core.exposure) if given is None else _with(given, core.exposure)
        self.matches = Table(core.matches)  #: the stars that the solution rests on, a row each

    @property
    def wcs(self) -> Wcs:
        """That was found."""
        assert self.exposure.wcs is not None
        return self.exposure.wcs

    @property
    def zero_point(self) -> float | None:
        """AB magnitude of 1 image unit; None where the reference has no fluxes of the band."""
        found = self["zero_point"]
        return None if found is None else float(found["magnitude"])

    def _repr_html_(self) -> str:
        return self.exposure._repr_html_() + super()._repr_html_()


def _with(given: Exposure, found: _core.Exposure) -> Exposure:
    assert found.wcs is not None
    return dataclasses.replace(
        given, wcs=Wcs(found.wcs), zero_point=found.zero_point, psf=found.psf, cards=found.cards
    )  # fmt: skip


def solve(
    image: Any,
    *,
    reference: Any,
    out: PathLike | None = None,
    catalog: Any = None,
    band: str | None = None,
    ra: float | Any = None,
    dec: float | Any = None,
    scale: float | Any = None,
    config: ConfigLike = None,
    jobs: int = 0,
    progress: Progress = None,
) -> Solved:
    """WCS and zero point of an image against a reference catalog, as `skywright solve` finds them.

    Parameters
    ----------
    image
        A path, a two-dimensional array, an Exposure, CCDData, NDData or HDU: with a WCS that may be wrong by
        30 arcsec, 1 deg and 1 % of scale (`config` says how far to look), or with none and `ra`, `dec`, `scale`.
        Native float32 is not copied.
    reference
        Stars: a path (.parquet, .fits, .csv), a Table, or one of astropy, pandas, polars or pyarrow. Columns ra dec
        [deg] and, where they exist, raErr decErr [mas], pmRA pmDec [mas/yr], epoch [MJD] or refEpoch [yr], BAND_flux
        BAND_fluxErr [nJy] or BAND_mag BAND_magErr [AB]. A column that names another unit of its kind (rad, arcsec, uJy) is converted.
    out
        Write a copy of the image with WCS and zero point.
    catalog
        Sources measured before, as `reference` may be given: what `detect` returned, say. Else they are detected.
    band
        Of the reference fluxes; else the header's.
    ra, dec, scale
        Of the image's centre [deg] and of a pixel [arcsec], where it has no WCS; any rotation and mirroring.
    config
        Settings: skywright.configs.SolveConfig, a mapping, or a TOML file.
    jobs
        Threads; 0 takes all that the machine has.
    progress
        See skywright.Progress.

    Returns
    -------
    Solved
        `exposure` with its WCS and zero point, `matches`, and as a mapping what the program reports.
    """
    given = words({
        "image": (image if is_path(image) else None, "", "one"),
        "--reference": (reference if is_path(reference) else None, "FILE", "one"),
        "--out": (out, "FILE", "one"),
        "--catalog": (catalog if is_path(catalog) else None, "FILE", "one"),
        "--band": (band, "BAND", "one"),
        "--ra": (ra, "DEG", "one"),
        "--dec": (dec, "DEG", "one"),
        "--scale": (scale, "ARCSEC", "one"),
    })  # fmt: skip
    e = None if is_path(image) else Exposure.of(image)
    core = _core.solve(
        None if e is None else given_image(e), _stars(reference), _stars(catalog), given, *config_text(config), jobs,
        shown(progress),
    )  # fmt: skip
    tell(core.warnings, 2)
    solved = Solved(core, e)
    if out is not None and e is not None:
        solved.exposure.write(out)
    return solved


def _stars(table: Any) -> _core.Table | None:
    return None if table is None or is_path(table) else Table(table)._core
