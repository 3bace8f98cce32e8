"""How long calls show how far they are."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Union

#: None shows progress in a notebook and on a terminal; True always; False never; a function is called
#: with (activity, done, total), a few times a second.
Progress = Union[None, bool, Callable[[str, int, int], object]]

_QUIET_S = 0.5  # calls shorter than this show nothing


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    if shell is None:
        return False
    instance = shell.get_ipython()
    return instance is not None and instance.__class__.__name__ == "ZMQInteractiveShell"


class _Shown:
    """Calls `show` once the call has lasted a while."""

    def __init__(self, show: Callable[[str, int, int], None]):
        self._begun = time.monotonic()
        self._show = show

    def __call__(self, activity: str, done: int, total: int) -> None:
        if time.monotonic() - self._begun > _QUIET_S:
            self._show(activity, done, total)


def _on_terminal(activity: str, done: int, total: int) -> None:
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r\033[K{activity}  {done}/{total}{end}")
    sys.stderr.flush()


def _bar(activity: str, done: int, total: int) -> str:
    return f"<progress value='{done}' max='{max(total, 1)}'></progress> {activity} {done}/{total}"


class _InNotebook:
    def __init__(self) -> None:
        self._handle: Any = None

    def __call__(self, activity: str, done: int, total: int) -> None:
        from IPython.display import HTML, display

        bar = HTML(_bar(activity, done, total))
        if self._handle is None:
            self._handle = display(bar, display_id=True)
        else:
            self._handle.update(bar)


def shown(progress: Progress) -> Callable[[str, int, int], object] | None:
    if callable(progress):
        return progress
    if progress is False:
        return None
    if _in_notebook():
        return _Shown(_InNotebook())
    if progress or sys.stderr.isatty():
        return _Shown(_on_terminal)
    return None
