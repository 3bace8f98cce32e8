"""Skywright in Python: a sky survey from end to end, on arrays and on files.

    import skywright
    sources = skywright.detect(array)               # a table, a row a source
    sources.to_astropy(); sources.to_pandas()
    difference = skywright.subtract("new.fits", "old.fits", catalog="changed.parquet")

Every command of the program has a function of its name and options, groups of commands are
objects (`skywright.plan(...)`, `skywright.plan.metrics(...)`), settings are the dataclasses in
`skywright.configs`, errors the exceptions in `skywright.errors`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from . import _core, errors
from ._call import Result
from ._commands import *  # noqa: F403
from ._commands import __all__ as _command_names
from ._core import NoiseCorrelation, Psf, mask_planes, read_psf
from ._progress import Progress
from .errors import (
    ConfigError,
    InputError,
    InternalError,
    PartialError,
    ServiceError,
    SkywrightError,
    SkywrightWarning,
    Stopped,
    StorageError,
)

if TYPE_CHECKING:
    from . import configs
    from ._detect import Sources, detect
    from ._detrend import Detrended, detrend
    from ._exposure import Exposure
    from ._solve import Solved, solve
    from ._stack import Coadd, stack
    from ._subtract import Difference, subtract
    from ._table import Table
    from ._wcs import Wcs

__version__: str = _core.version

__all__ = [
    *_command_names,
    "Coadd",
    "ConfigError",
    "Detrended",
    "Difference",
    "Exposure",
    "InputError",
    "InternalError",
    "NoiseCorrelation",
    "PartialError",
    "Progress",
    "Psf",
    "Result",
    "ServiceError",
    "SkywrightError",
    "SkywrightWarning",
    "Solved",
    "Sources",
    "Stopped",
    "StorageError",
    "Table",
    "Wcs",
    "configs",
    "detect",
    "detrend",
    "errors",
    "mask_planes",
    "read_psf",
    "solve",
    "stack",
    "subtract",
]


# NumPy takes its time: what needs it is imported by whoever asks for it.
_LATE = {
    "Coadd": "_stack",
    "Detrended": "_detrend",
    "Difference": "_subtract",
    "Exposure": "_exposure",
    "Solved": "_solve",
    "Sources": "_detect",
    "Table": "_table",
    "Wcs": "_wcs",
    "detect": "_detect",
    "detrend": "_detrend",
    "solve": "_solve",
    "stack": "_stack",
    "subtract": "_subtract",
}


def __getattr__(name: str) -> object:
    if name == "configs":
        return importlib.import_module("skywright.configs")
    if name not in _LATE:
        raise AttributeError(f"module 'skywright' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"skywright.{_LATE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
