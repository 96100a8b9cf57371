"""Performances kept with the scene: edited and laid on again without filming anew."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass, field

import numpy as np
from bpy.types import Scene

from ..ml.errors import UnderstudyError
from ..ml.face.performance import Performance

_FORMAT = 1
_HALF = {"coefficients", "confidence", "gaze", "head_position"}
"""What is kept in single precision; times and rotations stay exact."""


@dataclass
class Kept:
    """A performance and where it is from.

    Attributes
    ----------
    performance : Performance
    start : scene frame of its first sample
    models, inputs : as in `ml.take.Provenance`
    """

    performance: Performance
    start: int = 1
    models: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)


def keep(scene: Scene, name: str, kept: Kept) -> str:
    """Keep a performance in the scene, make it the active one, and return its name.

    One of the same name is replaced: it is the same source, captured anew.
    """
    rows = scene.understudy.face.performances
    row = rows.get(name) or rows.add()
    row.name, row.start, row.data = name, kept.start, _packed(kept)
    row.stamp = hashlib.sha256(row.data.encode()).hexdigest()
    times = kept.performance.times
    row.note = f"{len(times)} samples, {times[-1] - times[0]:.1f} s"
    scene.understudy.face.active_performance = list(rows).index(row)
    return name


def names(scene: Scene) -> list[str]:
    """Return the names of the performances that are kept."""
    return [row.name for row in scene.understudy.face.performances]


def find(scene: Scene, name: str | None = None) -> Kept:
    """Return a performance by name, or the active one.

    Raises
    ------
    UnderstudyError
        None is kept, or it cannot be read.
    """
    settings = scene.understudy.face
    rows = settings.performances
    if name is not None:
        row = rows.get(name)
        if row is None:
            raise UnderstudyError(
                f"No performance {name!r} is kept in this scene: choose one of "
                f"{', '.join(map(repr, names(scene))) or 'none'}"
            )
    elif len(rows):
        row = rows[min(settings.active_performance, len(rows) - 1)]
    else:
        raise UnderstudyError("No performance is kept in this scene: capture or load one first")
    try:
        return _unpacked(row.data, row.start)
    except (ValueError, KeyError, TypeError, zlib.error) as exc:
        raise UnderstudyError(
            f"The performance {row.name} cannot be read any more ({exc}): capture it again"
        ) from exc


def _packed(kept: Kept) -> str:
    meta, arrays = kept.performance.pack()
    shapes, body = [], b""
    for name, values in arrays.items():
        values = np.asarray(values, np.float32 if name in _HALF else np.float64)
        shapes.append([name, values.dtype.str, list(values.shape)])
        body += np.ascontiguousarray(values).tobytes()
    head = {
        "format": _FORMAT,
        "meta": meta,
        "arrays": shapes,
        "models": kept.models,
        "inputs": kept.inputs,
    }
    return base64.b64encode(zlib.compress(json.dumps(head).encode() + b"\n" + body)).decode("ascii")


def _unpacked(blob: str, start: int) -> Kept:
    line, _, body = zlib.decompress(base64.b64decode(blob)).partition(b"\n")
    head = json.loads(line)
    if head["format"] != _FORMAT:
        raise ValueError("a record of another kind")
    arrays, at = {}, 0
    for name, kind, shape in head["arrays"]:
        count = int(np.prod(shape))
        values = np.frombuffer(body, np.dtype(kind), count, at)
        arrays[name], at = values.reshape(shape).astype(float), at + values.nbytes
    performance = Performance.unpack(head["meta"], arrays)
    return Kept(performance, start, head["models"], head["inputs"])
