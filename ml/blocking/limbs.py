"""Limbs that are keyed by inverse kinematics: hand and foot controls, and pole targets.

The rig is posed by rotation first, planted feet and all; the controls are then put where that pose
has the hand or the foot, the pole target where it has the knee or the elbow. A foot that
stands flat is one place for as long as it stands, however few the poses are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .. import rotations as rt
from ..rig import Rig
from .bonemap import BoneMap, roles_of
from .plant import runs

_STRAIGHT = 0.02  # of the upper segment's length: a knee bent less than this shows no side


@dataclass
class Posed:
    """What is known of the bones that move: each a turn from rest and a place, armature space.

    Attributes
    ----------
    turned : dict of bone index to (F, 4)
    heads : dict of bone index to (F, 3)
    """

    turned: dict[int, NDArray]
    heads: dict[int, NDArray]


@dataclass
class LimbKeys:
    """Values of a limb's controls, as `retarget.Pose` has them, and where they stand still.

    Attributes
    ----------
    basis : dict of bone name to (F, 4)
    location : dict of bone name to (F, 3)
    dropped : bones that are not keyed now
    still : dict of bone name to list of [start, stop) frames in which it must not move
    """

    basis: dict[str, NDArray] = field(default_factory=dict)
    location: dict[str, NDArray] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    still: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def limb_keys(
    rig: Rig, bones: BoneMap, limbs: list[str], posed: Posed, contact: NDArray
) -> LimbKeys:
    """Put the IK controls of some limbs where the posed rig has them.

    Parameters
    ----------
    posed : Posed
        The rig as it is posed by rotation, its travel included; the controls are added to it.
    contact : (F, 4) bool, as `body.CONTACTS`
    """
    out = LimbKeys()
    for limb in limbs:
        about = rig.ik[limb]
        upper, lower, last = (rig.index(bones.roles[r]) for r in roles_of(limb))
        end, pole = rig.index(about["end"]), rig.index(about["pole"])
        turn = posed.turned[last]
        reach = rig.rest[end, :3, 3] - rig.rest[last, :3, 3]
        posed.turned[end] = turn
        posed.heads[end] = posed.heads[last] + rt.rotate(turn, reach)
        out.basis[about["end"]], out.location[about["end"]] = _local(rig, end, posed, about)
        posed.turned[pole] = np.broadcast_to(rt.IDENTITY, turn.shape)
        posed.heads[pole] = _pole(rig, (upper, lower, last), pole, posed)
        out.location[about["pole"]] = _local(rig, pole, posed, about)[1]
        out.dropped += [rig.names[i] for i in (upper, lower, last)]
        if limb.startswith("leg"):
            side = 2 * "LR".index(limb[-1])
            flat = runs(contact[:, side] & contact[:, side + 1])
            out.still[about["end"]] = [(a, b) for a, b in flat if b - a > 1]
    return out


def _local(rig: Rig, i: int, posed: Posed, about: dict) -> tuple[NDArray, NDArray]:
    """Return a control's own turn (F, 4) and location (F, 3) that put it where it is posed."""
    turn, head = posed.turned[i], posed.heads[i]
    rest = rt.from_matrix(rig.rest[i, :3, :3])
    parent = int(rig.parents[i])
    above = np.broadcast_to(rt.IDENTITY, turn.shape)
    start = np.broadcast_to(rig.rest[i, :3, 3], head.shape)
    if parent in posed.turned:
        above = posed.turned[parent]
        away = rig.rest[i, :3, 3] - rig.rest[parent, :3, 3]
        start = posed.heads[parent] + rt.rotate(above, away)
    inherited = above if rig.follows[i] else np.broadcast_to(rt.IDENTITY, turn.shape)
    own = rt.multiply(rt.conjugate(inherited), turn)
    basis = rt.multiply(rt.multiply(rt.conjugate(rest), own), rest)
    axes = rest
    if rig.names[i] in about.get("axes", {}):
        other = rig.index(about["axes"][rig.names[i]])
        axes = rt.IDENTITY if other < 0 else rt.from_matrix(rig.rest[other, :3, :3])
    location = rt.rotate(rt.conjugate(rt.multiply(inherited, axes)), head - start)
    return rt.continuous(basis), location


def _pole(rig: Rig, chain: tuple[int, int, int], pole: int, posed: Posed) -> NDArray:
    """Return where (F, 3) the pole target goes: out from the knee, as far as at rest."""
    upper, lower, last = chain
    rest = rig.rest[[upper, lower, last], :3, 3]
    far = np.linalg.norm(rig.rest[pole, :3, 3] - rest[1])
    hip, knee, ankle = (posed.heads[i] for i in chain)
    line = rt.normalize(ankle - hip)
    bend = knee - hip
    bend = bend - line * (bend * line).sum(-1, keepdims=True)
    # Where the limb is straight its own twist says which way it would bend.
    at_rest = rig.rest[pole, :3, 3] - rest[1]
    usual = rt.rotate(posed.turned[upper], at_rest)
    usual = rt.normalize(usual - line * (usual * line).sum(-1, keepdims=True))
    least = _STRAIGHT * np.linalg.norm(rest[1] - rest[0])
    return knee + far * rt.normalize(bend + least * usual)
