"""Blocking clips made from capture: poses chosen and timed as animators do, keys known.

A few moments of a performance become poses; some are held, some get an anticipation, an overshoot
or a breakdown; between them the body eases, flows, or does both, each way with its own strength.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking.body import ROLES
from ..lifter import bodies
from ..lifter.mocap import Performance

_ARMS = [k for k, r in enumerate(ROLES) if r.startswith(("forearm", "hand", "head"))]
_SHORTEST = 3  # frames between two keys


@dataclass
class Authored:
    """A clip as an animator would block it.

    Attributes
    ----------
    rot : (T, roles, 4) turns from the T-pose
    root : (T, 3) leg lengths
    keys : (K,) int, frames with a key, the first and last among them
    """

    rot: NDArray
    root: NDArray
    keys: NDArray


def author(p: Performance, rng: np.random.Generator, seconds: float, fps: float) -> Authored:
    """Block a clip of about so many seconds from moments of a performance."""
    frames = max(24, round(seconds * fps))
    rhythm = float(np.exp(rng.uniform(np.log(6.0), np.log(20.0))))
    wanted = int(np.clip(round(frames / rhythm), 3, frames // _SHORTEST))
    poses = _moments(p, wanted, rng)
    poses, gaps = _staged(poses, rhythm, rng)
    keys = np.concatenate([[0], np.cumsum(gaps)])
    last = max(3, int(np.searchsorted(keys, 1.25 * frames)))
    keys, poses = keys[:last], poses[:last]
    values = _between(keys, poses, rng)
    values = _overlapped(values, rng)
    turns = values[:, :-3].reshape(len(values), len(ROLES), 4)
    return Authored(rt.normalize(turns), values[:, -3:], keys)


def _moments(p: Performance, count: int, rng: np.random.Generator) -> NDArray:
    """Return poses (K, roles * 4 + 3) of a performance, each some way from the one before."""
    offsets = bodies.proportions()
    telling = float(np.exp(rng.uniform(np.log(0.05), np.log(0.25))))
    start = int(rng.integers(max(1, len(p.rot) // 2)))
    _, joints = bodies.stand(p.rot, p.root, offsets)
    joints = joints - joints[:, :1] * [1.0, 1.0, 0.0]
    at = [start]
    for f in range(start + 1, len(joints)):
        far = np.linalg.norm(joints[f] - joints[at[-1]], axis=-1).mean()
        if p.valid[f] and far > telling * rng.uniform(0.7, 1.4):
            at.append(f)
            if len(at) == count:
                break
    at = np.array(at)
    while len(at) < count:  # there and back again
        at = np.concatenate([at, at[-2::-1] if len(at) > 1 else at])[: max(count, 2)]
    turns = np.stack([rt.continuous(p.rot[at, r].astype(float)) for r in range(len(ROLES))], axis=1)
    return np.concatenate([turns.reshape(len(at), -1), p.root[at].astype(float)], axis=1)


def _staged(poses: NDArray, rhythm: float, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Add holds, anticipations, overshoots and breakdowns; returns poses and frames between."""
    spread = rng.uniform(0.1, 0.7)
    often = {k: rng.choice([0.0, rng.uniform(0.1, 0.5)], p=[0.6, 0.4])
             for k in ("hold", "ready", "over", "down")}  # fmt: skip
    out, gaps = [poses[0]], []

    def add(pose: NDArray, gap: float) -> None:
        out.append(pose)
        gaps.append(max(_SHORTEST, round(gap)))

    for a, b in zip(poses[:-1], poses[1:], strict=True):
        gap = rhythm * float(np.exp(rng.normal(0.0, spread)))
        if rng.random() < often["hold"]:
            add(a + rng.choice([0.0, rng.uniform(0.02, 0.12)]) * (b - a), rng.uniform(4, 16))
        if rng.random() < often["ready"]:
            add(a - rng.uniform(0.08, 0.25) * (b - a), gap * rng.uniform(0.4, 0.9))
        if rng.random() < often["down"]:
            part = rng.uniform(0.3, 0.7)
            add(_wander(a + part * (b - a), rng), gap * rng.uniform(0.35, 0.65))
            gap *= rng.uniform(0.4, 0.65)
        if rng.random() < often["over"]:
            add(b + rng.uniform(0.06, 0.2) * (b - a), gap)
            gap = rng.uniform(3, 9)
        add(b, gap)
    return np.array(out), np.array(gaps)


def _wander(pose: NDArray, rng: np.random.Generator) -> NDArray:
    """Return a pose with a few segments turned by some degrees: an arc between two poses."""
    turns = rt.normalize(pose[:-3].reshape(-1, 4))
    for r in rng.choice(len(ROLES), 6, replace=False):
        turns[r] = rt.multiply(rt.from_rotvec(rng.normal(0.0, 0.15, 3)), turns[r])
    return np.concatenate([turns.ravel(), pose[-3:]])


def _between(keys: NDArray, poses: NDArray, rng: np.random.Generator) -> NDArray:
    """Return (T, C): eased, flowing or mixed splines through the poses."""
    slope = np.zeros_like(poses)
    style = rng.choice(["ease", "clamped", "flow", "mixed"], p=[0.3, 0.35, 0.15, 0.2])
    steps = np.diff(poses, axis=0) / np.diff(keys)[:, None]
    mean = (poses[2:] - poses[:-2]) / (keys[2:] - keys[:-2])[:, None]
    if style == "flow":
        slope[1:-1] = mean
    elif style != "ease":
        slope[1:-1] = np.where(steps[1:] * steps[:-1] > 0, mean, 0.0)
    if style == "mixed":
        slope[rng.random(len(keys)) < 0.5] = 0.0
    if rng.random() < 0.3 and style != "ease":  # the ends run on as they came
        slope[0], slope[-1] = steps[0], steps[-1]
    frames = np.arange(keys[-1] + 1)
    k = np.clip(np.searchsorted(keys, frames, side="right") - 1, 0, len(keys) - 2)
    span = (keys[k + 1] - keys[k])[:, None].astype(float)
    t = (frames - keys[k])[:, None] / span
    if rng.random() < 0.35:  # longer handles: slower out of a pose, into it, or both
        out, into = rng.uniform(0.0, 0.8, 2) * (rng.random(2) < 0.7)
        hard = (3 * t**2 - 2 * t**3) if style != "ease" else t * t * t * (t * (6 * t - 15) + 10)
        t = np.where(t < 0.5, t + out * (hard - t), t + into * (hard - t))
    a, b, c = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, t**3 - t**2
    return a * poses[k] + (1 - a) * poses[k + 1] + span * (b * slope[k] + c * slope[k + 1])


def _overlapped(values: NDArray, rng: np.random.Generator) -> NDArray:
    """Let forearms, hands and head come a little later, in some clips."""
    if rng.random() > 0.25:
        return values
    late = int(rng.integers(1, 4))
    columns = np.concatenate([np.arange(4 * r, 4 * r + 4) for r in _ARMS])
    values = values.copy()
    values[late:, columns] = values[:-late, columns]
    values[:late, columns] = values[late, columns]
    return values
