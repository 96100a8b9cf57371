"""The task behind the Face panel: a performance becomes the Takes of one character."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, Steps, scaled
from ..take import Provenance, Take
from .edit import Edit, edited, extended
from .facemap import FaceMap
from .facerig import FaceRig, Writing
from .performance import Performance

CAPTURE = "face"
"""The task that turns a video into a performance."""

_STILL = 1.0 - 1e-7  # cosine of half an angle that is none
_CAPTURED = 0.9  # share of the time
SOURCE, OTHER = "performance.", "other."
"""What the names of a performance's arrays begin with, beside other arrays."""


def perform(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Lay a performance on a rig.

    Parameters
    ----------
    params : dict
        "capture": the parameters of the capture task, or None; "performance": what
        `Performance.pack` gave beside the arrays; "map": of `FaceMap.to_json`; "rig": of
        `FaceRig.pack`; "writing": fields of `Writing`; "edit": fields of `Edit`; "other": True
        where a second performance is mixed in; "provenance": fields of `Provenance`.
    arrays : dict
        Those of the performance, unless it is captured; the other's are named with `OTHER`.

    Returns
    -------
    meta, arrays
        "takes" in meta lists [object, block, meta, start, count of keys], whose keys lie in
        "keys"; "performance" and its arrays, named with `SOURCE`, are the performance as it was
        before any edit.
    """
    meta, given = {}, arrays
    if params.get("capture"):
        from ..tasks import resolve

        meta, arrays = yield from scaled(resolve(CAPTURE)(params["capture"], {}), 0.0, _CAPTURED)
        source = Performance.unpack(meta, arrays)
    else:
        source = Performance.unpack(params["performance"], arrays)
    yield Progress(_CAPTURED, "Fitting curves")
    provenance = Provenance(**params["provenance"])
    found = meta.get("provenance") or {}
    provenance.models |= found.get("models", {})
    provenance.inputs |= found.get("inputs", {})
    from .retarget import retarget, unmapped

    shown = _edited(source, params, given)
    face = FaceMap.from_json(params["map"])
    writing = _asked_for(Writing(**params["writing"]), source, shown)
    takes = retarget(shown, face, FaceRig.unpack(params["rig"]), writing, provenance)
    return _packed(takes, source, unmapped(face, shown), meta.get("provider", ""))


def _asked_for(writing: Writing, *performances: Performance) -> Writing:
    """Leave the head and the eyes alone where no performance says anything of them."""
    from .retarget import with_gaze

    turns = any((np.abs(p.head_rotation[:, 0]) < _STILL).any() for p in performances)
    moves = any(np.abs(p.head_position).max() > 1e-6 for p in performances)
    looks = any(np.abs(with_gaze(p).gaze).max() > 1e-4 for p in performances)
    return replace(writing, head=writing.head and (turns or moves), eyes=writing.eyes and looks)


def _edited(source: Performance, params: dict, arrays: dict[str, NDArray]) -> Performance:
    """Apply the edits; the sliders may stand from an earlier run when a video is captured."""
    edit = Edit.from_json(params.get("edit") or {})
    other = None
    if params.get("other"):
        other = Performance.unpack({}, part_of(arrays, OTHER))
    return edited(extended(source, edit), edit, other)


def part_of(arrays: dict[str, NDArray], prefix: str) -> dict[str, NDArray]:
    """Return the arrays whose names begin with a prefix, without it."""
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _packed(
    takes: dict[tuple[str, str], Take],
    source: Performance,
    lacking: list[str],
    provider: str,
) -> tuple[dict, dict]:
    meta, arrays = source.pack()
    out = {SOURCE + name: values for name, values in arrays.items()}
    listed = []
    for number, ((owner, block), take) in enumerate(takes.items()):
        values, parts = take.pack()
        listed.append([owner, block, values])
        out |= {f"{number}.{name}": part for name, part in parts.items()}
    return {
        "takes": listed,
        "performance": meta,
        "unmapped": lacking,
        "provider": provider,
    }, out


def unpacked(meta: dict, arrays: dict) -> tuple[dict[tuple[str, str], Take], Performance]:
    """Return the Takes by (object, block), and the performance, of what `perform` returned."""
    takes = {}
    for number, (owner, block, values) in enumerate(meta["takes"]):
        parts = {name: arrays[f"{number}.{name}"] for name in ("keys", "confidence")}
        takes[owner, block] = Take.unpack(values, parts)
    return takes, Performance.unpack(meta["performance"], part_of(arrays, SOURCE))
