"""Finding a person in a bone tree by shape alone, for rigs whose names say nothing.

A person is mirrored left and right, and has two long pairs of limbs: legs, which point away
from the arms, and arms. Which joint of a limb is the knee or the wrist is judged by the
proportions of people, so that collarbones, twist bones and fingers, or their lack, do not
matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..rig import Rig

_FAR = 0.02
"""Share of the rig's size below which a joint counts as on the middle plane."""
_MIN_LIMB = 0.2
_MAX_JOINTS = 14


def ancestors(rig: Rig, i: int) -> list[int]:
    """Return a bone and all that it follows, nearest first."""
    line = []
    while i >= 0:
        line.append(i)
        i = int(rig.parents[i])
    return line


def joining(rig: Rig, a: int, b: int) -> int:
    """Return the nearest bone that both follow, or -1."""
    others = set(ancestors(rig, b))
    return next((i for i in ancestors(rig, a) if i in others), -1)


@dataclass
class _Limb:
    """The longest line of bones of one side's limb.

    Attributes
    ----------
    bones : list of int
        From the trunk outwards.
    joints : (len(bones) + 1, 3)
        Their heads, and the end of the last.
    """

    bones: list[int]
    joints: NDArray

    @property
    def length(self) -> float:
        return float(np.linalg.norm(np.diff(self.joints, axis=0), axis=-1).sum())


def neck_and_head(rig: Rig, arms: int, up: NDArray) -> tuple[list[int], int]:
    """Return the neck bones and the head (-1 for none) above the bone that joins the arms.

    The head is the last bone of the middle line that begins in the lower part of neck and
    head together: eyes, jaws and end bones begin higher.
    """
    tree = _Tree(rig)
    base = rig.rest[arms, :3, 3]
    tips = [
        (float((tree.end(i, 3.0) - base) @ up), i)
        for i in tree.below(arms)
        if i != arms and abs(_cosine(tree.end(i, 3.0) - base, up)) > 0.7
    ]
    if not tips:
        return [], -1
    line = ancestors(rig, max(tips)[1])
    line = line[: line.index(arms)][::-1]
    height = [float(rig.rest[i, :3, 3] @ up) for i in line]
    top = max(float(tree.end(line[-1], 3.0) @ up), height[-1])
    share = [(h - height[0]) / max(top - height[0], 1e-9) for h in height]
    head = max(k for k in range(len(line)) if k == 0 or share[k] < 0.6)
    return line[:head], line[head]


def _cosine(a: NDArray, b: NDArray) -> float:
    return float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12))


class _Tree:
    """Children and ends of bones."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.heads = rig.rest[:, :3, 3]
        self.children: list[list[int]] = [[] for _ in rig.names]
        for i, p in enumerate(rig.parents):
            if p >= 0:
                self.children[p].append(i)

    def below(self, i: int) -> list[int]:
        """Return a bone and all bones under it."""
        found = [i]
        for j in found:
            found.extend(self.children[j])
        return found

    def end(self, i: int, most: float = 1.0) -> NDArray:
        """Return a bone's end, at most so many times as far as it is from its parent.

        Importers make end bones of any length.
        """
        length = self.rig.length[i]
        parent = self.rig.parents[i]
        if parent >= 0:
            step = float(np.linalg.norm(self.heads[i] - self.heads[parent]))
            length = min(length, most * step) if step > 1e-6 else length
        return self.heads[i] + self.rig.rest[i, :3, 1] * length

    def limb(self, root: int) -> _Limb:
        """Follow the longest line of bones from a limb's first bone."""
        best: tuple[float, int] = (-1.0, root)
        reach = {root: 0.0}
        for i in self.below(root):
            if i != root:
                p = int(self.rig.parents[i])
                reach[i] = reach[p] + float(np.linalg.norm(self.heads[i] - self.heads[p]))
            if not self.children[i]:
                best = max(best, (reach[i], i))
        line = ancestors(self.rig, best[1])
        line = line[: line.index(root) + 1][::-1][:_MAX_JOINTS]
        return _Limb(line, np.array([*self.heads[line], self.end(line[-1])]))


