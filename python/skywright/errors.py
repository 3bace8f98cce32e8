"""Exceptions, one an exit code of the program, with the program's messages.

A message says problem, reason and remedy. `code` is what the program would have ended with.
"""

from __future__ import annotations

from typing import Any


class SkywrightError(Exception):
    """Whatever this package raises of its own."""

    code = 1


class InternalError(SkywrightError):
    """An error of ours: please report it."""


class ConfigError(SkywrightError, ValueError):
    """A wrong option, setting, unit or range."""

    code = 2


class PartialError(SkywrightError):
    """Some of the work could not be done; the rest is done, and `result` tells of it."""

    code = 3

    def __init__(self, message: str, result: Any = None):
        super().__init__(message)
        self.result = result


class Stopped(PartialError):
    """The work was asked to stop and can be taken up again."""


class InputError(SkywrightError, ValueError):
    """Data that cannot be used."""

    code = 4


class StorageError(SkywrightError, OSError):
    """A path that cannot be written, a full disk, a locked file."""

    code = 5


class ServiceError(SkywrightError):
    """Something that the work depends on is not there."""

    code = 6


class SkywrightWarning(UserWarning):
    """What is odd and no error."""


def of_code(code: int) -> type[SkywrightError]:
    """The exception of an exit code."""
    classes: tuple[type[SkywrightError], ...] = (
        ConfigError, PartialError, InputError, StorageError, ServiceError,
    )
    return next((c for c in classes if c.code == code), InternalError)
