"""Hands that touch the body keep touching it on a rig of other proportions.

A wrist is brought to the same place beside the part of the body that it touches: along it by
share, away from it by the ratio of the sizes. Between touches the arms are left as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from .body import REST_DIRECTION, ROLES, Motion
from .plant import bend_limb, release, runs

# Parts of a body that hands rest on: the joints that its middle line runs through, how far it
# goes beyond the first in steps from one to the other, and how thick it is, in leg lengths.
_PARTS = {
    "belly": ("hips", "chest", 1.0, 0.16),
    "chest": ("chest", "neck", 1.0, 0.16),
    "head": ("neck", "head", 3.0, 0.13),
    **{f"{name}.{side}": (f"{name}.{side}", f"{following}.{side}", 1.0, thick)
       for side in "LR"
       for name, following, thick in (("thigh", "shin", 0.10), ("shin", "foot", 0.07),
                                      ("upper_arm", "forearm", 0.07), ("forearm", "hand", 0.06))},
}  # fmt: skip
_NEAR, _OFF = 0.05, 0.10  # leg lengths over the skin at which a touch begins and ends
_CALM = 0.6  # leg lengths a second that a touching hand moves along the body
_SHORTEST_S, _RELEASE_S = 0.12, 0.3
_PALM = 0.5  # of the way from the wrist to the fingers
_CLASPED = 0.14  # leg lengths between palms that hold each other


@dataclass
class Touch:
    """A stretch of frames [start, stop) in which the hand of a side touches a part of the body.

    `part` is a key of `_PARTS`, or "hands" where both hands hold each other.
    """

    side: str
    part: str
    start: int
    stop: int


def find_touches(motion: Motion, fps: float) -> list[Touch]:
    """Find where a performer's hands touch the performer's own body; none without joints."""
    if not motion.joints.size or len(motion.time) < 2:
        return []
    joints = dict(zip(motion.joint_names, np.swapaxes(motion.joints, 0, 1), strict=True))
    leg, found = motion.leg_length, []
    palms = {s: _palm(joints, s) for s in "LR"}
    apart = np.linalg.norm(palms["L"] - palms["R"], axis=-1)
    clasped = np.zeros(len(apart), bool)
    between = _speed(palms["L"] - palms["R"], fps)
    for start, stop in _stretches(apart, _CLASPED * leg, between, leg, fps):
        found += [Touch(side, "hands", start, stop) for side in "LR"]
        clasped[start:stop] = True
    for side in "LR":
        over = {}
        for part, (first, last, far, thick) in _PARTS.items():
            if part.endswith(side) and "arm" in part:
                continue  # a hand cannot rest on its own arm
            line, share = _beside(palms[side], joints[first], joints[last], far)
            away = np.linalg.norm(palms[side] - line, axis=-1)
            still = _speed(palms[side] - line, fps)
            clear = np.where((share > -0.1) & (share < far + 0.1) & ~clasped, away, np.inf)
            for start, stop in _stretches(clear - thick * leg, _NEAR * leg, still, leg, fps):
                over[start, stop, part] = float(clear[start:stop].mean()) - thick * leg
        taken = np.zeros(len(motion.time), bool)
        for start, stop, part in sorted(over, key=over.get):
            if not taken[start:stop].any():
                found.append(Touch(side, part, start, stop))
                taken[start:stop] = True
    return found


def _palm(joints: dict[str, NDArray], side: str) -> NDArray:
    wrist, tips = joints[f"hand.{side}"], joints[f"fingers.{side}"]
    return wrist + _PALM * (tips - wrist)


def _beside(point: NDArray, first: NDArray, last: NDArray, far: float) -> tuple[NDArray, NDArray]:
    """Return the nearest place (F, 3) on a part's middle line, and how far along that is (F,)."""
    line = last - first
    share = ((point - first) * line).sum(-1) / np.maximum((line * line).sum(-1), 1e-9)
    return first + np.clip(share, 0.0, far)[:, None] * line, share


def _speed(offset: NDArray, fps: float) -> NDArray:
    return np.linalg.norm(np.gradient(offset, axis=0), axis=-1) * fps


def _stretches(
    over: NDArray, near: float, speed: NDArray, leg: float, fps: float
) -> list[tuple[int, int]]:
    """Return the stretches in which something is near and calm, with hysteresis."""
    more = (_OFF - _NEAR) * leg
    maybe = (over < near + more) & (speed < 2.0 * _CALM * leg)
    sure = (over < near) & (speed < _CALM * leg)
    return [
        (start, stop)
        for start, stop in runs(maybe)
        if stop - start >= _SHORTEST_S * fps and sure[start:stop].mean() > 0.5
    ]


def hold_hands(
    motion: Motion, heads: dict[str, NDArray], size: float, touches: list[Touch], fps: float
) -> NDArray:
    """Bend the arms so that hands touch what they touched.

    Parameters
    ----------
    motion : Motion
    heads : dict of role to (F, 3)
        Joints of the posed rig, scene axes, the rig's own unit.
    size : units of the rig for one metre of the performer
    touches : from `find_touches`
    fps : float

    Returns
    -------
    (F, roles, 4), a changed copy of the motion's turns; hands keep their orientation
    """
    rot = motion.rot.copy()
    joints = dict(zip(motion.joint_names, np.swapaxes(motion.joints, 0, 1), strict=True))
    for side in "LR":
        arm = [f"{part}.{side}" for part in ("upper_arm", "forearm", "hand")]
        if any(role not in heads for role in arm):
            continue
        shift, held = np.zeros_like(motion.root), np.zeros(len(rot), bool)
        for touch in (t for t in touches if t.side == side):
            goal = _goal(touch, joints, heads, size)
            if goal is not None:
                rows = slice(touch.start, touch.stop)
                shift[rows] = (goal - heads[arm[2]])[rows]
                held[rows] = True
        if not held.any():
            continue
        shift = release(shift, held, fps, _RELEASE_S)
        some = np.linalg.norm(shift, axis=-1) > 1e-9
        upper, lower = (ROLES.index(role) for role in arm[:2])
        lengths = [float(np.median(np.linalg.norm(heads[b] - heads[a], axis=-1)))
                   for a, b in zip(arm[:2], arm[1:], strict=True)]  # fmt: skip
        shoulder, wrist = heads[arm[0]][some], heads[arm[2]][some]
        rot[some, upper], rot[some, lower] = bend_limb(
            rot[some, upper], rot[some, lower], shoulder, wrist, wrist + shift[some],
            tuple(lengths), rest=REST_DIRECTION[upper], ahead=np.array([0.0, 1.0, 0.0]),
        )  # fmt: skip
    return rt.normalize(rot)


def _goal(
    touch: Touch, joints: dict[str, NDArray], heads: dict[str, NDArray], size: float
) -> NDArray | None:
    """Return where (F, 3) the rig's wrist should be, or None where the rig lacks that part."""
    wrist = joints[f"hand.{touch.side}"]
    if touch.part == "hands":
        if any(f"hand.{s}" not in heads for s in "LR"):
            return None
        middle = 0.5 * (joints["hand.L"] + joints["hand.R"])
        return 0.5 * (heads["hand.L"] + heads["hand.R"]) + size * (wrist - middle)
    first, last, far, _ = _PARTS[touch.part]
    if first not in heads or last not in heads:
        return None
    line, share = _beside(_palm(joints, touch.side), joints[first], joints[last], far)
    share = np.clip(share, 0.0, far)[:, None]
    there = heads[first] + share * (heads[last] - heads[first])
    return there + size * (wrist - line)
