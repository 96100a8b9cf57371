"""Keys of a curve as arrays: laying generated keys over an artist's, and telling keys apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .take import ALIGNED, FREE, KEY

FULL = np.dtype(
    [
        *((name, *KEY.fields[name][0].subdtype) for name in ("co", "handle_left", "handle_right")),
        *((name, KEY[name]) for name in KEY.names[3:]),
        ("easing", np.int32),
        ("amplitude", np.float32),
        ("period", np.float32),
        ("back", np.float32),
        ("select_control_point", np.bool_),
        ("select_left_handle", np.bool_),
        ("select_right_handle", np.bool_),
    ]
)
"""Everything Blender keeps of one key, so that an artist's key can be put back to the bit."""

AMPLITUDE, PERIOD, BACK = 0.8, 4.1, 1.70158
"""What Blender gives a key made by hand; a key added in bulk would get zeros."""

SELECTED = ("select_control_point", "select_left_handle", "select_right_handle")

NEAR = 0.5
"""Frames within which an artist's key stands in for a generated one."""

FRAMES_AGREE = 1e-3
"""Frames. A key that moved less than this was not moved by a person."""


def full(keys: NDArray) -> NDArray:
    """Return (N,) keys of `KEY` or `FULL` as a new array of `FULL`; new keys are selected."""
    if keys.dtype == FULL:
        return keys.copy()
    out = np.zeros(len(keys), FULL)
    for name in KEY.names:
        out[name] = keys[name]
    out["amplitude"], out["period"], out["back"] = AMPLITUDE, PERIOD, BACK
    for name in SELECTED:
        out[name] = True
    return out


def merge(
    old: NDArray, new: NDArray, span: tuple[float, float], ours: NDArray | None = None
) -> NDArray:
    """Lay generated keys over an artist's keys without losing any of the latter.

    Parameters
    ----------
    old : (N,) array of `FULL` or `KEY`
        Keys on the curve, sorted by frame. Frames are scene frames and may be fractional;
        values are in the property's own unit (metres, radians, 1).
    new : (M,) array of `KEY` or `FULL`
        Generated keys, in any order.
    span : (first, last), frames
        Closed range that this run answers for.
    ours : (N,) bool, optional
        Which of `old` a previous run made and nobody has changed since. Default: none.

    Returns
    -------
    (K,) array of `FULL`
        Sorted by frame. `old` keys that are ours and inside `span` are dropped; every other
        old key stays bit for bit, and wins over a new one within half a frame.

    Examples
    --------
    >>> from .take import make_keys
    >>> a, b = make_keys([1, 5], [0, 0]), make_keys([1, 5, 9], [1, 1, 1])
    >>> merge(a, b, (1, 9), np.array([False, True]))["co"].tolist()
    [[1.0, 0.0], [5.0, 1.0], [9.0, 1.0]]
    """
    old, new = full(old), full(new)
    ours = np.zeros(len(old), bool) if ours is None else np.asarray(ours, bool)
    frame = old["co"][:, 0]
    kept = old[~(ours & (frame >= span[0]) & (frame <= span[1]))]
    if len(kept):
        gap = np.abs(new["co"][:, :1] - kept["co"][None, :, 0])
        new = np.concatenate([kept, new[(gap > NEAR).all(axis=1)]])
    frame = new["co"][:, 0]
    return new if (frame[1:] >= frame[:-1]).all() else new[np.argsort(frame, kind="stable")]


def digests(keys: NDArray) -> NDArray:
    """Return (N,) uint32 digests of what a person sees of each key, its frame left out.

    Value, interpolation, easing, key type and handle types count; handles only where they are
    set by hand, and relative to the key, because Blender moves automatic handles whenever a
    neighbour changes. So a key that was only retimed keeps its digest.
    """
    keys = full(keys)
    # Adding zero makes one value of 0.0 and -0.0.
    parts = [np.ascontiguousarray(keys["co"][:, 1] + np.float32(0)).view(np.uint32)]
    names = ("interpolation", "easing", "type", "handle_left_type", "handle_right_type")
    parts += [keys[name] for name in names]
    for side in ("left", "right"):
        kind = keys[f"handle_{side}_type"]
        by_hand = (kind == FREE) | (kind == ALIGNED)
        if by_hand.any():
            offset = np.round((keys[f"handle_{side}"].astype(float) - keys["co"]) * 1e3)
            parts += list(np.where(by_hand[:, None], offset, 0).astype(np.int64).T)
        else:
            parts += [np.zeros(len(keys), np.uint32)] * 2
    mixed = np.zeros(len(keys), np.uint64)
    for part in parts:
        mixed = (mixed ^ part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed ^ (mixed >> np.uint64(32))).astype("<u4")


def _codes(frames: NDArray, marks: NDArray) -> NDArray:
    steps = np.round(np.asarray(frames, float) / FRAMES_AGREE).astype(np.int64)
    return (steps << 32) | np.asarray(marks).astype(np.int64)


