"""The base curve: what happens between two keys before anything learned is added.

Where keys stand on consecutive frames the motion has a velocity, and a curve that forgets it
is wrong from the first frame on. So the velocity at the edge of such a stretch is kept and
dies away towards the straight way to the next key, within a fraction of a second: a plain
cubic would carry it all through a long gap and swing out. Between lone keys there is nothing
to keep, and the artist's own curve stands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import rotations as rt

MEMORY_S, MEMORY_SHARE = 0.15, 0.5
"""Seconds in which the kept velocity falls to 1/e, and at most this share of the gap. Of 0.05 to 3
the best over gaps of 3 to 45 frames of human motion, measured on the subjects trained on."""

_STEEPEST = 3.0  # chords: how steep Blender's clamped handles may stand


def momentum(at: ArrayLike, span: float, memory: float) -> NDArray:
    """Return (..., 3) weights of the span's change, its first slope and its last slope.

    Parameters
    ----------
    at : frames since the first key, 0 to `span`
    span : frames between the keys
    memory : frames in which a velocity falls to 1/e

    Returns
    -------
    Weights of value change, slope at the start (a frame) and slope at the end for a curve that
    keeps both slopes. `momentum_free` keeps the first alone.
    """
    at = np.asarray(at, float)
    first, last = _fading(at, span, memory), -_fading(span - at, span, memory)
    here, there = _fading_slopes(span, memory)
    whole = here * here - there * there
    start, end = (here * first - there * last) / whole, (here * last - there * first) / whole
    return np.stack([at / span - (start + end) / span, start, end], axis=-1)


def momentum_free(at: ArrayLike, span: float, memory: float) -> NDArray:
    """Return (..., 2) weights of the span's change and its first slope; the arrival is free.

    >>> momentum_free([0.0, 5.0], 5.0, 4.0).round(6).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    at = np.asarray(at, float)
    start = _fading(at, span, memory) / _fading_slopes(span, memory)[0]
    return np.stack([at / span - start / span, start], axis=-1)


def _fading(at: NDArray, span: float, memory: float) -> NDArray:
    """Return the way of a dying velocity of 1, bent to begin and end at zero."""
    way = memory * -np.expm1(-np.asarray(at, float) / memory)
    return way - memory * -np.expm1(-span / memory) * at / span


def _fading_slopes(span: float, memory: float) -> tuple[float, float]:
    """Return the slopes of `_fading` at both ends of the span."""
    mean = memory * -np.expm1(-span / memory) / span
    return 1.0 - mean, float(np.exp(-span / memory)) - mean


def hermite_base(
    basis: ArrayLike,
    location: ArrayLike,
    keyed: ArrayLike,
    fps: float,
    *,
    straight: bool = False,
) -> tuple[NDArray, NDArray]:
    """Bridge the gaps beside densely keyed stretches by curves that keep the velocity there.

    Parameters
    ----------
    basis : (F, B, 4) wxyz
        Rotations relative to rest. At unkeyed frames, the artist's curve as Blender evaluates
        it; not looked at where the gap is bridged here.
    location : (F, B, 3)
    keyed : (F, B) bool
    fps : frames a second
    straight : bool
        Bridge gaps without a velocity at either side too, by the shortest arc and line.

    Returns
    -------
    basis, location
        New arrays, equal to those given at keyed frames, before the first key, after the last,
        and (unless `straight`) in gaps between lone keys.
    """
    basis, location = np.array(basis, float), np.array(location, float)
    for bones, first, last in gaps(keyed):
        before, after = known_beside(keyed, bones, first, last)
        if not (before or after or straight):
            continue
        inner = slice(first + 1, last)
        memory = min(MEMORY_S * fps, MEMORY_SHARE * (last - first))
        weights = _weights(last - first, before, after, memory)
        turn = _turns(basis, bones, first, last, before, after)
        move = _moves(location, bones, first, last, before, after)
        swing = np.einsum("kf,kbc->fbc", weights, turn)
        basis[inner, bones] = rt.multiply(basis[first, bones], rt.from_rotvec(swing))
        location[inner, bones] = location[first, bones] + np.einsum("kf,kbc->fbc", weights, move)
    return basis, location


def straight_way(
    basis: NDArray, location: NDArray, bones: NDArray, first: int, last: int
) -> tuple[NDArray, NDArray]:
    """Return (n, bones, 4) and (n, bones, 3): shortest arcs and lines over the frames of a gap."""
    t = (np.arange(1, last - first) / (last - first))[:, None]
    turn = rt.slerp(basis[first, bones], basis[last, bones], t)
    here, there = location[first, bones], location[last, bones]
    return turn, here + t[..., None] * (there - here)


def gaps(keyed: ArrayLike) -> list[tuple[NDArray, int, int]]:
    """Return (bones, first, last) of every stretch of unkeyed frames between two keys.

    Bones that share their keys come together, so that they are worked on in one go. `first`
    and `last` are the keyed frames on either side.
    """
    keyed = np.asarray(keyed, bool)
    if not keyed.size:
        return []
    patterns, which = np.unique(keyed, axis=1, return_inverse=True)
    which, found = np.ravel(which), []
    for k in range(patterns.shape[1]):
        at = np.flatnonzero(patterns[:, k])
        bones = np.flatnonzero(which == k)
        for i in np.flatnonzero(np.diff(at) > 1):
            found.append((bones, int(at[i]), int(at[i + 1])))
    return found


def known_beside(keyed: ArrayLike, bones: NDArray, first: int, last: int) -> tuple[bool, bool]:
    """Return whether a gap's bones are keyed on the frame before it too, and on the one after."""
    keyed = np.asarray(keyed, bool)
    before = first > 0 and bool(keyed[first - 1, bones].all())
    return before, last + 1 < len(keyed) and bool(keyed[last + 1, bones].all())


