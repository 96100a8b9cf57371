"""Keep what was seen of a clip, so that choosing other keys does not watch it again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path

import numpy as np

from .tracker import Landmarks

_KEPT = 6  # clips


def place(folder: str, digest: str, params: dict, models: dict[str, str]) -> Path:
    """Return the file for a clip (its sha256) seen with these parameters and networks."""
    used = {k: params.get(k) for k in ("start_s", "end_s", "sequence_fps", "person")}
    key = json.dumps([digest, used, models], sort_keys=True)
    return Path(folder, f"seen-{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz")


def keep(path: Path, seen: Landmarks) -> None:
    """Write what was seen, whole or not at all, and forget the oldest clips."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays, rest = {}, {}
    for field in fields(Landmarks):
        value = getattr(seen, field.name)
        (arrays if isinstance(value, np.ndarray) else rest)[field.name] = value
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        np.savez(file, **arrays, rest=json.dumps(rest))
    part.replace(path)
    old = sorted(path.parent.glob("seen-*.npz"), key=lambda p: p.stat().st_mtime)[:-_KEPT]
    for other in old:
        other.unlink(missing_ok=True)


def recall(path: Path) -> Landmarks | None:
    """Return what `keep` wrote, or None where there is nothing to be read."""
    try:
        with np.load(path, allow_pickle=False) as raw:
            rest = json.loads(str(raw["rest"]))
            arrays = {k: raw[k] for k in raw.files if k != "rest"}
    except (OSError, ValueError, KeyError):
        return None
    rest["size"], rest["notes"] = tuple(rest["size"]), tuple(rest["notes"])
    return Landmarks(**arrays, **rest)
