"""What is known of the ends of limbs, and of controls, when a gap is filled.

It is told of each end and frame, and nothing in it knows left from right, where the body is, or
which way it faces: `standing` says by it where feet stand and how they step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .features import LONGEST_S, key_neighbours

WIDTH = 34
"""Numbers that `describe` tells of an end on a frame."""

_TRAVEL_S, _TRAVELS = 0.5, 0.03  # seconds about a frame; heights: a body that goes less stands
_SMALL = 0.01  # heights a second


@dataclass(frozen=True)
class Ends:
    """Ends of one body on F frames, as they are filled; lengths in heights.

    Attributes
    ----------
    path : (F, E, 3)
    keyed : (F, E) bool
    body : (F, 3) the middle of what moves
    floor : float
    seen : (F, E) 0 to 1, how likely the big network takes them to stand
    fps : float
    """

    path: NDArray
    keyed: NDArray
    body: NDArray
    floor: float
    seen: NDArray
    fps: float


@dataclass(frozen=True)
class Says:
    """What the network says of E ends on F frames.

    Attributes
    ----------
    still : (F, E)
        What a squared step costs beside a squared distance from the way given, frames squared.
    steps : (F, E, 3) heights, to be added to the way; 0 at keys
    """

    still: NDArray
    steps: NDArray


def travel(body: NDArray, fps: float) -> NDArray:
    """Return (F, 3) level directions in which the body goes, shorter than 1 the less it does."""
    reach = max(round(_TRAVEL_S * fps), 1)
    frames = np.arange(len(body))
    low, high = np.maximum(frames - reach, 0), np.minimum(frames + reach, len(body) - 1)
    way = (body[high] - body[low]) * [1.0, 1.0, 0.0]
    return way / (np.linalg.norm(way, axis=-1, keepdims=True) + _TRAVELS)


def room_of(keyed: NDArray, fps: float) -> NDArray:
    """Return (F, E) seconds of free play: 0 at keys, about a quarter of a gap in its middle."""
    before, after = key_neighbours(keyed)
    here = np.arange(len(keyed))[:, None]
    inside = (before >= 0) & (after < len(keyed))
    since, until = (here - before) / fps, (after - here) / fps
    return np.where(inside, since * until / np.maximum(since + until, 1e-6), 0.0)


def describe(ends: Ends) -> NDArray:
    """Return (E, F, WIDTH) float32, what is known of each end on each frame.

    Nothing in it knows left from right, or where the body is and which way it faces.
    """
    path, fps, frames = ends.path, ends.fps, len(ends.path)
    before, after = key_neighbours(ends.keyed)
    here = np.arange(frames)[:, None]
    since = np.where(before < 0, LONGEST_S, np.minimum((here - before) / fps, LONGEST_S))
    until = np.where(after >= frames, LONGEST_S, np.minimum((after - here) / fps, LONGEST_S))
    first, last = np.maximum(before, 0), np.minimum(after, frames - 1)

    def at(values: NDArray, rows: NDArray) -> NDArray:
        return np.take_along_axis(values, rows[..., None], axis=0)

    way, body = travel(ends.body, fps)[:, None], np.broadcast_to(ends.body[:, None], path.shape)
    aside = np.stack([-way[..., 1], way[..., 0], 0.0 * way[..., 0]], axis=-1)

    def along(v: NDArray) -> NDArray:
        return (v * way).sum(axis=-1)

    def level(v: NDArray) -> NDArray:
        return np.linalg.norm(v[..., :2], axis=-1)

    pace = np.gradient(path, axis=0) * fps if frames > 1 else np.zeros_like(path)
    over = np.gradient(body, axis=0) * fps if frames > 1 else np.zeros_like(path)
    start, stop = at(path, first), at(path, last)
    under, ahead = path - body, stop - start
    seconds = np.maximum(since + until, 1.0 / fps)
    known = _known_speeds(path, ends.keyed, first, last, fps)
    lead = at(under, first), at(under, last)
    columns = [
        ends.keyed,
        np.log1p(30 * since) / 4,
        np.log1p(30 * until) / 4,
        since / seconds,
        np.log(seconds),
        path[..., 2] - ends.floor,
        path[..., 2] - start[..., 2],
        stop[..., 2] - path[..., 2],
        along(pace),
        pace[..., 2],
        np.log(level(pace) + _SMALL),
        along(over),
        over[..., 2],
        np.log(level(over) + _SMALL),
        along(under),
        np.abs((under * aside).sum(axis=-1)),
        under[..., 2],
        along(path - start),
        along(stop - path),
        level(ahead),
        level(at(body, last) - at(body, first)),
        along(ahead) / seconds,
        np.log(level(ahead) / seconds + _SMALL),
        along(lead[0]),
        along(lead[1]),
        start[..., 2] - ends.floor,
        stop[..., 2] - ends.floor,
        *known,
        np.log((ends.seen + 0.01) / (1.01 - ends.seen)),
    ]
    return np.stack(np.broadcast_arrays(*columns), axis=-1).transpose(1, 0, 2).astype(np.float32)


def _known_speeds(
    path: NDArray, keyed: NDArray, first: NDArray, last: NDArray, fps: float
) -> list[NDArray]:
    """Return how fast an end was known to move at the keys on either side, and where that is known.

    Level speed, speed upwards, and 1 where the frame beside the key is known too.
    """
    found = []
    step = np.diff(path, axis=0, prepend=path[:1]) * fps  # from the frame before
    both = keyed & np.concatenate([np.zeros_like(keyed[:1]), keyed[:-1]])
    for rows in (first, np.minimum(last + 1, len(path) - 1)):
        there = np.take_along_axis(both, rows, axis=0)
        v = np.take_along_axis(step, rows[..., None], axis=0) * there[..., None]
        fast = np.where(there, np.log(np.linalg.norm(v[..., :2], axis=-1) + _SMALL), 0.0)
        found += [fast, v[..., 2], there]
    return found
