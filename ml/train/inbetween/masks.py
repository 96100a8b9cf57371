"""Hide frames as animators leave them open, and lay the base curve through what is left.

Four kinds: one gap after frames that are all known, as the literature measures; poses keyed at
uneven frames; the same with a limb that has frames of its own; and any of them for one limb only,
the rest of the body being known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ... import rotations as rot
from ...inbetween import base, features

CONTEXT = 10
CONTEXT_NODES = (9, 4, 1, 0)
"""Frames before a gap that become tokens, counted back from its start."""


@dataclass(frozen=True)
class Mask:
    """What is known of N windows of F frames.

    Attributes
    ----------
    keyed : (N, F, B) bool
    driven : (N, B) bool
    at : (N, T) int
        Frames that become tokens.
    start : (N,) int
        Frame that place and heading are measured from.
    dense : bool
        Whether the frames before the gap are all known, so that there is a velocity to keep.
    """

    keyed: NDArray
    driven: NDArray
    at: NDArray
    start: NDArray
    dense: bool


def spread(low: int, high: int, count: int, rng: Generator | None) -> NDArray:
    """Return `count` rising frames of the open range (low, high), evenly or jittered."""
    edges = np.linspace(low + 1, high, count + 1)
    inside = rng.random(count) if rng is not None else np.full(count, 0.5)
    at = np.floor(edges[:-1] + inside * np.diff(edges)).astype(int)
    return np.clip(np.maximum.accumulate(at), low + 1, high - 1)


def gap(
    n: int, length: int, bones: int, nodes: int, after: int, rng: Generator | None = None
) -> Mask:
    """Hide a gap of `length` frames after `CONTEXT` known ones; `after` frames behind are known."""
    start = CONTEXT - 1
    target = start + length + 1
    frame = np.arange(target + 1 + after)[None, :, None]
    keyed = (frame <= start) | (frame >= target)
    known = start - np.array(CONTEXT_NODES)
    behind = target + np.arange(0, after + 1, max(after, 1))
    at = [
        np.concatenate([known, spread(start, target, min(length, nodes), rng), behind])
        for _ in range(n)
    ]
    return Mask(
        np.broadcast_to(keyed, (n, frame.size, bones)).copy(),
        np.ones((n, bones), bool),
        np.array(at),
        np.full(n, start),
        True,
    )


def poses(n: int, frames: int, nodes: int, speed: NDArray, rng: Generator) -> Mask:
    """Key whole poses at uneven frames, 2 to 60 apart, mostly where the motion is slow.

    `speed` (N, F, B) is each bone's speed in the truth.
    """
    bones = speed.shape[2]
    keyed, at = np.zeros((n, frames, bones), bool), []
    pace = speed.mean(axis=2)
    for i in range(n):
        typical = np.exp(rng.uniform(np.log(3), np.log(35)))
        keys = [0]
        while keys[-1] < frames - 3 and len(keys) < nodes // 2:
            step = int(np.clip(typical * np.exp(rng.normal(0, 0.5)), 2, 60))
            k = min(keys[-1] + step, frames - 1)
            if rng.random() < 0.7:
                low, high = max(keys[-1] + 2, k - 3), min(frames - 1, k + 3)
                k = low + int(np.argmin(pace[i, low : high + 1])) if high >= low else k
            keys.append(k)
        keyed[i, keys] = True
        at.append(_nodes(np.array(keys), nodes, rng))
    return Mask(keyed, np.ones((n, bones), bool), np.array(at), np.zeros(n, int), False)


def _nodes(keys: NDArray, count: int, rng: Generator) -> NDArray:
    """Return `count` rising frames: keys, some between them, and the last again to fill up."""
    rest = np.setdiff1d(np.arange(keys[-1]), keys)
    more = min(count - len(keys), len(rest))
    picked = rest[spread(-1, len(rest), more, rng)] if more > 0 else rest[:0]
    chosen = np.unique(np.concatenate([keys, picked]))
    return np.concatenate([chosen, np.full(count - len(chosen), keys[-1])])


def apart(mask: Mask, other: Mask, parents: NDArray, rng: Generator) -> Mask:
    """Key one limb of each window at the frames of the other mask."""
    keyed, at = mask.keyed.copy(), mask.at.copy()
    for i in range(len(keyed)):
        limb = _limb(parents, rng)
        keyed[i][:, limb] = other.keyed[i][:, limb]
        keys = np.flatnonzero(keyed[i].any(axis=1))
        if len(keys) <= at.shape[1]:
            at[i] = _nodes(keys, at.shape[1], rng)
    return replace(mask, keyed=keyed, at=at)


def limit_to(mask: Mask, parents: NDArray, rng: Generator) -> Mask:
    """Drive one limb of each window only: all else is known on every frame."""
    driven = np.zeros_like(mask.driven)
    for i in range(len(driven)):
        limb = _limb(parents, rng)
        if rng.random() < 0.2:
            limb = ~limb
        driven[i] = limb if limb.any() else True
    keyed = mask.keyed | ~driven[:, None]
    return replace(mask, keyed=keyed, driven=driven)


def _limb(parents: NDArray, rng: Generator) -> NDArray:
    """Return (B,) bool: a bone and all below it, mostly of several bones."""
    inner = np.unique(parents[parents >= 0])
    top = rng.choice(inner) if len(inner) and rng.random() < 0.7 else rng.integers(len(parents))
    below = np.zeros(len(parents), bool)
    below[top] = True
    for b, p in enumerate(parents):
        below[b] |= p >= 0 and below[p]
    return below


def lay_base(mask: Mask, turn: NDArray, shift: NDArray, fps: NDArray) -> tuple[NDArray, NDArray]:
    """Return the base curves (N, F, B, 4), (N, F, B, 3) of the true motion under a mask."""
    turn_out, shift_out = np.array(turn, float), np.array(shift, float)
    if mask.dense and mask.driven.all() and (fps == fps[0]).all():
        # All windows share keys and rate: lay them side by side, as bones of one clip.
        n, frames, bones = turn.shape[:3]
        aside = (np.moveaxis(v, 0, 1).reshape(frames, n * bones, -1) for v in (turn, shift))
        laid = base.hermite_base(*aside, np.tile(mask.keyed[0], (1, n)), fps[0])
        out = (np.moveaxis(v.reshape(frames, n, bones, -1), 1, 0) for v in laid)
        return tuple(np.ascontiguousarray(v) for v in out)
    for i, d in enumerate(mask.driven):
        keyed, truth = mask.keyed[i][:, d], (turn_out[i][:, d], shift_out[i][:, d])
        if mask.dense:
            part = base.hermite_base(*truth, keyed, fps[i])
        else:
            part = eased(*truth, keyed)
        turn_out[i][:, d], shift_out[i][:, d] = part
    return turn_out, shift_out


def lay_fallback(mask: Mask, turn: NDArray, shift: NDArray) -> dict[str, NDArray]:
    """Return `turn` and `shift` of what the gate falls back on, given the base curves.

    Beside known frames the shortest way between keys, else the base curve itself.
    """
    if not mask.dense:
        return {"turn": turn, "shift": shift}
    turn, shift = turn.copy(), shift.copy()
    for i, d in enumerate(mask.driven):
        for bones, first, last in base.gaps(mask.keyed[i]):
            bones = bones[d[bones]]
            straight = base.straight_way(turn[i], shift[i], bones, first, last)
            turn[i, first + 1 : last, bones], shift[i, first + 1 : last, bones] = (
                np.moveaxis(v, 1, 0) for v in straight
            )
    return {"turn": turn, "shift": shift}


def eased(turn: NDArray, shift: NDArray, keyed: NDArray) -> tuple[NDArray, NDArray]:
    """Evaluate Blender's automatic clamped curves through keys, on (F, B, 4) and (F, B, 3)."""
    turn, shift = turn.copy(), shift.copy()
    patterns, which = np.unique(keyed, axis=1, return_inverse=True)
    for k, keys in enumerate(np.flatnonzero(p) for p in patterns.T):
        own = np.ravel(which) == k
        values = np.concatenate([rot.continuous(turn[keys][:, own]), shift[keys][:, own]], axis=-1)
        out = base.eased(keys, values.reshape(len(keys), -1), np.arange(len(turn)))
        out = out.reshape(len(turn), -1, 7)
        turn[:, own], shift[:, own] = rot.normalize(out[..., :4]), out[..., 4:]
    return turn, shift


def build_window(
    mask: Mask, turn: NDArray, shift: NDArray, moves: NDArray, fps: NDArray, hints: NDArray
) -> features.Window:
    """Return what the network may see of true windows."""
    turn, shift = lay_base(mask, turn, shift, fps)
    has_location = np.broadcast_to(moves, mask.driven.shape)
    return features.Window(turn, shift, mask.keyed, mask.driven, has_location, fps, hints)
