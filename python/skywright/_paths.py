"""Names of files."""

from __future__ import annotations

import os
from typing import Any, Union

PathLike = Union[str, "os.PathLike[str]"]


def is_path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike))
