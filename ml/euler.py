"""Euler angles and axis-angles as Blender keeps them, without jumps over time.

An order names the axes in the order they are applied: "XYZ" turns about X first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import rotations as rt

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def to_quaternion(angles: ArrayLike, order: str) -> NDArray:
    """Convert angles (..., 3), indexed x, y, z whatever the order, to quaternions (..., 4).

    >>> to_quaternion([np.pi, 0.0, 0.0], "XYZ").round(6).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    angles = np.asarray(angles, float)
    turns = {a: rt.from_rotvec(angles[..., [k]] * np.eye(3)[k]) for k, a in enumerate("XYZ")}
    first, second, third = (turns[a] for a in order)
    return rt.multiply(third, rt.multiply(second, first))


def from_quaternion(q: ArrayLike, order: str) -> NDArray:
    """Convert quaternions (F, 4) over time to angles (F, 3) that do not jump.

    Every orientation has two sets of angles within a turn. Which of the two lies nearer to the
    frame before does not depend on which was taken there, so one running sum settles it for
    all frames. Where the middle angle stands at 90 degrees the last angle is free: it keeps
    its value.
    """
    i, j, k = ("XYZ".index(a) for a in order)
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    m = rt.to_matrix(q)
    reach = np.hypot(m[:, i, i], m[:, j, i])
    last = np.arctan2(sign * m[:, j, i], m[:, i, i])
    last = _hold(last, reach > 1e-5)
    middle = np.arctan2(-sign * m[:, k, i], reach)
    # With the two later turns undone, what is left is the first one.
    later = rt.multiply(
        rt.from_rotvec(last[:, None] * np.eye(3)[k]), rt.from_rotvec(middle[:, None] * np.eye(3)[j])
    )
    column = rt.rotate(rt.conjugate(later), m[:, :, j])
    first = np.arctan2(sign * column[:, k], column[:, j])
    angles = np.empty((len(m), 3))
    angles[:, i], angles[:, j], angles[:, k] = first, middle, last
    other = angles + np.pi
    other[:, j] = np.pi - middle
    start = np.abs(_wrapped(other[:1])).sum() < np.abs(_wrapped(angles[:1])).sum()
    keep = np.abs(_wrapped(np.diff(angles, axis=0))).sum(axis=-1)
    swap = np.abs(_wrapped(other[1:] - angles[:-1])).sum(axis=-1)
    swapped = np.cumsum(np.concatenate([[start], swap < keep])) % 2 == 1
    angles = _wrapped(np.where(swapped[:, None], other, angles))
    return np.unwrap(angles, axis=0)


def to_axis_angle(q: ArrayLike) -> NDArray:
    """Convert quaternions (F, 4) over time to (F, 4) angle, x, y, z that do not jump.

    The axis never flips: the angle runs through zero to negative values instead. Without a
    rotation the axis keeps its direction.
    """
    q = rt.continuous(q)
    sine = np.linalg.norm(q[:, 1:], axis=-1)
    seen = sine > 1e-7
    axis = _hold(rt.normalize(q[:, 1:]), seen)
    axis[~np.any(axis, axis=-1)] = [0.0, 1.0, 0.0]
    flip = np.sum(axis[1:] * axis[:-1], axis=-1) < 0.0
    sign = np.where(np.cumsum(np.concatenate([[False], flip])) % 2 == 1, -1.0, 1.0)
    angle = np.unwrap(2.0 * np.arctan2(sign * sine, q[:, 0]))
    if np.abs(angle[0]) > np.pi:
        angle = angle - 2.0 * np.pi * np.sign(angle[0])
    return np.column_stack([angle, axis * sign[:, None]])


def _wrapped(angle: NDArray) -> NDArray:
    """Return angles moved by whole turns into -pi to pi."""
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def _hold(values: NDArray, good: NDArray) -> NDArray:
    """Replace values at frames that are not `good` by the last good ones before, or by zero."""
    if not good.any():
        return np.zeros_like(values)
    frame = np.maximum.accumulate(np.where(good, np.arange(len(good)), -1))
    return values[np.where(frame < 0, np.argmax(good), frame)]