def owned(keys: NDArray, frames: NDArray, marks: NDArray) -> NDArray:
    """Return (N,) bool: which keys are as they were written, at the frame they were written.

    Parameters
    ----------
    keys : (N,) array of `FULL`
    frames : (M,) float32
        Frames of the keys that were written.
    marks : (M,) uint32
        Their digests.
    """
    if not len(frames):
        return np.zeros(len(keys), bool)
    return np.isin(_codes(keys["co"][:, 0], digests(keys)), _codes(frames, marks))


AI, EDITED, RETIMED, HUMAN = range(4)
STATUS = ("ai", "edited", "retimed", "human")
"""Names of the statuses of a key that is there; a key that is gone is "deleted"."""


def classify(keys: NDArray, frames: NDArray, marks: NDArray) -> tuple[NDArray, NDArray]:
    """Tell who made the keys that are there, and what became of written keys.

    Parameters
    ----------
    keys, frames, marks
        As in `owned`.

    Returns
    -------
    status : (N,) int
        `AI`, `EDITED` (same frame, otherwise changed), `RETIMED` (moved, otherwise as
        written) or `HUMAN`, a key each.
    source : (N,) int
        Which written key each one was; -1 for a person's. A written key that is no key's
        source was deleted.
    """
    status, source = np.full(len(keys), HUMAN), np.full(len(keys), -1)
    if not len(frames) or not len(keys):
        return status, source
    now, values = keys["co"][:, 0], digests(keys)
    left = np.ones(len(frames), bool)

    def match(pairs: NDArray, as_status: int) -> None:
        # Written keys in order, each to the nearest key still free: keys rarely swap places.
        for row in np.flatnonzero(left & pairs.any(axis=1)):
            free = np.flatnonzero(pairs[row] & (source < 0))
            if len(free):
                key = free[np.argmin(np.abs(now[free] - frames[row]))]
                status[key], source[key] = as_status, row
                left[row] = False

    near = np.abs(frames[:, None] - now[None, :]) < FRAMES_AGREE
    same = marks[:, None] == values[None, :]
    match(near & same, AI)
    match(same, RETIMED)
    match(near, EDITED)
    return status, source


def align_quaternions(new: list[NDArray], old: list[NDArray]) -> None:
    """Flip the signs of new quaternion keys, in place, to suit the artist's keys beside them.

    Parameters
    ----------
    new : four (N,) arrays of `KEY` or `FULL`
        Keys of w, x, y, z at the same frames, continuous among themselves.
    old : four (M,) arrays
        The keys that stay. Only frames keyed on all four count.
    """
    shared = [f for f in old[0]["co"][:, 0] if all(f in o["co"][:, 0] for o in old[1:])]
    if not shared or len({len(n) for n in new}) != 1 or not len(new[0]):
        return
    rows = {f: np.array([o["co"][o["co"][:, 0] == f, 1][0] for o in old]) for f in shared}
    frames = new[0]["co"][:, 0]
    values = np.stack([n["co"][:, 1] for n in new], axis=1)
    # Forwards from each artist's key; the keys before the first one, backwards from it.
    first = int(np.searchsorted(frames, shared[0]))
    sign = np.ones(len(frames))
    for i in (*range(first, len(frames)), *range(first - 1, -1, -1)):
        beside = i + 1 if i < first else i - 1
        passed = [f for f in shared if f <= frames[i] and (i == first or f >= frames[i - 1])]
        if i >= first and passed:
            last = rows[passed[-1]]
        elif i == first - 1:
            last = rows[shared[0]]
        else:
            last = values[beside] * sign[beside]
        sign[i] = -1.0 if values[i] @ last < 0 else 1.0
    for keys in new:
        for name in ("co", "handle_left", "handle_right"):
            keys[name][:, 1] *= sign


def align_turns(new: NDArray, old: NDArray) -> None:
    """Shift new angle keys by whole turns, in place, to suit the artist's keys beside them.

    Each Euler angle means the same after a whole turn, but a curve that runs there from an
    artist's key would spin. Between two artist's keys, all new keys are shifted alike: a spin
    that the new keys themselves make is kept.

    Parameters
    ----------
    new : (N,) array of `KEY` or `FULL`
        Radians, sorted by frame, without jumps among themselves.
    old : (M,) array of `KEY` or `FULL`
        The keys that stay, sorted by frame.
    """
    if not len(new) or not len(old):
        return
    frames, values = new["co"].astype(float).T
    # Compared where the artist's key is, not with the nearest new key: a turn may lie between.
    ahead = np.interp(old["co"][:, 0], frames, values) - old["co"][:, 1]
    turns = np.round(ahead / (2.0 * np.pi))
    # Forwards from each artist's key; the keys before the first one go with it.
    beside = np.searchsorted(old["co"][:, 0], frames, side="right") - 1
    shift = 2.0 * np.pi * turns[np.maximum(beside, 0)]
    for name in ("co", "handle_left", "handle_right"):
        new[name][:, 1] -= shift
