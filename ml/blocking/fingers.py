"""Put what was seen of the fingers onto a rig's own finger bones or controls.

Fingers are found by their names; how each bends is read from the rest pose: towards the palm, which
is measured like the performer's own, so neither bone roll nor which axis the rigger chose matters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from ..rig import Rig
from . import bonenames
from .bonemap import BoneMap
from .hands import FINGERS, Fingers, palm_axes
from .retarget import Pose

_WORDS = {
    "thumb": 0, "index": 1, "fore": 1, "pointer": 1, "middle": 2, "mid": 2, "ring": 3,
    "pinky": 4, "pinkie": 4, "little": 4,
}  # fmt: skip
_NUMBERED = re.compile(r"finger[ ._-]?(\d)[ ._-]?(\d?)(?!\d)", re.IGNORECASE)
_NEVER = set(
    "master mch org def ik tweak metacarpal meta palm end nub tip twist toe pole target drv "
    "vis helper roll hold root".split()
)
# No finger bends or spreads further than this from the rest pose, radians.
_MOST_BEND, _MOST_BACK, _MOST_SPREAD, _MOST_THUMB = 1.9, -0.5, 0.5, 0.9
# How far the thumb's base follows: three bones of its landmarks are short, and its depth unsure.
_THUMB_SHARE = 0.7


@dataclass
class Hand:
    """A rig's finger bones of one side: for each of `FINGERS` up to three, from the palm out."""

    bones: dict[str, list[str]]

    def names(self) -> list[str]:
        """Return all of them."""
        return [b for chain in self.bones.values() for b in chain]


UNKNOWN = "The rig has no finger bones whose names are known: fingers were not keyed"


def nothing(frames: int, why: str) -> Pose:
    """Return a pose of so many frames that turns no bone, and says why."""
    return Pose([], np.zeros((frames, 0, 4)), {}, [why])


def find(rig: Rig) -> dict[int, Hand]:
    """Return the finger bones of a rig's hands, 0 left and 1 right, by their names.

    A hand is there when the index, middle and little (or ring) finger are.
    """
    best: dict[tuple[int, int, int], tuple[int, int]] = {}
    for i, name in enumerate(rig.names):
        read = _read(name)
        if read is None:
            continue
        # Controls go before the deforming bones under them.
        rank = (-int(rig.kind == "rigify" and not rig.deform[i]), i)
        if read not in best or rank < best[read]:
            best[read] = rank
    hands = {}
    for side in range(2):
        bones: dict[str, list[str]] = {}
        for f, finger in enumerate(FINGERS):
            numbers = sorted(n for s, g, n in best if (s, g) == (side, f))
            chain = [rig.names[best[side, f, n][1]] for n in numbers]
            if len(chain) > 1:
                bones[finger] = chain[-3:] if len(chain) > 3 and f else chain[:3]
        if {"index", "middle"} <= bones.keys() and ({"pinky", "ring"} & bones.keys()):
            hands[side] = Hand(bones)
    return hands


def _read(name: str) -> tuple[int, int, int] | None:
    """Return side, finger and place in the finger of a bone's name, or None.

    >>> _read("mixamorig:LeftHandIndex2"), _read("f_pinky.03.R"), _read("finger1-2.L")
    ((0, 1, 2), (1, 4, 3), (0, 0, 2))
    """
    words = bonenames.tokens(name)
    if _NEVER & set(words):
        return None
    sides = [s for w in words for s in [bonenames.side_of(w)] if s]
    if not sides:
        return None
    side = "LR".index(sides[0])
    finger = next((_WORDS[w] for w in words if w in _WORDS), None)
    numbers = [int(w) for w in words if w.isdigit()]
    if finger is not None:
        return (side, finger, numbers[-1]) if numbers else (side, finger, 1)
    numbered = _NUMBERED.search(re.split(r"[:|]", name)[-1])
    if numbered is None:
        return None
    first, second = numbered.groups()
    # Biped counts fingers from 0 and leaves out the first bone's number; others count from 1.
    if re.search(r"finger\d{1,2}(?!\d)", name, re.IGNORECASE) and "-" not in name:
        return (side, int(first), int(second or 0)) if int(first) < 5 else None
    return (side, int(first) - 1, int(second or 1)) if 1 <= int(first) <= 5 else None


def pose(seen: Fingers, rig: Rig, bones: BoneMap) -> Pose:
    """Return the turns of a rig's finger bones; of hands that were seen well enough.

    Raises nothing: what cannot be keyed is said in the notes.
    """
    frames = len(seen.sure)
    turns: dict[str, NDArray] = {}
    notes = []
    hands = find(rig)
    if not hands:
        return nothing(frames, UNKNOWN)
    for side, hand in hands.items():
        what = ("left", "right")[side]
        if not seen.read(side):
            notes.append(f"The {what} hand is too small in the picture: its fingers were not keyed")
            continue
        axes = _rest_axes(rig, bones, hand, side)
        if axes is None:
            notes.append(f"The {what} hand's fingers have no length: they were not keyed")
            continue
        for finger, chain in hand.bones.items():
            for bone, turn in zip(chain, _turns(seen, rig, axes, finger, chain, side), strict=True):
                turns[bone] = turn
    values = np.stack(list(turns.values()), axis=1) if turns else np.zeros((frames, 0, 4))
    return Pose(list(turns), values, {}, notes)


