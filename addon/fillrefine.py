"""Trying fitted keys where they will stand: beside the artist's, under Blender's own handles.

An artist's key keeps its handles, and automatic ones turn with their neighbours, so what a segment
beside it does is known only to Blender. Where it strays from the motion, a key is added.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..ml.keys import merge
from ..ml.take import Channel, Take
from .curvecopy import Scratch
from .fillread import Reading

_ROUNDS = 6
_SHORT = 8
"""Frames of gaps in which fitted keys are moved so that curves pass nearer to the motion: there
what a tolerance allows is much of what happens, and in longer ones nothing was gained."""


def refine(
    take: Take, reading: Reading, params: dict, arrays: dict[str, NDArray], copy: Scratch
) -> dict:
    """Add keys to the take, in place, until every curve is within tolerance.

    Returns
    -------
    dict
        "worst_tolerances", "mean_tolerances": how far curves stray, in tolerances; "keys" and
        "frames" a channel on average; "share", keys of frames filled.
    """
    from ..ml.inbetween.fill import Motion, Settings, to_channels

    motion = Motion.of(params, arrays | reading.arrays)
    planned, dense, unit = arrays["planned"].astype(bool), arrays["dense"], arrays["unit"]
    settings = Settings.of(params)
    free = motion.allowed() & ~motion.keyed
    span = (float(motion.span[0]), float(motion.span[1]))
    channels, worst, mean = [], [0.0], [0.0]
    for t, track in enumerate(motion.tracks):
        if not track.driven:
            continue
        # Also where no key was planned: Blender's handles may not be what the plan counts on.
        away = (np.abs(dense - motion.values) * unit)[:, track.columns].max(axis=1) > 1e-3
        filled = free[:, t] & (away | planned[:, t])
        rows = np.flatnonzero(free[:, t] & _gaps_with(filled, motion.keyed[:, t]))
        if not len(rows):
            continue
        for turn in range(_ROUNDS + 1):
            mine = to_channels(motion, dense, planned, t)
            at = rows + motion.first
            scale = unit[[track.column + c.index for c in mine]]
            if mine:
                above = _above(mine, reading, at, dense[rows, track.columns], span, copy)
                off = np.linalg.norm(above * scale, axis=1)
            else:
                off = _away(motion.values[rows], dense[rows], unit, track.columns)
            bad = _worst(rows, off / arrays["spent"][rows, t], planned[:, t] | motion.keyed[:, t])
            if not bad or settings.breakdown or turn == _ROUNDS:
                break
            planned[bad, t] = True
        if mine and not settings.breakdown and _shortest(rows, motion.keyed[:, t]) <= _SHORT:
            better = _nearer(mine, reading, at, above, span)
            above = _above(better, reading, at, dense[rows, track.columns], span, copy)
            now = np.linalg.norm(above * scale, axis=1)
            if (now / arrays["spent"][rows, t]).max() <= 1.0:
                mine, off = better, now
        channels += mine
        worst.append(float(off.max(initial=0.0)))
        mean.append(float(off.mean()) if len(off) else 0.0)
    take.channels[:] = channels
    open_frames = (free & np.array([t.driven for t in motion.tracks])).sum()
    return {
        "worst_tolerances": round(max(worst), 3),
        "mean_tolerances": round(float(np.mean(mean)), 3),
        "share": round(float(planned.sum() / max(open_frames, 1)), 4),
    }


def _nearer(
    mine: list[Channel],
    reading: Reading,
    frames: NDArray,
    above: NDArray,
    span: tuple[float, float],
) -> list[Channel]:
    """Return a track's channels with their keys moved so that the curves pass nearest.

    `above` (F, n) is how far the motion is above the curves. Channels whose artist's keys stand on
    other frames than the first's stay as they are.
    """
    from ..ml.inbetween.fit import settled

    frame_sets = [
        merge(reading.kept[(c.data_path, c.index)], c.keys, span)["co"][:, 0].astype(float)
        for c in mine
    ]
    alike = [i for i, f in enumerate(frame_sets) if np.array_equal(f, frame_sets[0])]
    keys = settled([mine[i].keys for i in alike], frame_sets[0], frames, above[:, alike])
    out = list(mine)
    for i, new in zip(alike, keys, strict=True):
        out[i] = replace(mine[i], keys=new)
    return out


def _shortest(rows: NDArray, keyed: NDArray) -> int:
    """Return the frames of the shortest gap among those that hold rows."""
    return int(np.unique(np.cumsum(keyed)[rows], return_counts=True)[1].min())


def _gaps_with(some: NDArray, keyed: NDArray) -> NDArray:
    """Return (F,) bool: all frames of gaps of which `some` holds a frame."""
    number = np.cumsum(keyed)
    return np.isin(number, np.unique(number[some]))


def _above(
    mine: list[Channel],
    reading: Reading,
    frames: NDArray,
    motion: NDArray,
    span: tuple[float, float],
    copy: Scratch,
) -> NDArray:
    """Return (F, n) how far a track's motion (F, C) is above its curves as Blender draws them."""
    return np.stack(
        [
            motion[:, c.index]
            - copy.evaluate(merge(reading.kept[(c.data_path, c.index)], c.keys, span), frames)
            for c in mine
        ],
        axis=1,
    )


def _away(values: NDArray, dense: NDArray, unit: NDArray, columns: slice) -> NDArray:
    """Return (F,) distances, in tolerances, of the artist's own curves from the motion."""
    return np.linalg.norm(((values - dense) * unit)[:, columns], axis=1)


def _worst(rows: NDArray, off: NDArray, taken: NDArray) -> list[int]:
    """Return, of each stretch between two keys that strays too far, the worst frame."""
    number = np.cumsum(taken)[rows]
    found = []
    for n in np.unique(number[off > 1.0]):
        inside = np.flatnonzero((number == n) & ~taken[rows])
        if len(inside):
            found.append(int(rows[inside[np.argmax(off[inside])]]))
    return found