def find_limbs(rig: Rig) -> dict[str, int] | None:
    """Find arms and legs by shape: role to bone index, or None where no person is seen."""
    tree = _Tree(rig)
    size = float(np.ptp(tree.heads, axis=0).max()) if len(rig.names) > 8 else 0.0
    mirror = _mirror_plane(tree.heads, size) if size > 0.0 else None
    if mirror is None:
        return None
    pairs = _limb_pairs(tree, *mirror, size)
    for first, second in combinations(sorted(pairs, key=lambda p: -p[0].length)[:4], 2):
        found = _person(tree, first, second)
        if found is not None:
            return found
    return None


def _mirror_plane(heads: NDArray, size: float) -> tuple[int, float] | None:
    """Return (axis, offset) of the plane that mirrors most joints, or None."""
    best = (0.0, 0, 0.0)
    for axis in range(3):
        values = heads[:, axis]
        for middle in (np.median(values), 0.5 * (values.min() + values.max())):
            away = np.flatnonzero(np.abs(values - middle) > _FAR * size)
            if len(away) < 6:
                continue
            other = heads[away].copy()
            other[:, axis] = 2.0 * middle - other[:, axis]
            gap = np.linalg.norm(other[:, None] - heads[None], axis=-1).min(axis=1)
            paired = float(np.mean(gap < 0.03 * size))
            best = max(best, (paired * len(away) if paired > 0.6 else 0.0, axis, float(middle)))
    return best[1:] if best[0] > 0.0 else None


def _limb_pairs(tree: _Tree, axis: int, middle: float, size: float) -> list[tuple[_Limb, _Limb]]:
    """Return the mirrored pairs of long limbs, the one on the axis' positive side first."""
    side = np.zeros(len(tree.heads), int)
    for i in reversed(range(len(tree.heads))):
        across = tree.heads[tree.below(i), axis] - middle
        if np.abs(across).max() > 2.0 * _FAR * size:
            side[i] = int(across.min() > -_FAR * size) - int(across.max() < _FAR * size)
    parents = tree.rig.parents
    roots = [i for i, s in enumerate(side) if s and (parents[i] < 0 or not side[parents[i]])]
    limbs = [(side[i], tree.limb(i)) for i in roots]
    limbs = [(s, limb) for s, limb in limbs if limb.length > _MIN_LIMB * size]
    pairs = []
    for s, limb in limbs:
        if s < 0:
            continue
        mirrored = limb.joints[[0, -1]].copy()
        mirrored[:, axis] = 2.0 * middle - mirrored[:, axis]
        gaps = [
            (float(np.abs(other.joints[[0, -1]] - mirrored).max()), k)
            for k, (t, other) in enumerate(limbs)
            if t < 0
        ]
        if gaps and min(gaps)[0] < 0.1 * size:
            pairs.append((limb, limbs[min(gaps)[1]][1]))
    return pairs


def _person(tree: _Tree, first: tuple, second: tuple) -> dict[str, int] | None:
    """Name the joints of two pairs of limbs, or None if they are not legs and arms."""

    def middle(pair: tuple, joint: int) -> NDArray:
        return np.mean([limb.joints[joint] for limb in pair], axis=0)

    away = middle(second, 0) - middle(first, 0)
    if np.linalg.norm(away) < 1e-6:
        return None
    down = [
        _cosine(middle(first, -1) - middle(first, 0), away),
        _cosine(middle(second, -1) - middle(second, 0), -away),
    ]
    if min(down) > -0.5:
        return None
    legs, arms = (first, second) if down[0] < down[1] else (second, first)
    up = middle(legs, 0) - middle(legs, -1)
    axis = np.argmax(np.abs(up))
    up = np.eye(3)[axis] * np.sign(up[axis])
    found = {}
    for parts, pair, grade in (
        (("thigh", "shin", "foot"), legs, _leg_grade),
        (("upper_arm", "forearm", "hand"), arms, _arm_grade),
    ):
        joints = _best_joints(pair, grade)
        if joints is None:
            return None
        for side, limb in zip("LR", pair, strict=True):
            for part, k in zip(parts, joints, strict=True):
                if k < len(limb.bones):
                    found[f"{part}.{side}"] = limb.bones[k]
            if parts[0] == "upper_arm" and joints[0] > 0:
                found[f"shoulder.{side}"] = limb.bones[joints[0] - 1]
            elif parts[0] == "thigh":
                toe = _toe(limb, joints[2])
                found |= {f"toe.{side}": toe} if toe >= 0 else {}
    return _sided(found, _faces_left(legs, up))


