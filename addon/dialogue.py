"""Lists of recorded lines, as JSON or as a table: what is heard, what is said, and where."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from bpy.types import Scene

from ..ml.errors import UnderstudyError
from .lipsync import Line, marker_frame

_FIELDS = ("sound", "text", "language", "frame", "marker")


def read(path: Path, scene: Scene, language: str = "en-us") -> list[Line]:
    """Read the lines of a .json list of objects, or of a .csv table with a header.

    Parameters
    ----------
    language : of lines that name none

    Raises
    ------
    UnderstudyError
        The file cannot be read, or a line of it makes no sense.
    """
    try:
        text = path.read_text("utf-8-sig")
        rows = json.loads(text) if path.suffix.lower() == ".json" else list(_table(text))
    except (OSError, ValueError, csv.Error) as exc:
        raise UnderstudyError(f"The lines {path} cannot be read: {exc}") from exc
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UnderstudyError(f"{path.name} holds no lines: it is a list of {', '.join(_FIELDS)}")
    return [
        _line(row, f"Line {number} of {path.name}", path.parent, scene, language)
        for number, row in enumerate(rows, 1)
    ]


def _table(text: str) -> csv.DictReader:
    return csv.DictReader(text.splitlines())


def _line(row: dict, name: str, folder: Path, scene: Scene, language: str) -> Line:
    unknown = set(row) - set(_FIELDS)
    if unknown:
        known = ", ".join(_FIELDS)
        raise UnderstudyError(f"{name} has {', '.join(map(str, unknown))}: it may have {known}")
    row = {key: str(value).strip() for key, value in row.items() if value not in (None, "")}
    if "sound" not in row:
        raise UnderstudyError(f"{name} has no sound: name its recording")
    frame = scene.frame_start
    if "marker" in row:
        frame = marker_frame(scene, row["marker"])
    elif "frame" in row:
        try:
            frame = int(row["frame"])
        except ValueError as exc:
            raise UnderstudyError(f"{name} begins at {row['frame']!r}: give a frame") from exc
    sound, said = folder / row["sound"], row.get("text", "")
    return Line(sound, said, row.get("language", language), frame)
