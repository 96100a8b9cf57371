"""A studio's own functions, called before and after each stage: commands, API and buttons.

A hook is a Python file in a folder that the environment variable UNDERSTUDY_HOOKS names (several
folders like a PATH), or a module that an installed package offers as an entry point of the group
"understudy.hooks". It may define

    def pre(event):  ...    before the work; raising stops the stage, and nothing is written
    def post(event): ...    after it, before anything is saved; raising has the same effect,
                            but for a button, whose keys one undo takes back

Files run in the order of their names. They are code that the studio trusts: a folder is read only
where the variable names it. Beside a window, which would not answer meanwhile, a hook may take
`LIMIT_S` seconds, or as many as UNDERSTUDY_HOOKS_SECONDS says. What a hook is counts among what a
result depends on, so that changing one has tasks done again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bpy

from ...ml.errors import Cancelled, UnderstudyError

VARIABLE = "UNDERSTUDY_HOOKS"
GROUP = "understudy.hooks"
LIMIT = "UNDERSTUDY_HOOKS_SECONDS"
LIMIT_S = 5.0


@dataclass
class Event:
    """What a hook is told.

    Attributes
    ----------
    stage : "blocking", "inbetween", "face", "lipsync", "layout", "playblast"
    owner : what is animated; None where it is about the whole file
    params : the stage's parameters; reading only
    outputs : kind to path of the files that are going to be saved
    report : what the stage reports, after it; a hook may add {"studio": …} of JSON values
    """

    stage: str
    owner: bpy.types.ID | None
    params: dict
    outputs: dict[str, Path] = field(default_factory=dict)
    report: dict = field(default_factory=dict)


def folders() -> list[Path]:
    """Return the folders that the variable names."""
    return [Path(word) for word in os.environ.get(VARIABLE, "").split(os.pathsep) if word]


def _files() -> list[Path]:
    found = []
    for folder in folders():
        if not folder.is_dir():
            raise UnderstudyError(f"{VARIABLE} names {folder}, which is no folder: mend it")
        found += sorted(p for p in folder.glob("*.py") if not p.name.startswith("_"))
    return found


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    return sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name)


def content() -> list[str]:
    """Return what tells these hooks from others; empty where there are none."""
    files = [f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in _files()]
    points = [f"{p.name} {p.dist.name if p.dist else ''} {_version(p)}" for p in _entry_points()]
    return files + points


def _version(point: importlib.metadata.EntryPoint) -> str:
    return point.dist.version if point.dist else ""


def window_limit_s() -> float:
    """Return how long a hook may keep a window waiting."""
    word = os.environ.get(LIMIT, "")
    try:
        limit = float(word or LIMIT_S)
    except ValueError:
        limit = math.nan
    if not 0 < limit < math.inf:
        raise UnderstudyError(f"{LIMIT} is {word!r}: give a number of seconds above 0")
    return limit


class _TooLong(BaseException):  # no `except Exception` of a hook shall take it for its own
    """A hook was stopped."""


@contextlib.contextmanager
def _limited(limit_s: float | None) -> Iterator[None]:
    """Stop the block after so long, where the system can: even while it sleeps or waits."""
    if limit_s is None or not hasattr(signal, "setitimer"):  # Windows has none
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)


def run(moment: str, event: Event, limit_s: float | None = None) -> None:
    """Call every hook of a moment, "pre" or "post".

    Parameters
    ----------
    limit_s : the longest that each may take; None for any time

    Raises
    ------
    UnderstudyError
        A hook raised, or took too long; its message is passed on, with the hook's name.
    """
    for name, load in _hooks():
        try:
            with _limited(limit_s):
                function = getattr(load(), moment, None)
                if function is not None:
                    function(event)
        except Cancelled:
            raise
        except _TooLong as exc:
            raise UnderstudyError(
                f"The {moment} hook {name} of {event.stage} was stopped after {limit_s:g} s, for "
                f"the window to go on: have it do its work elsewhere, or raise {LIMIT}"
            ) from exc
        except Exception as exc:
            said = f"{type(exc).__name__}: {exc}" if not isinstance(exc, UnderstudyError) else exc
            raise UnderstudyError(
                f"The {moment} hook {name} stopped {event.stage}: {said}"
            ) from exc


def _hooks() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name of each hook, and what loads its module."""
    for path in _files():
        yield path.name, functools.partial(_load, path)
    for point in _entry_points():
        yield point.name, point.load


def _load(path: Path) -> object:
    """Return a hook's module, run anew only where the file has changed."""
    name = f"understudy_hook_{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as exc:
        del sys.modules[name]
        raise UnderstudyError(f"The hook {path} cannot be loaded: {exc}") from exc
    return module