def _rest_axes(rig: Rig, bones: BoneMap, hand: Hand, side: int) -> NDArray | None:
    """Return the palm's axes (3, 3) at rest, armature space; None where they cannot be told."""
    head = {f: rig.rest[rig.index(chain[0]), :3, 3] for f, chain in hand.bones.items()}
    wrist_bone = bones.roles.get(f"hand.{'LR'[side]}")
    if wrist_bone is None:
        return None
    wrist = rig.rest[rig.index(wrist_bone), :3, 3]
    last = head.get("pinky", head.get("ring"))
    axes = palm_axes(wrist, head["index"], head["middle"], last, side)
    return axes if np.isfinite(axes).all() and abs(np.linalg.det(axes)) > 0.5 else None


def _turns(
    seen: Fingers, rig: Rig, axes: NDArray, finger: str, chain: list[str], side: int
) -> list[NDArray]:
    """Return turns (F, 4) in each bone's own axes, from its rest pose."""
    f = FINGERS.index(finger)
    lines = _directions(rig, chain)
    local = lines @ axes.T
    out = []
    for k, bone in enumerate(chain):
        i = rig.index(bone)
        rest = rt.from_matrix(rig.rest[i, :3, :3])
        hinge = _hinge(axes, lines[k], finger)
        if k == 0 and finger == "thumb":
            turn = _thumb(seen.thumb[:, side], local[0], axes)
        elif k == 0:
            now = np.arctan2(local[0, 2], np.hypot(*local[0, :2]))
            bend = np.clip(seen.bend[:, side, f, 0] - now, _MOST_BACK, _MOST_BEND)
            aside = seen.spread[:, side, f] - np.arctan2(local[0, 1], local[0, 0])
            aside = np.clip(aside, -_MOST_SPREAD, _MOST_SPREAD)
            # A bent finger cannot spread, and how it is spread is not seen.
            aside = aside * np.clip(1.2 - np.abs(seen.bend[:, side, f, 0]), 0.0, 1.0)
            away = _about(axes[2], lines[k], axes[1])
            turn = rt.multiply(_by(away, aside), _by(hinge, bend))
        else:
            now = _bent(lines[k - 1], lines[k], hinge)
            bend = np.clip(seen.bend[:, side, f, k] - now, _MOST_BACK, _MOST_BEND)
            turn = _by(hinge, bend)
        own = rt.multiply(rt.multiply(rt.conjugate(rest), turn), rest)
        out.append(rt.continuous(own))
    return out


def _directions(rig: Rig, chain: list[str]) -> NDArray:
    """Return (K, 3) where a finger's bones point at rest: joint to joint, the last its own way."""
    heads = np.array([rig.rest[rig.index(b), :3, 3] for b in chain])
    last = rig.rest[rig.index(chain[-1]), :3, 1]
    lines = np.diff(heads, axis=0)
    if len(lines) and rt.normalize(lines[-1]) @ last < 0.3:
        last = lines[-1]  # imported bones may point anywhere
    return rt.normalize(np.concatenate([lines, [last]]))


def _hinge(axes: NDArray, line: NDArray, finger: str) -> NDArray:
    """Return the unit axis about which a positive angle bends a bone inwards, armature space."""
    # The thumb bends across the palm, towards the root of the little finger.
    towards = axes[2] if finger != "thumb" else axes[1] + 0.5 * axes[2]
    return rt.normalize(np.cross(line, towards))


def _about(axis: NDArray, line: NDArray, towards: NDArray) -> NDArray:
    """Return `axis`, turned round if need be, so that a positive angle goes `towards`."""
    return axis if np.cross(axis, line) @ towards > 0 else -axis


def _by(axis: NDArray, angle: NDArray) -> NDArray:
    return rt.from_rotvec(np.asarray(angle)[:, None] * axis)


def _bent(a: NDArray, b: NDArray, hinge: NDArray) -> float:
    """Return by how much one bone is bent against the one before, about the hinge."""
    return float(np.arctan2(np.cross(a, b) @ hinge, a @ b))


def _thumb(wanted: NDArray, rest: NDArray, axes: NDArray) -> NDArray:
    """Return the turn (F, 4), armature space, of the thumb's first bone; both in palm axes."""
    turn = rt.to_rotvec(rt.between(np.broadcast_to(rest, wanted.shape), wanted)) * _THUMB_SHARE
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    turn = turn * np.minimum(1.0, _MOST_THUMB / np.maximum(angle, 1e-9))
    # A left hand's palm axes are the mirror of a right hand's: turns go the other way round.
    return rt.from_rotvec(np.linalg.det(axes) * (turn @ axes))
