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
_LOSS, _LEAST = 0.3, 0.3
"""Of what a gap's motion is beyond straight lines, the share that fitting may lose; but tolerances
are never tightened to less than the second."""
_EVENED = 4  # halvings
_FIRM = 1e-3  # of what a key does: how far its value and slope rather stay


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
    share = spent(tracks, scaled, keyed)
    slopes = np.gradient(scaled, axis=0) if len(scaled) > 1 else np.zeros_like(scaled)
    for rows, first, last in gaps(keyed):
        rows = [t for t in rows if tracks[t].driven and changed[first:last, t].any()]
        for group in [rows] if poses else [[t] for t in rows]:
            if group:
                hop = bool(stepped[first, group].any())
                own = share[first + 1, group]
                inner = _farthest(tracks, group, scaled, slopes, first + hop, last, own)
                out[np.ix_(inner if hop else inner[1:], group)] = True
    return Plan(out)


def spent(tracks: list[Track], scaled: NDArray, keyed: NDArray) -> NDArray:
    """Return (F, T) the share of the tolerance that each track may stray by in each gap.

    A tolerance that is as large as all that happens in a short gap would throw it away.

    Parameters
    ----------
    scaled : (F, C) channels in tolerances
    """
    out = np.ones(keyed.shape)
    for rows, first, last in gaps(keyed):
        t = (np.arange(1, last - first) / (last - first))[:, None]
        line = scaled[first] * (1.0 - t) + scaled[last] * t
        off = scaled[first + 1 : last] - line
        for k in rows:
            far = np.linalg.norm(off[:, tracks[k].columns], axis=1).max()
            out[first + 1 : last, k] = np.clip(_LOSS * far, _LEAST, 1.0)
    return out


def _farthest(
    tracks: list[Track],
    group: list[int],
    scaled: NDArray,
    slopes: NDArray,
    first: int,
    last: int,
    share: NDArray,
) -> list[int]:
    """Return the keys from `first` on, `last` left out: each as far as a segment stays within 1."""
    parts = [np.arange(tracks[t].columns.start, tracks[t].columns.stop) for t in group]
    columns, edges = np.concatenate(parts), np.cumsum([0, *map(len, parts[:-1])])
    tight = np.repeat(share, [len(p) for p in parts])
    v, m = (a[first : last + 1, columns] / tight for a in (scaled, slopes))
    inner, high = _hops(v, m, edges, 1.0), 1.0
    low = 0.0
    for _ in range(_EVENED):  # the same number of keys, where they do best
        middle = 0.5 * (low + high)
        other = _hops(v, m, edges, middle)
        if len(other) == len(inner):
            inner, high = other, middle
        else:
            low = middle
    return [first + k for k in inner]


def _hops(v: NDArray, m: NDArray, edges: NDArray, allowed: float) -> list[int]:
    """Return the rows to key from row 0 on, each as far as a segment stays near enough."""
    end, at, inner = len(v) - 1, 0, [0]
    while at < end:
        low, high = at + 1, min(end, at + _REACH)
        # Half-way steps: what is near enough over a long stretch is so over a shorter one.
        if far(v, m, at, high, edges) <= allowed:
            low = high
        while high - low > 1:
            middle = (low + high) // 2
            if far(v, m, at, middle, edges) <= allowed:
                low = middle
            else:
                high = middle
        at = low
        inner.append(at)
    return inner[:-1]


def far(v: NDArray, m: NDArray, a: int, b: int, edges: NDArray) -> float:
    """Return how many tolerances the segment from row a to row b strays at worst."""
    if b - a < 2:
        return 0.0
    span = b - a
    h = hermite_basis(np.arange(1, span) / span) * [1.0, span, 1.0, span]
    off = h @ np.stack([v[a], m[a], v[b], m[b]]) - v[a + 1 : b]
    return float(np.sqrt(np.add.reduceat(off * off, edges, axis=1).max()))


def settled(keys: list[NDArray], edges: NDArray, at: NDArray, off: NDArray) -> list[NDArray]:
    """Return curves' generated keys, moved and turned so that they pass nearest to the motion.

    Which frames have keys stays. Least squares: the keys on either side keep what they do.

    Parameters
    ----------
    keys : n of (K,) of `take.KEY`, aligned handles, on the same frames
    edges : (M,) frames of all keys of the curves, rising
    at : (F,) frames that are filled
    off : (F, n)
        How far the motion is above the curves there.
    """
    own = keys[0]["co"][:, 0].astype(float)
    place = np.searchsorted(edges, own)
    inside = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(edges) - 2)
    span = (edges[inside + 1] - edges[inside])[:, None]
    h = hermite_basis((at - edges[inside]) / span[:, 0])
    weigh = np.zeros((len(at), 2, len(own)))
    for side, mine in ((0, inside[:, None] == place), (1, inside[:, None] + 1 == place)):
        weigh[:, 0] += mine * h[:, [2 * side]]
        weigh[:, 1] += mine * h[:, [2 * side + 1]] * span
    weigh = weigh.reshape(len(at), -1)
    square = weigh.T @ weigh
    square[np.diag_indices(len(square))] += _FIRM * (1.0 + np.diag(square))
    rise, lean = np.split(np.linalg.solve(square, weigh.T @ off), 2)
    moved = []
    for c, old in enumerate(keys):
        new = old.copy()
        new["co"][:, 1] += rise[:, c]
        for handle in ("handle_left", "handle_right"):
            reach = old[handle][:, 0] - old["co"][:, 0]
            new[handle][:, 1] += rise[:, c] + reach * lean[:, c]
        moved.append(new)
    return moved


def middles(tracks: list[Track], keyed: NDArray, held: NDArray) -> Plan:
    """Choose one frame in the middle of each gap: breakdowns only.

    `held` (F, T) marks frames of holds, which get none.
    """
    out = np.zeros_like(keyed)
    for rows, first, last in gaps(keyed):
        rows = [t for t in rows if tracks[t].driven and not held[first + 1, t]]
        out[(first + last) // 2, rows] = True
    return Plan(out)
