"""The whole capture: an actor's clip goes in, a Performance comes out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import rotations, take
from ..errors import VideoError
from ..progress import Progress, Steps, scaled
from ..runtime import Settings
from ..video import open_video
from . import neutral as rest
from .performance import INDEX, REGIONS, Performance
from .pose import Basis, Pose
from .solver import METHODS, Solved, solve
from .steady import steady
from .tracker import Seen, track

FOCAL = 1.2
"""Focal length over the picture's longer side where it is not known: a lens of 43 mm."""

_SEEING = 0.9  # share of the time that the video takes, for the progress bar
_UNSURE = 0.35
_LONG_GAP_S = 0.5
_TURNED_NEUTRAL_RAD = np.radians(20.0)
_CM = 0.01  # metres
# What does not change the result, or is recorded elsewhere, stays out of the ledger's settings.
_NOT_RECORDED = ("device", "accelerator", "models_dir", "video")


def capture(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict]]:
    """Turn an actor's video into a performance; a task of `ml.tasks`.

    Parameters
    ----------
    params : dict of JSON values
        video : path of a video or an image sequence
        start_s, end_s : seconds, optional, the part of the video to use
        sequence_fps : frames a second of an image sequence, optional
        person : "largest", "central", "surest", or a number counted from the left
        neutral : "auto", or seconds of the video at which the face is at rest
        method : "auto", or "least_squares" for the plain solver
        steady : whether noise is taken out of the curves, default yes
        focal : focal length over the picture's longer side, default 1.2
        device, accelerator, models_dir : see `ml.runtime.Settings`
    arrays : dict
        Empty.

    Returns
    -------
    meta, arrays
        Those of `Performance.pack`, times being seconds of the video. Beside them, in meta,
        `provenance` (see `ml.take.Provenance`), `provider`, `neutral_s` and `neutral_automatic`;
        in arrays `seen_points` (F, 468, 2), pixels, for pictures of it, and `seen_found` (F,).
    """
    method = params.get("method") or "auto"
    if method not in METHODS:
        raise VideoError(f"Method {method!r} is unknown: use one of {', '.join(METHODS)}")
    at = _moment(params.get("neutral"))
    settings = Settings.from_params(params)
    basis = Basis.load(settings)
    seen, digest = yield from _watch(params, basis, settings)
    yield Progress(_SEEING, "Finding the neutral face")
    neutral = rest.find(seen.points, seen.time, seen.found, basis, at, seen.patches.lower)
    yield Progress(0.93, "Solving the expressions")
    solved = solve(seen, neutral, basis, method=method, settings=settings)
    yield Progress(0.98, "Steadying")
    focal = float(params.get("focal") or FOCAL)
    performance = assemble(seen, solved, steadied=params.get("steady", True), focal=focal)
    performance.source = Path(params["video"]).name
    performance.notes = [*seen.notes, *_notes(seen, solved, neutral, performance)]
    provenance = take.Provenance(
        stage="face",
        models={**seen.models, **solved.models},
        inputs={performance.source: digest},
        parameters={k: v for k, v in params.items() if k not in _NOT_RECORDED},
    )
    meta, packed = performance.pack()
    meta |= {
        "provenance": asdict(provenance),
        "provider": seen.provider,
        "neutral_s": neutral.time_s,
        "neutral_automatic": neutral.automatic,
    }
    return meta, packed | {"seen_points": seen.points[..., :2], "seen_found": seen.found}


def _watch(params: dict, basis: Basis, settings: Settings) -> Steps[tuple[Seen, str]]:
    """Follow the face through the clip; return what was seen and the clip's SHA-256."""
    yield Progress(0.0, "Opening the video")
    part = params.get("start_s"), params.get("end_s"), params.get("sequence_fps")
    with open_video(params["video"], *part) as video:
        watching = track(video, basis, person=params.get("person", "largest"), settings=settings)
        seen = yield from scaled(watching, 0.01, _SEEING)
        return seen, video.sha256()


def _moment(value: object) -> str | float:
    """Return "auto" or seconds."""
    if value in (None, "", "auto"):
        return "auto"
    try:
        return float(value)
    except (TypeError, ValueError) as exc:
        raise VideoError(
            f'{value!r} is no neutral moment: give seconds of the video, or "auto"'
        ) from exc


