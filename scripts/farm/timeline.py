"""Shots from an editorial timeline, with the package OpenTimelineIO: .otio, or what it reads.

Each clip of a video track is a shot. What a batch says of a shot lies in the clip's metadata
under "understudy": "blend", "seeds", "stages", "parameters", as in the JSON form. A clip whose
media is a file gives it to the stage "block", with the part of it that is used.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlparse

from .batch import plain_name
from .errors import BatchError


def read(path: Path) -> dict:
    """Return the JSON form of a batch."""
    try:
        import opentimelineio as otio
    except ImportError as exc:
        raise BatchError(
            "reading a timeline needs the package opentimelineio: pip install opentimelineio"
        ) from exc
    try:
        timeline = otio.adapters.read_from_file(str(path))
    except Exception as exc:  # each adapter has errors of its own
        raise BatchError(f"not a timeline: {str(exc).splitlines()[0]}") from exc
    if not isinstance(timeline, otio.schema.Timeline):
        raise BatchError(f"a {type(timeline).__name__} is no timeline: export the whole timeline")
    data = {"schema": 1, "name": plain_name(timeline.name or path.stem), "shots": []}
    own = dict(timeline.metadata.get("understudy", {}))
    for key in ("stages", "seeds", "parameters"):
        if key in own:
            data[key] = _plain(own[key])
    tracks = [track for track in timeline.tracks if track.kind == otio.schema.TrackKind.Video]
    clips = [clip for track in tracks for clip in track.find_clips()]
    data["shots"] = [_shot(otio, clip) for clip in clips]
    return data


def _shot(otio: object, clip: object) -> dict:
    shot = {"shot": _folder(clip.name), **_plain(clip.metadata.get("understudy", {}))}
    media = clip.media_reference
    if not isinstance(media, otio.schema.ExternalReference) or "block" not in shot.get(
        "stages", ["block"]
    ):
        return shot
    block = shot.setdefault("parameters", {}).setdefault("block", {})
    if isinstance(block, dict):
        block.setdefault("video", _path(media.target_url))
        used, whole = clip.trimmed_range(), media.available_range
        if used != whole:
            # A file's own first frame may have any number: its time code.
            start = used.start_time.to_seconds()
            start -= whole.start_time.to_seconds() if whole is not None else 0.0
            block.setdefault(
                "range", [round(t, 6) for t in (start, start + used.duration.to_seconds())]
            )
    return shot


def _path(url: str) -> str:
    """Return the path that a media reference names."""
    parts = urlparse(url)
    return unquote(parts.path) if parts.scheme == "file" else unquote(url)


def _folder(word: str) -> str:
    """Return a shot's name that a folder can have: editors put any sign into them."""
    return re.sub(r'[\x00-\x1f/\\:*?"<>|]+', "_", word).strip(" ._-")[:100]


def _plain(value: object) -> object:
    """Return metadata as plain lists and dicts."""
    if hasattr(value, "items"):
        return {str(name): _plain(item) for name, item in value.items()}
    if hasattr(value, "__iter__") and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return value
