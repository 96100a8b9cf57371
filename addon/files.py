"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy

from ..ml.errors import UnderstudyError

# How a .blend file begins when it is compressed, and how it then ends; how it ends when not.
_ZSTD, _ZSTD_SEEKABLE, _LAST_BLOCK, _TAIL = b"\x28\xb5\x2f\xfd", b"\xb1\xea\x92\x8f", b"ENDB", 64


def open_blend(path: Path) -> None:
    """Open a .blend file in the place of the one that is open."""
    path = path.absolute()
    if not path.is_file():
        raise UnderstudyError(f"There is no file {path}: check the name")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    except RuntimeError as exc:  # how bpy.ops says that it is no .blend file
        raise UnderstudyError(f"{path} cannot be opened: {exc}") from exc


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written, before long work is begun for it."""
    if path.is_dir():
        raise UnderstudyError(f"{path} is a folder: give the name of a file in it")
    if path.exists() and not path.is_file():
        # Putting a file in the place of a device, such as /dev/null, would take it away.
        raise UnderstudyError(f"{path} is no ordinary file: choose another name")
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


def replace_with(path: Path, write: Callable[[Path], None]) -> None:
    """Have a file written beside its place, then moved there in one step."""
    beside = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        write(beside)
        os.replace(beside, path)
    except (OSError, RuntimeError) as exc:  # RuntimeError: how bpy.ops says what went wrong
        why = str(getattr(exc, "strerror", None) or exc).strip()
        raise UnderstudyError(
            f"{path} could not be written ({why}): make room there, or choose another place"
        ) from exc
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def write_atomically(path: Path, text: str) -> None:
    """Write a text file."""
    replace_with(path, lambda beside: beside.write_text(text, "utf-8"))


def save_blend(path: Path) -> None:
    """Save a copy of the open file; the open file keeps its name."""

    def write(beside: Path) -> None:
        bpy.ops.wm.save_as_mainfile(filepath=str(beside), copy=True, check_existing=False)
        if not _is_whole(beside):
            raise OSError(errno.ENOSPC, "the file was cut off, as on a full disk")

    replace_with(path, write)


def _is_whole(path: Path) -> bool:
    """Tell whether a .blend file has its end: Blender 5.2 reports none missing on a full disk."""
    with path.open("rb") as file:
        head = file.read(len(_ZSTD))
        file.seek(max(path.stat().st_size - _TAIL, 0))
        tail = file.read()
    return tail.endswith(_ZSTD_SEEKABLE) if head == _ZSTD else _LAST_BLOCK in tail
