"""Straighten the knees and elbows of a capture whose limbs never get straight.

In CMU's capture as BVH a person who stands quietly has knees bent by some 25 degrees, one who
walks lands on knees bent by 30 (in gait laboratories: 5), while a swinging or sitting leg is about
right: the solved joints lie ahead of the true ones. What is too much is told from each subject's
own clips, since everybody walks or stands in some of them, and taken off, less of it the more a
limb is bent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ... import rotations as rt
from ...blocking.body import ROLES

if TYPE_CHECKING:
    from .mocap import Performance

_DOWN = np.array([0.0, 0.0, -1.0])
_LIMBS = {
    "knee": ("thigh", "shin", 20.0, np.radians(8.0)),
    "elbow": ("upper_arm", "forearm", 10.0, np.radians(12.0)),
}
"""Parts of a limb, and how bent (radians) it is at which percentile of a person's day."""
_MOST = np.radians(24.0)  # somebody may stand in a crouch in all their clips
_FULL, _NONE = np.radians(30.0), np.radians(150.0)
_FLOOR = np.radians(6.0)  # where the joint stops, it stops softly
_HALF_LEG = 0.45  # thigh or shin, in leg lengths
_STANDING = 0.03  # leg lengths: a foot so much higher than the other carries a third of its weight
_SMOOTH = 2.0  # frames


def straighten(performances: Sequence[Performance]) -> None:
    """Straighten all clips of one subject in place."""
    legs = {}
    for joint, (upper, lower, share, usual) in _LIMBS.items():
        for side in "LR":
            roles = ROLES.index(f"{upper}.{side}"), ROLES.index(f"{lower}.{side}")
            along = _DOWN if joint == "knee" else np.array([1.0 if side == "L" else -1.0, 0, 0])
            bends = [_bend(p.rot, roles, along)[0] for p in performances]
            usually = np.percentile(np.concatenate(bends), share)
            excess = float(np.clip(usually - usual, 0.0, _MOST))
            moved = [_turn_limb(p.rot, roles, along, excess) for p in performances]
            if joint == "knee":
                # As much shorter as keeps the foot where it is when the leg is as good as straight.
                legs[side] = moved, np.cos(0.5 * usually) / np.cos(0.5 * (usually - excess))
    for k, p in enumerate(performances):
        _stand_again(p, {s: (moved[k], size) for s, (moved, size) in legs.items()})


def eased(bend: NDArray, excess: float) -> NDArray:
    """Return bends (radians) without what is too much of them at a straight limb (radians)."""
    t = np.clip((bend - _FULL) / (_NONE - _FULL), 0.0, 1.0)
    left = bend - excess * 0.5 * (1.0 + np.cos(np.pi * t))
    soft = 0.5 * (left + np.sqrt(left**2 + _FLOOR**2))
    return np.minimum(soft, bend) if excess > 0 else bend


def _bend(rot: NDArray, roles: tuple[int, int], along: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return the bend (F,) radians, and the directions of both parts (F, 3)."""
    parts = [rt.rotate(rt.normalize(rot[:, r].astype(float)), along) for r in roles]
    return np.arccos(np.clip((parts[0] * parts[1]).sum(-1), -1.0, 1.0)), *parts


def _turn_limb(rot: NDArray, roles: tuple[int, int], along: NDArray, excess: float) -> NDArray:
    """Turn both parts of a limb in place, its end kept in the direction in which it is.

    Returns
    -------
    (2, F, 3) where the end was and is, from the limb's root, in lengths of a part.
    """
    bend, upper, lower = _bend(rot, roles, along)
    axis = np.cross(upper, lower)
    axis /= np.maximum(np.linalg.norm(axis, axis=-1, keepdims=True), 1e-6)
    half = 0.5 * (bend - eased(bend, excess))[:, None] * axis
    for role, turn in zip(roles, (half, -half), strict=True):
        rot[:, role] = rt.multiply(rt.from_rotvec(turn), rot[:, role].astype(float))
    return np.stack([upper + lower, sum(_bend(rot, roles, along)[1:])])


def _stand_again(p: Performance, legs: dict[str, tuple[NDArray, float]]) -> None:
    """Move the hips so that the feet that carry stay where they were; a leg's length is one."""
    size = float(np.mean([s for _, s in legs.values()]))
    was, now = np.stack([moved for moved, _ in legs.values()], axis=1) * _HALF_LEG
    low = was[..., 2]
    weight = np.exp((low.min(axis=0) - low) / _STANDING)
    weight /= weight.sum(axis=0)
    shift = (weight[..., None] * (was - size * now)).sum(axis=0)
    leg = 1.0 - 2.0 * _HALF_LEG * (1.0 - size)
    root = p.root + gaussian_filter1d(shift, _SMOOTH, axis=0, mode="nearest")
    p.root = (root / leg).astype(p.root.dtype)
