"""Few keys: which frames between an artist's keys need one so that the curves stay near the motion.

Slopes are taken from the motion, so how well a segment does depends on its two ends alone, and the
longest segment that is near enough can be looked for key by key. Bones whose artist's keys
agree get their keys on the same frames: poses, where the artist thinks in poses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..curves import hermite_basis
from .base import gaps
from .tracks import Track, weights

_REACH = 48  # frames: no segment is tried that is longer


@dataclass(frozen=True)
class Tolerance:
    """How far fitted curves may stray: radians, and location units."""

    turn: float
    move: float


@dataclass
class Plan:
    """The frames to be keyed.

    Attributes
    ----------
    keys : (F, T) bool
        Generated keys, a column a track; never on an artist's key.
    """

    keys: NDArray


def units(tracks: list[Track], values: NDArray, tolerance: Tolerance) -> NDArray:
    """Return (C,) how many tolerances a channel's unit amounts to."""
    scale = weights(tracks, values)
    for track in tracks:
        scale[track.columns] /= tolerance.move if track.moves else tolerance.turn
    return scale


def plan(
    tracks: list[Track],
    values: NDArray,
    keyed: NDArray,
    changed: NDArray,
    stepped: NDArray,
    tolerance: Tolerance,
    *,
    poses: bool = True,
) -> Plan:
    """Choose the frames to key.

    Parameters
    ----------
    values : (F, C)
        The motion to come near to, all channels.
    keyed : (F, T) bool
        Frames with an artist's key.
    changed : (F, T) bool
        Frames where the motion is not the artist's own curve. Gaps without one get no key.
    stepped : (F, T) bool
        Keys that hold their value up to the next one: the frame after needs a key.
    poses : bool
        Whether tracks with the same keys share their frames.
    """
    out = np.zeros_like(keyed)
    scaled = values * units(tracks, values, tolerance)
    slopes = np.gradient(scaled, axis=0) if len(scaled) > 1 else np.zeros_like(scaled)
    for rows, first, last in gaps(keyed):
        rows = [t for t in rows if tracks[t].driven and changed[first:last, t].any()]
        for group in [rows] if poses else [[t] for t in rows]:
            if group:
                hop = bool(stepped[first, group].any())
                inner = _farthest(tracks, group, scaled, slopes, first + hop, last)
                out[np.ix_(inner if hop else inner[1:], group)] = True
    return Plan(out)


def _farthest(
    tracks: list[Track], group: list[int], scaled: NDArray, slopes: NDArray, first: int, last: int
) -> list[int]:
    """Return the keys from `first` on, `last` left out: each as far as a segment stays within 1."""
    parts = [np.arange(tracks[t].columns.start, tracks[t].columns.stop) for t in group]
    columns, edges = np.concatenate(parts), np.cumsum([0, *map(len, parts[:-1])])
    v, m = scaled[first : last + 1, columns], slopes[first : last + 1, columns]
    end, at, inner = last - first, 0, [0]
    while at < end:
        low, high = at + 1, min(end, at + _REACH)
        # Half-way steps: what is near enough over a long stretch is so over a shorter one.
        if far(v, m, at, high, edges) <= 1.0:
            low = high
        while high - low > 1:
            middle = (low + high) // 2
            if far(v, m, at, middle, edges) <= 1.0:
                low = middle
            else:
                high = middle
        at = low
        inner.append(at)
    return [first + k for k in inner[:-1]]


def far(v: NDArray, m: NDArray, a: int, b: int, edges: NDArray) -> float:
    """Return how many tolerances the segment from row a to row b strays at worst."""
    if b - a < 2:
        return 0.0
    span = b - a
    h = hermite_basis(np.arange(1, span) / span) * [1.0, span, 1.0, span]
    off = h @ np.stack([v[a], m[a], v[b], m[b]]) - v[a + 1 : b]
    return float(np.sqrt(np.add.reduceat(off * off, edges, axis=1).max()))


def middles(tracks: list[Track], keyed: NDArray, held: NDArray) -> Plan:
    """Choose one frame in the middle of each gap: breakdowns only.

    `held` (F, T) marks frames of holds, which get none.
    """
    out = np.zeros_like(keyed)
    for rows, first, last in gaps(keyed):
        rows = [t for t in rows if tracks[t].driven and not held[first + 1, t]]
        out[(first + last) // 2, rows] = True
    return Plan(out)
