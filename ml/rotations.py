"""Rotations as arrays: quaternions are wxyz, matrices act on column vectors.

Every function is vectorised over leading axes and uses float64 inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def normalize(v: ArrayLike, eps: float = 1e-12) -> NDArray:
    """Scale vectors on the last axis to length 1; a zero vector stays zero."""
    v = np.asarray(v, float)
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), eps)


def multiply(a: ArrayLike, b: ArrayLike) -> NDArray:
    """Return the quaternion product a·b: first `b`, then `a`.

    >>> multiply([0, 1, 0, 0], [0, 1, 0, 0]).tolist()
    [-1.0, 0.0, 0.0, 0.0]
    """
    w, x, y, z = np.moveaxis(np.asarray(a, float), -1, 0)
    s, i, j, k = np.moveaxis(np.asarray(b, float), -1, 0)
    return np.stack(
        [
            w * s - x * i - y * j - z * k,
            w * i + x * s + y * k - z * j,
            w * j - x * k + y * s + z * i,
            w * k + x * j - y * i + z * s,
        ],
        axis=-1,
    )


def conjugate(q: ArrayLike) -> NDArray:
    """Return the inverse of unit quaternions."""
    return np.asarray(q, float) * np.array([1.0, -1.0, -1.0, -1.0])


def rotate(q: ArrayLike, v: ArrayLike) -> NDArray:
    """Rotate vectors (..., 3) by unit quaternions (..., 4)."""
    q, v = np.asarray(q, float), np.asarray(v, float)
    t = 2.0 * np.cross(q[..., 1:], v)
    return v + q[..., :1] * t + np.cross(q[..., 1:], t)


def from_matrix(m: ArrayLike) -> NDArray:
    """Convert rotation matrices (..., 3, 3) to unit quaternions (..., 4), w >= 0.

    The largest of the four components is found first, so no case divides by a small number
    (Shepperd, 1978).
    """
    m = np.asarray(m, float)
    d = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    four = np.stack(
        [
            1 + d[0] + d[1] + d[2],
            1 + d[0] - d[1] - d[2],
            1 - d[0] + d[1] - d[2],
            1 - d[0] - d[1] + d[2],
        ],
        axis=-1,
    )
    a = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    s = m[..., 1, 0] + m[..., 0, 1], m[..., 2, 0] + m[..., 0, 2], m[..., 2, 1] + m[..., 1, 2]
    rows = np.stack(
        [
            np.stack([four[..., 0], a[0], a[1], a[2]], -1),
            np.stack([a[0], four[..., 1], s[0], s[1]], -1),
            np.stack([a[1], s[0], four[..., 2], s[2]], -1),
            np.stack([a[2], s[1], s[2], four[..., 3]], -1),
        ],
        axis=-2,
    )
    best = np.argmax(four, axis=-1)
    q = normalize(np.take_along_axis(rows, best[..., None, None], axis=-2)[..., 0, :])
    return np.where(q[..., :1] < 0, -q, q)


def to_matrix(q: ArrayLike) -> NDArray:
    """Convert unit quaternions (..., 4) to rotation matrices (..., 3, 3)."""
    w, x, y, z = np.moveaxis(np.asarray(q, float), -1, 0)
    rows = (
        (1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)),
        (2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)),
        (2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def from_rotvec(r: ArrayLike) -> NDArray:
    """Convert rotation vectors (axis times angle in radians) to quaternions."""
    r = np.asarray(r, float)
    half = 0.5 * np.linalg.norm(r, axis=-1, keepdims=True)
    return np.concatenate([np.cos(half), 0.5 * np.sinc(half / np.pi) * r], axis=-1)


def to_rotvec(q: ArrayLike) -> NDArray:
    """Convert unit quaternions to the shorter rotation vector, radians."""
    q = np.asarray(q, float)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine > 1e-9, angle / np.maximum(sine, 1e-9), 2.0)


def between(a: ArrayLike, b: ArrayLike) -> NDArray:
    """Return the smallest rotation that takes direction `a` to direction `b`.

    Opposite directions turn about any axis at right angles to `a`.
    """
    a, b = np.broadcast_arrays(normalize(a), normalize(b))
    w = 1.0 + np.sum(a * b, axis=-1, keepdims=True)
    helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    xyz = np.where(w > 1e-9, np.cross(a, b), np.cross(a, helper))
    return normalize(np.concatenate([np.where(w > 1e-9, w, 0.0), xyz], axis=-1))


def angle_between(a: ArrayLike, b: ArrayLike) -> NDArray:
    """Return the angle in radians between orientations `a` and `b`, 0 to pi."""
    return np.linalg.norm(to_rotvec(multiply(conjugate(a), b)), axis=-1)


def continuous(q: ArrayLike) -> NDArray:
    """Flip signs along axis 0 so that neighbouring quaternions are never far apart."""
    q = np.array(q, float)
    if len(q) < 2:
        return q
    step = np.where(np.sum(q[1:] * q[:-1], axis=-1) < 0, -1.0, 1.0)
    q[1:] *= np.cumprod(step, axis=0)[..., None]
    return q


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> NDArray:
    """Interpolate on the shorter arc from `a` (t = 0) to `b` (t = 1)."""
    step = to_rotvec(multiply(conjugate(a), b))
    return multiply(a, from_rotvec(step * np.asarray(t, float)[..., None]))


def frame_from(primary: ArrayLike, secondary: ArrayLike, axes: str = "yx") -> NDArray:
    """Build orientations whose first named axis is `primary`, the second near `secondary`.

    Parameters
    ----------
    primary, secondary : (..., 3)
        Directions, not parallel; the second is made orthogonal to the first.
    axes : two of "x", "y", "z"
        Which local axis each direction stands for.

    Returns
    -------
    (..., 4) quaternions, right-handed.
    """
    first, second = ("xyz".index(a) for a in axes)
    third = 3 - first - second
    u = normalize(primary)
    v = np.asarray(secondary, float)
    v = normalize(v - np.sum(u * v, axis=-1, keepdims=True) * u)
    w = np.cross(u, v) if (second - first) % 3 == 1 else np.cross(v, u)
    m = np.empty(u.shape + (3,))
    m[..., first], m[..., second], m[..., third] = u, v, w
    return from_matrix(m)