def _best_joints(pair: tuple, grade) -> tuple[int, int, int] | None:
    """Return the places of the three main joints on a pair of limbs that suit a person best."""
    count = min(len(limb.joints) for limb in pair)
    places = list(combinations(range(count), 3))
    return max(places, key=lambda p: grade(pair, p), default=None)


def _misfit(value: float, expected: float, spread: float) -> float:
    """Return how far a length ratio is from a person's, squared, in spreads of its logarithm."""
    return float((np.log(max(value, 1e-3) / expected) / spread) ** 2)


def _arm_grade(pair: tuple, places: tuple[int, int, int]) -> float:
    """Rate shoulder, elbow and wrist by an arm's proportions."""
    joints = pair[0].joints
    shoulder, elbow, wrist = places
    upper = np.linalg.norm(joints[elbow] - joints[shoulder])
    fore = max(np.linalg.norm(joints[wrist] - joints[elbow]), 1e-9)
    hand = np.linalg.norm(joints[-1] - joints[wrist])
    width = np.linalg.norm(pair[0].joints[shoulder] - pair[1].joints[shoulder])
    cost = _misfit(upper / fore, 1.1, 0.25) + _misfit(width / max(upper, 1e-9), 1.3, 0.4)
    cost += _misfit(hand / fore, 0.65, 0.5) if wrist < len(joints) - 1 else 4.0
    collar = np.linalg.norm(joints[shoulder] - joints[0])
    return -cost - 0.5 * (collar / max(upper, 1e-9)) ** 2


def _leg_grade(pair: tuple, places: tuple[int, int, int]) -> float:
    """Rate hip, knee and ankle by a leg's proportions."""
    joints = pair[0].joints
    hip, knee, ankle = places
    thigh = np.linalg.norm(joints[knee] - joints[hip])
    shin = max(np.linalg.norm(joints[ankle] - joints[knee]), 1e-9)
    foot = np.linalg.norm(joints[-1] - joints[ankle])
    width = np.linalg.norm(pair[0].joints[hip] - pair[1].joints[hip])
    cost = _misfit(thigh / shin, 1.0, 0.25) + _misfit(width / max(thigh, 1e-9), 0.45, 0.6)
    cost += _misfit(foot / shin, 0.45, 0.5) if ankle < len(joints) - 1 else 4.0
    bent = 1.0 - _cosine(joints[knee] - joints[hip], joints[ankle] - joints[knee])
    before = np.linalg.norm(joints[hip] - joints[0])
    return -cost - bent / 0.05 - 2.0 * (before / max(thigh, 1e-9)) ** 2


def _toe(limb: _Limb, ankle: int) -> int:
    """Return the bone that begins at the ball of the foot, or -1."""
    steps = np.linalg.norm(np.diff(limb.joints[ankle:], axis=0), axis=-1)
    share = np.cumsum(steps) / max(steps.sum(), 1e-9)
    for k, s in enumerate(share[:-1], start=ankle + 1):
        if 0.3 < s < 0.95 and k < len(limb.bones):
            return limb.bones[k]
    return -1


def _faces_left(legs: tuple, up: NDArray) -> bool:
    """Tell whether the first leg of a pair is the character's left one, by where the toes are."""
    feet = [limb.joints[-1] - limb.joints[max(len(limb.joints) - 3, 0)] for limb in legs]
    ends = np.mean(feet, axis=0)
    ahead = ends - up * (ends @ up)
    if np.linalg.norm(ahead) < 0.1 * np.linalg.norm(ends):
        # Nothing shows the front: Blender's own convention, or that of Y-up files.
        ahead = np.array([0.0, -1.0, 0.0]) if abs(up[2]) > 0.5 else np.array([0.0, 0.0, 1.0])
    left = np.cross(up, ahead)
    return bool((legs[0].joints.mean(0) - legs[1].joints.mean(0)) @ left > 0.0)


def _sided(found: dict[str, int], first_is_left: bool) -> dict[str, int]:
    if first_is_left:
        return found
    return {f"{r[:-1]}{'R' if r[-1] == 'L' else 'L'}": i for r, i in found.items()}
