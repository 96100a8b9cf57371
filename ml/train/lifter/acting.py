"""Change performances into what people on footage do and hardly anybody in the capture does.

Standing quietly with straight limbs, arms crossed, raised, behind the back or anywhere, toes
pointed, sitting, kneeling and crouching.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ... import rotations as rt
from ...blocking.body import REST_DIRECTION, ROLES

# Upper arm and forearm of the left side, seen from the chest: x to the left, -y ahead, z up.
_ARMS = (
    ((0.25, -0.3, -0.92), (-0.85, -0.45, 0.15)),  # crossed
    ((0.7, 0.2, -0.68), (-0.72, -0.2, -0.66)),  # on the hips
    ((0.25, 0.45, -0.86), (-0.75, 0.35, -0.4)),  # behind the back
    ((0.35, 0.05, 0.93), (0.05, -0.05, 1.0)),  # up
    ((0.9, -0.1, 0.42), (-0.75, 0.15, 0.6)),  # at the head
    ((0.18, -0.3, -0.93), (-0.3, -0.85, 0.35)),  # something held before the chest
    ((0.1, 0.02, -0.99), (0.05, -0.1, -0.99)),  # hanging
    ((0.98, 0.0, 0.15), (0.98, -0.15, 0.1)),  # aside
    ((0.15, -0.97, 0.1), (0.05, -0.99, 0.05)),  # ahead
    ((0.2, 0.3, -0.93), (-0.1, -0.97, 0.2)),  # bent as who runs
    ((0.25, -0.35, -0.9), (-0.35, -0.4, 0.85)),  # fists before the chin
)
# Thigh and shin of the left side, seen from the hips.
_LEGS = (
    ((0.12, -0.97, -0.15), (0.02, 0.05, -1.0)),  # sitting
    ((0.1, -0.3, -0.95), (0.0, 0.95, -0.25)),  # kneeling
    ((0.3, -0.85, -0.4), (0.05, 0.55, -0.83)),  # crouching
    ((0.35, -0.1, -0.93), (0.3, 0.05, -0.95)),  # astride
    ((0.1, -0.75, -0.65), (0.0, 0.5, -0.86)),  # a foot raised
    ((0.05, 0.0, -1.0), (0.05, 0.03, -1.0)),  # straight
)
_BOTH_LEGS = 4  # the first so many are poses of both
# How often a foot is turned, by how many degrees its toes point down and aside, and how varied.
_POINTED, _POINTED_DEG, _POINTED_SD = 0.35, (12.0, 0.0), 20.0
# How often it is so as dancers, swimmers and gymnasts do it, and by how much more then.
_STRETCHED, _STRETCHED_DEG = 0.35, 38.0


def change(rot: NDArray, rng: np.random.Generator) -> NDArray:
    """Return turns (F, roles, 4) from the T-pose of a performance, changed at random."""
    rot = rt.normalize(rot.astype(float))
    if rng.random() < 0.25:
        rot = _quieter(rot, rng.uniform(0.3, 1.0))
    for parts, often in ((("thigh", "shin"), 0.5), (("upper_arm", "forearm"), 0.35)):
        if rng.random() < often:
            _straighten(rot, parts, rng.uniform(0.3, 1.0))
    if rng.random() < 0.55:
        _pose_arms(rot, rng)
    if rng.random() < 0.2:
        _pose_legs(rot, rng)
    return turn_feet(rot, rng)


def _quieter(rot: NDArray, share: float) -> NDArray:
    """Return turns nearer to the middle pose."""
    middle = rot[len(rot) // 2]
    return np.stack(
        [rt.slerp(rot[:, r], np.broadcast_to(middle[r], rot[:, r].shape), np.full(len(rot), share))
         for r in range(rot.shape[1])], axis=1,
    )  # fmt: skip


def _straighten(rot: NDArray, parts: tuple[str, str], share: float) -> None:
    """Straighten both limbs by a share of their bend, in place; the ends keep their turn."""
    for side in "LR":
        upper, lower = (ROLES.index(f"{part}.{side}") for part in parts)
        lines = [rt.rotate(rot[:, r], REST_DIRECTION[r]) for r in (upper, lower)]
        half = rt.to_rotvec(rt.between(*lines)) * 0.5 * share
        rot[:, upper] = rt.multiply(rt.from_rotvec(half), rot[:, upper])
        rot[:, lower] = rt.multiply(rt.from_rotvec(-half), rot[:, lower])


def _pose_arms(rot: NDArray, rng: np.random.Generator) -> None:
    """Bring one arm or both to a pose, known or of any kind, in place."""
    pose = _ARMS[int(rng.integers(len(_ARMS)))]
    if rng.random() < 0.4:
        pose = rng.normal([0.4, -0.3, 0.0], 0.7), rng.normal([0.0, -0.4, 0.2], 0.7)
    sides = "LR" if rng.random() < 0.6 else str(rng.choice(("L", "R")))
    share = _coming_and_going(len(rot), rng)
    for side in sides:
        _pose_limb(rot, ("upper_arm", "forearm", "hand"), side, "chest", pose, share, rng)


def _pose_legs(rot: NDArray, rng: np.random.Generator) -> None:
    """Bring one leg or both to a pose in place."""
    k = int(rng.integers(len(_LEGS)))
    sides = "LR" if k < _BOTH_LEGS else str(rng.choice(("L", "R")))
    share = _coming_and_going(len(rot), rng)
    for side in sides:
        _pose_limb(rot, ("thigh", "shin", "foot"), side, "hips", _LEGS[k], share, rng)
        if k == 1:  # the back of the foot lies on the floor
            _toward(rot, f"foot.{side}", "hips", rt.from_rotvec([1.3, 0.0, 0.0]), share)


def _pose_limb(rot: NDArray, limb: tuple[str, str, str], side: str, base: str, pose: tuple,
               share: NDArray, rng: np.random.Generator) -> None:  # fmt: skip
    """Turn a limb towards two directions (3,), which differ a little each time, in place."""
    flip = [1.0 if side == "L" else -1.0, 1.0, 1.0]
    turn = rt.IDENTITY
    for part, line in zip(limb, (*pose, None), strict=True):
        role = f"{part}.{side}"
        if line is not None:
            line = rt.normalize(np.asarray(line) * flip + rng.normal(0.0, 0.1, 3))
            now = rt.rotate(turn, REST_DIRECTION[ROLES.index(role)])
            turn = rt.multiply(rt.between(now, line), turn)
        elif part == "foot":
            turn = rt.IDENTITY
        _toward(rot, role, base, turn, share)


def _toward(rot: NDArray, role: str, base: str, turn: NDArray, share: NDArray) -> None:
    """Turn a segment towards a turn (4,) from the T-pose, seen from another segment, in place."""
    k = ROLES.index(role)
    rot[:, k] = rt.slerp(rot[:, k], rt.multiply(rot[:, ROLES.index(base)], turn), share)
    if role[:4] == "foot":
        toe = ROLES.index(role.replace("foot", "toe"))
        rot[:, toe] = rt.slerp(rot[:, toe], rot[:, k], share)


def _coming_and_going(frames: int, rng: np.random.Generator) -> NDArray:
    """Return (F,) how far a pose is taken, 0 to 1: held, come to or left within a clip."""
    if rng.random() < 0.5:
        return np.full(frames, rng.uniform(0.7, 1.0))
    wave = gaussian_filter1d(rng.normal(0.0, 1.0, frames + 80), 12.0)[40:-40]
    wave = wave / max(np.abs(wave).max(), 1e-6)
    return np.clip(0.6 + 0.6 * wave, 0.0, 1.0)


def turn_feet(rot: NDArray, rng: np.random.Generator) -> NDArray:
    """Return turns (T, roles, 4) with a foot, now and then, that points down, up or aside.

    Who dances or kicks points their toes; hardly anybody in the capture does.
    """
    for side in "LR":
        if rng.random() > _POINTED:
            continue
        wave = gaussian_filter1d(rng.normal(0.0, 1.0, (len(rot), 2)), 10.0, axis=0, mode="nearest")
        angle = rng.normal(_POINTED_DEG, (_POINTED_SD, 10.0)) + 60.0 * wave * rng.random(2)
        if rng.random() < _STRETCHED:
            angle[:, 0] += _STRETCHED_DEG * _coming_and_going(len(rot), rng)
        angle = np.radians(np.clip(angle, (-25.0, -30.0), (85.0, 30.0)))
        turn = rt.multiply(
            rt.from_rotvec(angle[:, 1:] * [0.0, 0.0, 1.0]),
            rt.from_rotvec(angle[:, :1] * [1.0, 0.0, 0.0]),
        )
        for role in (ROLES.index(f"foot.{side}"), ROLES.index(f"toe.{side}")):
            rot[:, role] = rt.multiply(rot[:, role], turn)
    return rot
