"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy

from ..ml.errors import UnderstudyError


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written, before long work is begun for it."""
    if path.is_dir():
        raise UnderstudyError(f"{path} is a folder: give the name of a file in it")
    if not path.parent.is_dir():
        raise UnderstudyError(f"The folder {path.parent} does not exist: make it first")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as exc:
        raise UnderstudyError(
            f"Nothing can be written in {path.parent} ({exc.strerror}): choose another folder"
        ) from exc
    if path.exists() and not os.access(path, os.W_OK):
        raise UnderstudyError(f"{path} is read-only: choose another name")


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    """Have a file written beside its place, then moved there in one step."""
    beside = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        write(beside)
        os.replace(beside, path)
    except (OSError, RuntimeError) as exc:  # RuntimeError: how bpy.ops reports a full disk
        raise UnderstudyError(f"{path} could not be written: {exc}") from exc
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def write_atomically(path: Path, text: str) -> None:
    """Write a text file."""
    _replace(path, lambda beside: beside.write_text(text, "utf-8"))


def save_blend(path: Path) -> None:
    """Save a copy of the open file; the open file keeps its name."""

    def write(beside: Path) -> None:
        bpy.ops.wm.save_as_mainfile(filepath=str(beside), copy=True, check_existing=False)

    _replace(path, write)
