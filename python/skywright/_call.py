"""Calls of the program's commands: Python's values as its words, its outcome as Python's values."""

from __future__ import annotations

import base64
import html
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from . import _core
from ._config import ConfigLike, config_text
from ._progress import Progress, shown
from .errors import ConfigError, InternalError, PartialError, SkywrightWarning, of_code

#: Units of options by their placeholder in the help; a Quantity is converted to it.
_UNITS = {
    "DEG": "deg", "ARCSEC": "arcsec", "S": "s", "SECONDS": "s", "HOURS": "h", "M": "m", "Y": "yr",
    "MAG": "mag", "PIXEL": "pix", "PIXELS": "pix",
}  # fmt: skip


#: Exit code, text, JSON, warnings.
Outcome = tuple[int, str, str, list[str]]

_DRAWN = 700  # width of a focal plane in a notebook [pixel]


class Result(Mapping[str, Any]):
    """What a command reports: the object of --json as a mapping, and its text.

    In a notebook that of `instrument.show` comes with its focal plane drawn.
    """

    def __init__(self, facts: dict[str, Any], text: str, picture: Callable[[], bytes] | None = None):
        self._facts = facts
        self.text = text
        self._picture = picture

    def __getitem__(self, key: str) -> Any:
        return self._facts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    @property
    def summary(self) -> dict[str, Any]:
        """What the program reports, as the other results have it."""
        return dict(self._facts)

    def __repr__(self) -> str:
        return self.text.rstrip() or repr(self._facts)

    def _repr_html_(self) -> str:
        text = f"<pre>{html.escape(repr(self))}</pre>"
        if self._picture is None:
            return text
        png = base64.b64encode(self._picture()).decode()
        return f"<figure><img src='data:image/png;base64,{png}' alt='focal plane'></figure>{text}"


def text_of(value: Any, name: str, placeholder: str = "") -> str:
    """A value as the command line would have it."""
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if hasattr(value, "scale") and hasattr(value, "mjd"):  # astropy's Time
        return value.utc.isot if placeholder == "DATE" else repr(float(value.tai.mjd))
    if hasattr(value, "to_value"):  # a Quantity
        unit = _UNITS.get(placeholder)
        if unit is None:
            raise ConfigError(f"{name}: it has no unit, and {value} has one; give a plain number")
        try:
            value = value.to_value(unit)
        except Exception as error:
            raise ConfigError(f"{name}={value}: its unit is not one of {unit}; convert it first") from error
    if getattr(value, "ndim", None) == 0:  # a number of NumPy
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigError(f"{name}: a {type(value).__name__} is not what it takes; give text, a path or a number")
    return repr(value)


def words(given: Mapping[str, tuple[Any, str, str]]) -> dict[str, list[str]]:
    """@param given: by the option's name: value, placeholder, and "one", "many" or "nothing"."""
    out: dict[str, list[str]] = {}
    for option, (value, placeholder, takes) in given.items():
        name = option.lstrip("-").replace("-", "_")
        if takes == "nothing":
            if value:
                out[option] = []
        elif value is None:
            continue
        elif takes == "many":
            try:
                many = [value] if isinstance(value, (str, os.PathLike)) else list(value)
            except TypeError as error:
                raise ConfigError(
                    f"{name}: a {type(value).__name__} is not what it takes; give a list of paths"
                ) from error
            out[option] = [text_of(v, name, placeholder) for v in many]
        elif isinstance(value, (list, tuple, set)):
            out[option] = [",".join(text_of(v, name, placeholder) for v in value)]
        else:
            out[option] = [text_of(value, name, placeholder)]
    return out


def tell(messages: list[str], level: int = 3) -> None:
    for message in messages:
        warnings.warn(message, SkywrightWarning, stacklevel=level + 1)


def on_all_ranks(communicator: Any, call: Callable[[int], Outcome]) -> Outcome:
    """The call by every rank of an mpi4py communicator; what rank 0 was told or refused, on each of them."""
    if not communicator:
        raise ConfigError("communicator: it is the null communicator; call this on the ranks of one")
    own: BaseException | None = None
    outcome: Outcome | None = None
    try:
        outcome = call(communicator.py2f())
    except BaseException as error:  # Ctrl-C, too: the others wait for what rank 0 has to say
        own = error
    code = None if own is None else getattr(own, "code", InternalError.code)
    outcome, code, message = communicator.bcast((outcome, code, str(own)), root=0)
    if own is not None:
        raise own
    if outcome is None:
        raise of_code(code)(f"rank 0: {message}")
    return outcome if communicator.rank == 0 else (*outcome[:3], [])  # once is enough for warnings


def _focal_plane(name: tuple[Any, str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "focal-plane.png"
        given = {"name": name, "--plot": (path, "FILE.png", "one"), "--size": (_DRAWN, "PIXELS", "one")}
        _core.run_command("instrument show", words(given), "", "", None, 1, None, None)
        return path.read_bytes()


def run(
    command: str, given: Mapping[str, tuple[Any, str, str]], config: ConfigLike, seed: int | None, jobs: int,
    progress: Progress, communicator: Any = None,
) -> Result:  # fmt: skip
    text, origin = config_text(config)

    def on(handle: int | None) -> tuple[int, str, str, list[str]]:
        return _core.run_command(command, words(given), text, origin, seed, jobs, shown(progress), handle)

    code, out, facts, messages = on(None) if communicator is None else on_all_ranks(communicator, on)
    tell(messages, 3)
    picture = None
    if command == "instrument show":
        shown_instrument = given["name"]
        picture = lambda: _focal_plane(shown_instrument)  # noqa: E731, drawn only where it is looked at
    result = Result(json.loads(facts), out, picture)
    if code == PartialError.code:
        raise PartialError(out.strip() or "some of the work could not be done; see `result`", result)
    if code != 0:
        raise of_code(code)(out.strip())
    return result
