"""A studio's own functions, called before and after each stage without a window.

A hook is a Python file in a folder that the environment variable UNDERSTUDY_HOOKS names (several
folders like a PATH), or a module that an installed package offers as an entry point of the group
"understudy.hooks". It may define

    def pre(event):  ...    before the work; raising stops the stage, and nothing is written
    def post(event): ...    after it, before anything is saved; raising has the same effect

Files run in the order of their names. They are code that the studio trusts: a folder is read only
where the variable names it. What a hook is counts among what a result depends on, so that
changing one has tasks done again.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bpy

from ...ml.errors import Cancelled, UnderstudyError

VARIABLE = "UNDERSTUDY_HOOKS"
GROUP = "understudy.hooks"


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


def run(moment: str, event: Event) -> None:
    """Call every hook of a moment, "pre" or "post".

    Raises
    ------
    UnderstudyError
        A hook raised; its message is passed on, with the hook's name.
    """
    for name, function in _functions(moment):
        try:
            function(event)
        except Cancelled:
            raise
        except Exception as exc:
            said = f"{type(exc).__name__}: {exc}" if not isinstance(exc, UnderstudyError) else exc
            raise UnderstudyError(
                f"The {moment} hook {name} stopped {event.stage}: {said}"
            ) from exc


def _functions(moment: str) -> Iterator[tuple[str, Callable[[Event], None]]]:
    for path in _files():
        function = getattr(_load(path), moment, None)
        if function is not None:
            yield path.name, function
    for point in _entry_points():
        function = getattr(point.load(), moment, None)
        if function is not None:
            yield point.name, function


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
