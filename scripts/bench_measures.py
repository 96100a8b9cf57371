"""How far a performance is from the truth: the benchmark's numbers, each a function of arrays.

Joints are (F, 17, 3) in the order of `lifting.JOINTS`, metres; truth and guess may differ in size
where a measure says so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import package

package.load()
from understudy.ml import rotations as rt  # noqa: E402

HIPS = [3, 9]
KNEES = ((3, 4, 5), (9, 10, 11))
ELBOWS = ((0, 1, 2), (6, 7, 8))
FEET = ((12, 13), (14, 15))
WITHIN = 2  # frames


def mpjpe(joints: NDArray, truth: NDArray) -> float:
    """Return the mean joint distance with the hips on top of each other, millimetres."""
    a = joints - joints[:, HIPS].mean(axis=1, keepdims=True)
    b = truth - truth[:, HIPS].mean(axis=1, keepdims=True)
    return 1000.0 * float(np.linalg.norm(a - b, axis=-1).mean())


def pa_mpjpe(joints: NDArray, truth: NDArray) -> float:
    """Return the mean joint distance after the best similarity a frame, millimetres."""
    a = joints - joints.mean(axis=1, keepdims=True)
    b = truth - truth.mean(axis=1, keepdims=True)
    u, s, vt = np.linalg.svd(np.swapaxes(a, 1, 2) @ b)
    sign = np.ones_like(s)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    scale = (s * sign).sum(axis=1) / np.square(a).sum(axis=(1, 2))
    best = scale[:, None, None] * (a @ ((u * sign[:, None]) @ vt))
    return 1000.0 * float(np.linalg.norm(best - b, axis=-1).mean())


def _bend(joints: NDArray, a: int, b: int, c: int) -> NDArray:
    upper, lower = joints[:, b] - joints[:, a], joints[:, c] - joints[:, b]
    cosine = (rt.normalize(upper) * rt.normalize(lower)).sum(axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def bend_error(joints: NDArray, truth: NDArray, hinges: tuple) -> float:
    """Return the mean error of the angle at some hinges, degrees."""
    return float(np.mean([np.abs(_bend(joints, *h) - _bend(truth, *h)).mean() for h in hinges]))


def foot_error(joints: NDArray, truth: NDArray) -> float:
    """Return the mean angle between the feet's lines from heel to toes, degrees."""
    out = []
    for heel, toes in FEET:
        a, b = (rt.normalize(j[:, toes] - j[:, heel]) for j in (joints, truth))
        out.append(np.degrees(np.arccos(np.clip((a * b).sum(axis=-1), -1.0, 1.0))).mean())
    return float(np.mean(out))


def yaw_error(joints: NDArray, truth: NDArray) -> float:
    """Return the mean error of the hips' heading, degrees."""
    a, b = (np.arctan2(*(j[:, 3] - j[:, 9])[:, [1, 0]].T) for j in (joints, truth))
    return float(np.degrees(np.abs((a - b + np.pi) % (2.0 * np.pi) - np.pi)).mean())


def root_error(joints: NDArray, truth: NDArray, scale: float) -> float:
    """Return how far the hips' path is off, root mean square, in percent of its length.

    The guess is scaled by the ratio of the legs and moved, not turned; NaN for who stays in place.
    """
    a, b = (j[:, HIPS].mean(axis=1) for j in (scale * joints, truth))
    length = np.linalg.norm(np.diff(b, axis=0), axis=-1).sum()
    if np.linalg.norm(np.ptp(b, axis=0)) < 1.0:
        return float("nan")
    off = (a - a.mean(axis=0)) - (b - b.mean(axis=0))
    return float(100.0 * np.sqrt(np.square(off).sum(axis=-1).mean()) / length)


def skate(joints: NDArray, contact: NDArray, scale: float) -> float:
    """Return how fast heels and toes move while they truly stand, millimetres a frame."""
    feet = scale * joints[:, 12:16]
    both = contact[1:] & contact[:-1]
    if not both.any():
        return float("nan")
    return float(1000.0 * np.linalg.norm(np.diff(feet, axis=0), axis=-1)[both].mean())


def contact_f1(found: NDArray, true: NDArray) -> float:
    """Return the F1 score of standing feet, a foot a frame; NaN where nothing ever stands."""
    a, b = (c.reshape(len(c), 2, 2).any(axis=2) for c in (found, true))
    return float(2.0 * (a & b).sum() / (a.sum() + b.sum())) if b.any() else float("nan")


def jitter(joints: NDArray, truth: NDArray) -> float:
    """Return the ratio of the joints' mean jerk about the hips to the truth's."""

    def jerk(j: NDArray) -> float:
        about = j - j[:, HIPS].mean(axis=1, keepdims=True)
        return float(np.linalg.norm(np.diff(about, 3, axis=0), axis=-1).mean())

    return jerk(joints) / jerk(truth)


def key_f1(found: NDArray, true: NDArray) -> float:
    """Return the F1 score of key frames, each matched once within `WITHIN` frames."""
    left, hits = list(true), 0
    for frame in found:
        near = [t for t in left if abs(t - frame) <= WITHIN]
        if near:
            left.remove(min(near, key=lambda t: abs(t - frame)))
            hits += 1
    return 2.0 * hits / (len(found) + len(true))


def turn_error(found: NDArray, true: NDArray) -> float:
    """Return the mean angle between two cameras' turns since the first frame, degrees."""
    a, b = (rt.multiply(q, rt.conjugate(q[:1])) for q in (found, true))
    return float(np.degrees(rt.angle_between(a, b)).mean())
