"""What the dataclasses in `skywright.configs` have in common."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Union

from ._paths import is_path
from .errors import ConfigError

#: Settings of a command: its dataclass, a mapping of keys ("detection.threshold" or nested), or the
#: path of a TOML file.
ConfigLike = Union["Config", Mapping[str, Any], str, "os.PathLike[str]", None]


class Config:
    """Settings of a command; what differs from its defaults is handed to the core, which checks it."""

    def changed(self) -> dict[str, Any]:
        """The settings that are not at their defaults, by TOML's keys."""
        out: dict[str, Any] = {}
        for f in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            key = f.metadata.get("key", f.name)
            if isinstance(value, Config):
                inner = value.changed()
                if inner:
                    out[key] = inner
            elif value != _default(f):
                out[key] = value
        return out

    def every(self) -> dict[str, Any]:
        return {
            f.metadata.get("key", f.name): getattr(self, f.name)
            for f in dataclasses.fields(self)  # type: ignore[arg-type]
        }

    def to_toml(self) -> str:
        return toml(self.changed())


def _default(f: dataclasses.Field[Any]) -> Any:
    return f.default_factory() if f.default_factory is not dataclasses.MISSING else f.default


def toml(settings: Mapping[str, Any]) -> str:
    """As lines key.sub = value."""
    return "".join(f"{line}\n" for line in _lines(settings, ""))


def _lines(settings: Mapping[str, Any], prefix: str) -> list[str]:
    out: list[str] = []
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, Config):
            value = value.changed()
        if isinstance(value, Mapping):
            out += _lines(value, name + ".")
        else:
            out.append(f"{name} = {_value(value, name)}")
    return out


def _value(value: Any, name: str) -> str:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, (str, os.PathLike)):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    if isinstance(value, Config):
        value = value.every()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k} = {_value(v, name)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) or hasattr(value, "tolist"):
        return "[" + ", ".join(_value(v, name) for v in value) + "]"
    raise ConfigError(f"{name}: a {type(value).__name__} is no setting; give a number, text, bool or list")


def config_text(config: ConfigLike) -> tuple[str, str]:
    """TOML, and what messages call it."""
    if config is None:
        return "", ""
    if is_path(config):
        name = os.fspath(config)  # type: ignore[arg-type]
        try:
            with open(name, encoding="utf-8") as file:
                return file.read(), name
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"config {name}: cannot be read ({error}); name a TOML file that exists") from error
    if isinstance(config, Config):
        return config.to_toml(), "config"
    if isinstance(config, Mapping):
        return toml(config), "config"
    raise ConfigError(
        f"config: a {type(config).__name__} holds no settings; give a class of skywright.configs, a dict or a TOML file"
    )