def drawn(
    basis: NDArray, location: NDArray, keyed: NDArray, turns: NDArray, moves: NDArray
) -> tuple[NDArray, NDArray]:
    """Draw what is proposed towards the straight way where gates are shut.

    Only gaps beside keys on consecutive frames change, where a velocity is carried on. `turns` and
    `moves` (F, B), 0 to 1, are the gates of rotations and locations.
    """
    basis, location = basis.copy(), location.copy()
    for bones, first, last in gaps(keyed):
        if not any(known_beside(keyed, bones, first, last)):
            continue
        inner = slice(first + 1, last)
        turn, place = straight_way(basis, location, bones, first, last)
        play, slack = (gate[inner, bones][..., None] for gate in (turns, moves))
        away = rt.to_rotvec(rt.multiply(rt.conjugate(turn), basis[inner, bones]))
        basis[inner, bones] = rt.multiply(turn, rt.from_rotvec(play * away))
        location[inner, bones] = place + slack * (location[inner, bones] - place)
    return basis, location


def _weights(span: int, before: bool, after: bool, memory: float) -> NDArray:
    """Return (3, span - 1) weights of change, first slope, last slope at the frames within."""
    at = np.arange(1.0, span)
    if before and after:
        return momentum(at, span, memory).T
    if before:
        return np.vstack([momentum_free(at, span, memory).T, np.zeros(span - 1)])
    if after:  # the same, backwards in time
        change, slope = momentum_free(span - at, span, memory).T
        return np.stack([1.0 - change, np.zeros(span - 1), -slope])
    return np.stack([at / span, np.zeros(span - 1), np.zeros(span - 1)])


def _turns(
    basis: NDArray, bones: NDArray, first: int, last: int, before: bool, after: bool
) -> NDArray:
    """Return (3, n, 3) rotation vectors, in the frame of the first key: change and slopes."""

    def step(a: int, b: int) -> NDArray:
        return rt.to_rotvec(rt.multiply(rt.conjugate(basis[a, bones]), basis[b, bones]))

    change = step(first, last)
    start = step(first - 1, first) if before else np.zeros_like(change)
    end = np.zeros_like(change)
    if after:
        # Where the rotation vector goes next: not the last frame's own turn, which is told in
        # the frame of the last key.
        end = step(first, last + 1) - change
        wrapped = np.linalg.norm(end, axis=-1) > np.pi
        end[wrapped] = step(last, last + 1)[wrapped]
    return np.stack([change, start, end])


def _moves(
    location: NDArray, bones: NDArray, first: int, last: int, before: bool, after: bool
) -> NDArray:
    here, there = location[first, bones], location[last, bones]
    start = here - location[first - 1, bones] if before else np.zeros_like(here)
    end = location[last + 1, bones] - there if after else np.zeros_like(here)
    return np.stack([there - here, start, end])


def eased(frames: ArrayLike, values: ArrayLike, at: ArrayLike) -> NDArray:
    """Evaluate a curve through lone keys as Blender's auto-clamped handles do by default.

    Acceleration is continuous, but the curve lies flat at extremes and never overshoots. In the
    product Blender itself evaluates the artist's curves; this stands in where there is no Blender,
    and strays from it by about a thousandth of the curve's range.

    Parameters
    ----------
    frames : (K,) increasing
    values : (K, C)
    at : (F,)

    Returns
    -------
    (F, C)
    """
    frames, values = np.asarray(frames, float), np.asarray(values, float)
    slopes = np.zeros_like(values)
    if len(frames) > 2:
        rise = np.diff(values, axis=0) / np.diff(frames)[:, None]
        limit = _STEEPEST * np.minimum(np.abs(rise[1:]), np.abs(rise[:-1]))
        limit[rise[1:] * rise[:-1] <= 0.0] = 0.0
        slopes[1:-1] = _smooth_slopes(1.0 / np.diff(frames), rise, limit)
    from ..curves import evaluate  # scipy is loaded only when something is evaluated

    return evaluate(frames, values, slopes, at)


def _smooth_slopes(near: NDArray, rise: NDArray, limit: NDArray) -> NDArray:
    """Return (K - 2, C) slopes at the inner keys: acceleration is continuous but where it may not.

    Parameters
    ----------
    near : (K - 1,) one over the frames between keys
    rise : (K - 1, C) slopes of the chords
    limit : (K - 2, C) how steep a key may be; one that would be steeper is held there
    """
    held, slopes = limit == 0.0, np.zeros_like(limit)
    for _ in range(len(limit) + 1):
        slopes = _spline(near, rise, held, np.clip(slopes, -limit, limit))
        steep = np.abs(slopes) > limit + 1e-12
        if not steep.any():
            break
        held = held | steep
    return np.clip(slopes, -limit, limit)


def _spline(near: NDArray, rise: NDArray, held: NDArray, given: NDArray) -> NDArray:
    """Solve for the slopes that are not held, from the first key to the last and back."""
    tied = np.where(held, 0.0, 1.0)
    below, above = near[:-1, None] * tied, near[1:, None] * tied
    middle = np.where(held, 1.0, 2.0 * (below + above))
    right = np.where(held, given, 3.0 * (below * rise[:-1] + above * rise[1:]))
    for k in range(1, len(right)):
        share = below[k] / middle[k - 1]
        middle[k] -= share * above[k - 1]
        right[k] -= share * right[k - 1]
    for k in range(len(right) - 1, -1, -1):
        after = above[k] * right[k + 1] if k + 1 < len(right) else 0.0
        right[k] = (right[k] - after) / middle[k]
    return right