def assemble(
    seen: Seen, solved: Solved, *, steadied: bool = True, focal: float = FOCAL
) -> Performance:
    """Lay what was solved onto all frames: across gaps it goes straight, and is not trusted.

    Where the head shows its profile or its back, the expressions have a gap; the head's turn and
    place have none.
    """
    times = seen.time[seen.found]
    faced = solved.faced if solved.faced.any() else np.ones(len(times), bool)
    rotation = rotations.continuous(rotations.from_matrix(solved.pose.rotation))
    place = _place(solved.pose, seen.size, focal)
    curves = {"coefficients": solved.coefficients, "gaze": solved.gaze.reshape(-1, 4)}
    curves = {name: value[faced] for name, value in curves.items()}
    if steadied:
        curves = {name: _steady_parts(times[faced], value) for name, value in curves.items()}
        rotation = rotations.normalize(_steady_parts(times, rotation))
        place = _steady_parts(times, place)
    curves["coefficients"] = np.clip(curves["coefficients"], 0.0, 1.0)
    whole = {name: _fill(seen.time, times[faced], value) for name, value in curves.items()}
    whole |= {
        name: _fill(seen.time, times, value)
        for name, value in (("rotation", rotation), ("place", place))
    }
    confidence = np.zeros((len(seen.time), len(REGIONS)))
    confidence[seen.found] = solved.confidence
    return Performance(
        times=seen.time,
        coefficients=whole["coefficients"],
        head_rotation=rotations.normalize(whole["rotation"]),
        head_position=whole["place"] - whole["place"][0],
        gaze=whole["gaze"].reshape(-1, 2, 2),
        confidence=confidence,
    )


def _steady_parts(times: NDArray, values: NDArray) -> NDArray[np.float64]:
    """Steady each stretch without a long gap by itself."""
    breaks = np.flatnonzero(np.diff(times) > _LONG_GAP_S) + 1
    parts = np.split(np.arange(len(times)), breaks)
    return np.concatenate([steady(times[part], values[part]) for part in parts])


def _fill(times: NDArray, known: NDArray, values: NDArray) -> NDArray[np.float64]:
    """Return (F, C) values at all times, straight across gaps and held at the ends."""
    return np.stack([np.interp(times, known, column) for column in values.T], axis=1)


def _place(pose: Pose, size: tuple[int, int], focal: float) -> NDArray[np.float64]:
    """Return (N, 3) metres, where the head is from the camera: x right, y up, z to the camera."""
    x = pose.offset[:, 0] - size[0] / 2
    y = pose.offset[:, 1] + size[1] / 2
    depth = np.full_like(x, -focal * max(size))
    return np.stack([x, y, depth], axis=1) / pose.scale[:, None] * _CM


def _notes(
    seen: Seen, solved: Solved, neutral: rest.Neutral, performance: Performance
) -> list[str]:
    """Say what was taken for neutral, and where the result should not be trusted."""
    notes = []
    how = "found by itself" if neutral.automatic else "as chosen"
    notes.append(
        f"The face at {neutral.time_s:.2f} s counts as neutral ({how}): choose another moment if "
        "an expression never goes to 0"
    )
    index = np.searchsorted(np.flatnonzero(seen.found), neutral.frames[0])
    turned = np.arccos(np.clip(solved.pose.rotation[index, 2, 2], -1, 1))
    if turned > _TURNED_NEUTRAL_RAD:
        notes.append(
            f"The head is turned by {np.degrees(turned):.0f} degrees there: a neutral moment "
            "that looks into the camera gives better curves"
        )
    there = seen.time[seen.found]
    if there[0] - seen.time[0] > _LONG_GAP_S:
        notes.append(f"The face is first seen at {there[0]:.1f} s of the video")
    if seen.time[-1] - there[-1] > _LONG_GAP_S:
        notes.append(f"The face is last seen at {there[-1]:.1f} s of the video")
    gaps = np.flatnonzero(np.diff(there) > _LONG_GAP_S)
    for g in gaps[:5]:
        notes.append(
            f"The face is not seen from {there[g]:.1f} s to {there[g + 1]:.1f} s of the video: "
            "the curves go straight there"
        )
    away = there[~solved.faced]
    if len(away):
        notes.append(
            f"In {len(away)} frames, the first at {away[0]:.2f} s, the head is turned away: "
            "the curves go straight there"
        )
    if 0 < performance.fps < 20:
        notes.append(
            f"The video has {performance.fps:.0f} frames a second: blinks and other short motions "
            "may fall between two frames"
        )
    unsure = performance.confidence[:, list(REGIONS).index("mouth")] < _UNSURE
    if unsure.any():
        notes.append(
            f"{unsure.mean():.0%} of the frames are uncertain, the first at "
            f"{seen.time[unsure.argmax()]:.2f} s: check them"
        )
    lids = performance.coefficients[:, [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]]
    if (lids.min(axis=1) > 0.6).mean() > 0.5:
        notes.append(
            "The eyes count as closed most of the time: choose a neutral moment with open eyes"
        )
    return notes
