"""Put a solved performance onto a rig's own controls, by its rest pose.

Rotations of the body are global and count from a T-pose. Each bone is first turned from its
rest to that T-pose (`alignments`), then with the body; what is left after the parents' turning
is the control's own value. So a role that a rig lacks needs no special case: the bones below it
still reach their global orientation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .. import euler
from .. import rotations as rt
from ..errors import RigError
from ..rig import Rig
from .body import CONTACTS, REST_DIRECTION, ROLES, Motion
from .bonemap import BoneMap, check_limbs
from .bonetree import ancestors
from .limbs import Posed, limb_keys
from .plant import hold_ankles
from .touch import find_touches, hold_hands

_SNAP = np.cos(np.radians(20.0))
_CONTACT_SMOOTHING_S = 0.06
_HEEL_BEHIND = 0.05
_FOOT_AHEAD = 0.17


@dataclass
class Pose:
    """Values of a rig's controls over time.

    Attributes
    ----------
    bone_names : list of str
        The B bones that turn, parents before children.
    basis : (F, B, 4) quaternions wxyz
        Turn of each bone from its rest pose in its own axes (Blender's `matrix_basis`),
        continuous in time.
    location : dict of bone name to (F, 3)
        Pose-bone location in the bone's own axes, armature units.
    still : dict of bone name to list of [start, stop) frames
        Where an IK control stands and must not move.
    notes : list of str
        Sentences for the person about what the rig could not take.
    """

    bone_names: list[str]
    basis: NDArray
    location: dict[str, NDArray]
    notes: list[str] = field(default_factory=list)
    still: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


@dataclass
class Frame:
    """How the rig stands in its own space.

    Attributes
    ----------
    turn : (4,) quaternion
        Takes scene axes (+X left, -Y forward, +Z up) to armature space.
    up : (3,) unit vector, armature space
    floor : float
        Height of the floor along `up`, armature units.
    leg : float
        Hip joint to sole with a straight leg, armature units.
    centre : (3,)
        Rest position midway between the hip joints, armature space.
    """

    turn: NDArray
    up: NDArray
    floor: float
    leg: float
    centre: NDArray


def body_frame(rig: Rig, bones: BoneMap) -> Frame:
    """Measure which way a rig stands and faces, its floor and its legs, from its rest pose.

    Left and up are taken from the rig's joints and not from an axis convention, so Y-up
    imports and characters that face another way need no preparation. Directions within 20
    degrees of an axis are taken as that axis: rest poses lean and stand a little unevenly.
    """
    heads = {role: rig.rest[rig.index(b), :3, 3] for role, b in bones.roles.items()}
    hips = np.mean([heads["thigh.L"], heads["thigh.R"]], axis=0)
    across = heads["thigh.L"] - heads["thigh.R"]
    if "upper_arm.L" in heads and "upper_arm.R" in heads:
        top = np.mean([heads["upper_arm.L"], heads["upper_arm.R"]], axis=0)
        across = across + heads["upper_arm.L"] - heads["upper_arm.R"]
    else:
        top = heads[next(r for r in ("head", "neck", "chest", "spine", "hips") if r in heads)]
    knees = np.mean([heads["shin.L"], heads["shin.R"]], axis=0)
    up = _snap(rt.normalize(top - hips) + rt.normalize(hips - knees))
    left = _snap(across - up * (across @ up))
    left = rt.normalize(left - up * (left @ up))
    turn = rt.from_matrix(np.stack([left, np.cross(up, left), up], axis=-1))
    leg = np.mean([_leg_to_ankle(heads, side) for side in "LR"])
    if not leg > 0.0:
        raise RigError(
            "The rig's legs have no length, so the motion cannot be sized. "
            "Check the bones mapped to thigh, shin and foot."
        )
    floor = _floor(rig, bones, heads, up, leg)
    ankles = np.mean([heads[r] @ up for r in ("foot.L", "foot.R") if r in heads] or [floor])
    return Frame(turn, up, floor, leg + max(ankles - floor, 0.0), hips)


def _snap(v: NDArray) -> NDArray:
    """Return the armature axis that a direction nearly follows, or the direction itself."""
    v = rt.normalize(v)
    axis = np.argmax(np.abs(v))
    return np.eye(3)[axis] * np.sign(v[axis]) if abs(v[axis]) > _SNAP else v


def _leg_to_ankle(heads: dict[str, NDArray], side: str) -> float:
    thigh, shin = heads[f"thigh.{side}"], heads[f"shin.{side}"]
    upper = np.linalg.norm(shin - thigh)
    foot = heads.get(f"foot.{side}")
    return upper + (upper if foot is None else np.linalg.norm(foot - shin))


def _floor(rig: Rig, bones: BoneMap, heads: dict, up: NDArray, leg: float) -> float:
    """Return the height that the rig stands on: zero where that is plausible."""
    ankles = [heads[r] @ up for r in ("foot.L", "foot.R") if r in heads]
    if not ankles:
        knee = np.mean([heads[r] @ up for r in ("shin.L", "shin.R")])
        return float(knee - 0.5 * leg)
    balls = [heads[r] @ up for r in ("toe.L", "toe.R") if r in heads]
    low = min(ankles + balls)
    if -0.02 * leg <= low and np.mean(ankles) <= 0.25 * leg:
        return 0.0
    tips = [_tail(rig, bones.roles[r]) @ up for r in ("toe.L", "toe.R") if r in heads]
    tips = [t for t in tips if abs(t - low) < 0.1 * leg]
    return float(min([low, np.mean(ankles) - 0.08 * leg, *tips]))


def _tail(rig: Rig, bone: str) -> NDArray:
    i = rig.index(bone)
    return rig.rest[i, :3, 3] + rig.rest[i, :3, 1] * rig.length[i]


def segment_direction(rig: Rig, bones: BoneMap, role: str) -> NDArray:
    """Return the (3,) rest direction of a limb's segment, joint to joint, armature space.

    Bones of imported rigs often point anywhere, so a bone's own axis is believed only at the
    end of a limb and only where it continues the segment before.
    """
    part, _, side = role.partition(".")
    following = {
        "shoulder": "upper_arm",
        "upper_arm": "forearm",
        "forearm": "hand",
        "thigh": "shin",
        "shin": "foot",
        "foot": "toe",
    }
    before = {"hand": "forearm", "forearm": "upper_arm", "toe": "foot", "shin": "thigh"}
    i = rig.index(bones.roles[role])
    head = rig.rest[i, :3, 3]
    target = bones.roles.get(f"{following.get(part)}.{side}")
    if target is not None:
        ahead = rig.rest[rig.index(target), :3, 3] - head
        if np.linalg.norm(ahead) > 1e-6:
            return rt.normalize(ahead)
    own = rig.rest[i, :3, 1]
    previous = f"{before.get(part)}.{side}"
    if previous not in bones.roles:
        return own
    start = rig.rest[rig.index(bones.roles[previous]), :3, 3]
    line = rt.normalize(head - start)
    children = np.flatnonzero(rig.parents == i)
    reach = rig.rest[children, :3, 3] - head
    reach = reach[np.linalg.norm(reach, axis=-1) > 0.1 * np.linalg.norm(head - start)]
    for direction in (own, rt.normalize(np.mean(reach, axis=0)) if len(reach) else own):
        if direction @ line > 0.6:
            return direction
    return line


def alignments(rig: Rig, bones: BoneMap, frame: Frame) -> dict[str, NDArray]:
    """Return for each mapped role the turn (4,) from rest pose to T-pose, armature space.

    Arms and legs are straightened joint by joint, from the body outwards, so that an A-pose
    or bent elbows in the rest pose bring the palm and the knee along as a person's would.
    Feet are level in any sensible rest pose whichever way the bone runs, so they only turn
    about the vertical. The trunk, neck, head and collarbones rest as the body does.
    """
    aligned = {role: rt.IDENTITY for role in bones.roles}
    for side in "LR":
        for limb in (("upper_arm", "forearm", "hand"), ("thigh", "shin")):
            turn = rt.IDENTITY
            for part in limb:
                role = f"{part}.{side}"
                if role not in bones.roles:
                    continue
                now = rt.rotate(turn, segment_direction(rig, bones, role))
                goal = rt.rotate(frame.turn, REST_DIRECTION[ROLES.index(role)])
                turn = rt.multiply(rt.between(now, goal), turn)
                aligned[role] = turn
        foot = f"foot.{side}"
        if foot in bones.roles:
            along = segment_direction(rig, bones, foot)
            level = along - frame.up * (along @ frame.up)
            forward = rt.rotate(frame.turn, [0.0, -1.0, 0.0])
            # A bone that runs straight down, or backwards, does not say where the toes are.
            if level @ forward > 0.3:
                aligned[foot] = rt.between(level, forward)
            if f"toe.{side}" in bones.roles:
                aligned[f"toe.{side}"] = aligned[foot]
    return aligned


def _targets(motion: Motion, rig: Rig, bones: BoneMap, frame: Frame) -> dict[int, NDArray]:
    """Return for each driven bone its turn from rest (F, 4), armature space."""
    into, back = frame.turn, rt.conjugate(frame.turn)
    body = {r: rt.multiply(rt.multiply(into, motion.rot[:, i]), back) for i, r in enumerate(ROLES)}
    aligned = alignments(rig, bones, frame)
    targets = {
        rig.index(b): rt.multiply(body[role], aligned[role]) for role, b in bones.roles.items()
    }
    spine, neck = bones.chain("spine"), bones.chain("neck")
    for k, name in enumerate(spine, start=1):
        stops = [body[r] for r in ("hips", "spine", "chest")]
        targets[rig.index(name)] = _along(stops, k / len(spine))
    for k, name in enumerate(neck, start=1):
        stops = [body[r] for r in ("chest", "neck", "head")]
        targets[rig.index(name)] = _along(stops, k / (len(neck) + 1))
    return targets


def _along(stops: list[NDArray], share: float) -> NDArray:
    """Return the orientation a `share` (0 to 1) of the way along evenly spaced ones."""
    place = share * (len(stops) - 1)
    k = min(int(place), len(stops) - 2)
    return rt.slerp(stops[k], stops[k + 1], np.asarray(place - k))


@dataclass
class _Chain:
    """A rig posed: turns from rest and joint positions of the bones that matter."""

    basis: dict[int, NDArray]
    turned: dict[int, NDArray]
    inherited: dict[int, NDArray]
    heads: dict[int, NDArray]


def _pose(rig: Rig, targets: dict[int, NDArray], frames: int) -> _Chain:
    """Turn the driven bones to their targets, parents first, and place the joints.

    A bone that is not driven rests on its parent. Locked axes stay put, and the bones below
    make up for what the locked one could not do.
    """
    needed: set[int] = set()
    for i in targets:
        needed.update(ancestors(rig, i))
    still = np.broadcast_to(rt.IDENTITY, (frames, 4))
    chain = _Chain({}, {}, {}, {})
    for i in sorted(needed):
        parent = int(rig.parents[i])
        rest = rt.from_matrix(rig.rest[i, :3, :3])
        head = rig.rest[i, :3, 3]
        above = chain.turned[parent] if parent >= 0 else still
        inherited = above if rig.follows[i] else still
        turned = inherited
        if i in targets:
            local = rt.multiply(rt.conjugate(inherited), targets[i])
            basis = rt.multiply(rt.multiply(rt.conjugate(rest), local), rest)
            basis = rt.continuous(_unlocked(basis, rig.rotation_locked[i], rig.rotation_mode[i]))
            chain.basis[i] = basis
            own = rt.multiply(rt.multiply(rest, basis), rt.conjugate(rest))
            turned = rt.multiply(inherited, own)
        chain.turned[i], chain.inherited[i] = turned, inherited
        if parent >= 0:
            head = chain.heads[parent] + rt.rotate(above, head - rig.rest[parent, :3, 3])
        chain.heads[i] = np.broadcast_to(head, (frames, 3))
    return chain


def _unlocked(basis: NDArray, locked: NDArray, mode: str) -> NDArray:
    """Return the rotations nearest to (F, 4) `basis` that leave the locked axes alone."""
    free = np.flatnonzero(~np.asarray(locked, bool))
    if len(free) == 3:
        return basis
    if len(free) == 1:
        hinge = np.zeros_like(basis)
        hinge[:, 0], hinge[:, 1 + free[0]] = basis[:, 0], basis[:, 1 + free[0]]
        undefined = np.linalg.norm(hinge, axis=-1) < 1e-9
        hinge[undefined] = rt.IDENTITY
        return rt.normalize(hinge)
    order = mode if mode in euler.ORDERS else "XYZ"
    angles = euler.from_quaternion(basis, order)
    angles[:, np.asarray(locked, bool)] = 0.0
    return euler.to_quaternion(angles, order)


def retarget(
    motion: Motion,
    rig: Rig,
    bones: BoneMap,
    *,
    root_motion: bool = True,
    ik: Sequence[str] = (),
    touch: bool = False,
) -> Pose:
    """Drive a rig with a performance.

    Parameters
    ----------
    motion : Motion
    rig : Rig
    bones : BoneMap
        Must hold the hips and both legs; other roles may be missing.
    root_motion : bool
        False keeps the character on its spot; it still rises and sinks.
    ik : limbs of `limbs.LIMBS` that are keyed on their IK controls
    touch : bool
        Whether hands that touch the performer's body touch the rig's as well.

    Returns
    -------
    Pose
    """
    bones.check(rig)
    check_limbs(rig, bones, list(ik))
    frame = body_frame(rig, bones)
    chain = _pose(rig, _targets(motion, rig, bones, frame), len(motion.time))
    notes: list[str] = []
    location: dict[str, NDArray] = {}
    shift = np.zeros((len(motion.time), 3))
    mover = _mover(rig, bones)
    if mover < 0:
        notes.append(
            "No control above the hips may be moved, so the character stays on its spot: "
            "unlock the location of the hips or the root control."
        )
    else:
        wanted = _root_path(motion, frame, root_motion)
        hips = np.mean([chain.heads[rig.index(bones.roles[f"thigh.{s}"])] for s in "LR"], axis=0)
        shift = wanted - hips
        soles = _soles(rig, bones, frame, chain, shift)
        shift += frame.up * _keep_floor(motion, frame, soles)[:, None]
        planted = _plant(motion, rig, bones, frame, chain, shift)
        chain = _pose(rig, _targets(planted, rig, bones, frame), len(motion.time))
        rest = rt.from_matrix(rig.rest[mover, :3, :3])
        local = rt.rotate(rt.conjugate(rt.multiply(chain.inherited[mover], rest)), shift)
        location[rig.names[mover]] = local
        motion = planted
    if touch:
        held = _touch(motion, rig, bones, frame, chain, shift)
        chain = _pose(rig, _targets(held, rig, bones, frame), len(motion.time))
    turns = {rig.names[i]: chain.basis[i] for i in sorted(chain.basis)}
    still: dict[str, list[tuple[int, int]]] = {}
    if ik:
        where = _carried(rig, chain, mover, shift)
        keyed = limb_keys(rig, bones, list(ik), Posed(dict(chain.turned), where), motion.contact)
        turns = {k: v for k, v in turns.items() if k not in keyed.dropped} | keyed.basis
        location |= keyed.location
        still = keyed.still
    return Pose(list(turns), np.stack(list(turns.values()), axis=1), location, notes, still)


def _carried(rig: Rig, chain: _Chain, mover: int, shift: NDArray) -> dict[int, NDArray]:
    """Return where joints (F, 3) come to be, those that hang on the mover shifted with it."""
    hangs = {i: mover >= 0 and mover in ancestors(rig, i) for i in chain.heads}
    return {i: head + shift if hangs[i] else head for i, head in chain.heads.items()}


def _mover(rig: Rig, bones: BoneMap) -> int:
    """Return the nearest bone from the hips up that carries the whole body freely, or -1."""
    carried = ("thigh.L", "thigh.R", "spine", "chest", "head")
    lines = [ancestors(rig, rig.index(bones.roles[r])) for r in carried if r in bones.roles]
    for i in ancestors(rig, rig.index(bones.roles["hips"])):
        moves = rig.can_move[i] and not rig.location_locked[i].any()
        if moves and all(i in line for line in lines):
            return i
    return -1


def _root_path(motion: Motion, frame: Frame, root_motion: bool) -> NDArray:
    """Return where the middle of the hips should be (F, 3), armature space."""
    path = motion.root * (frame.leg / motion.leg_length)
    if not root_motion:
        path = path * [0.0, 0.0, 1.0]
    level = frame.centre - frame.up * (frame.centre @ frame.up)
    return level + frame.up * frame.floor + rt.rotate(frame.turn, path)


def _soles(rig: Rig, bones: BoneMap, frame: Frame, chain: _Chain, shift: NDArray) -> NDArray:
    """Return (F, 4, 3) points under heels and toes (`CONTACTS`), armature space.

    NaN where the rig has no foot.
    """
    points = np.full((len(shift), len(CONTACTS), 3), np.nan)
    forward = rt.rotate(frame.turn, [0.0, -1.0, 0.0])
    for k, contact in enumerate(CONTACTS):
        part, _, side = contact.partition(".")
        if f"foot.{side}" not in bones.roles:
            continue
        i = rig.index(bones.roles[f"foot.{side}"])
        ankle = rig.rest[i, :3, 3]
        toe = bones.roles.get(f"toe.{side}")
        if part == "heel":
            point = ankle - forward * _HEEL_BEHIND * frame.leg
        elif toe is not None:
            point = rig.rest[rig.index(toe), :3, 3]
        else:
            point = ankle + forward * _FOOT_AHEAD * frame.leg
        sole = point - frame.up * (point @ frame.up - frame.floor)
        points[:, k] = chain.heads[i] + rt.rotate(chain.turned[i], sole - ankle) + shift
    return points


def _keep_floor(motion: Motion, frame: Frame, soles: NDArray) -> NDArray:
    """Return how far (F,) to lift the body so that the lowest standing foot is on the floor.

    Legs of other proportions reach less or more far in the same pose. Between two stances, as
    in a jump, the lift passes evenly from one to the next; it is smoothed over time, so that a
    foot that lands does not jerk the body.
    """
    heights = soles @ frame.up - frame.floor
    standing = motion.contact & np.isfinite(heights)
    some = standing.any(axis=1)
    if not some.any():
        return np.zeros(len(motion.time))
    lowest = np.where(standing, heights, np.inf).min(axis=1)
    lift = np.interp(motion.time, motion.time[some], -lowest[some])
    return _smooth(motion.time, lift, _CONTACT_SMOOTHING_S)


def _plant(
    motion: Motion, rig: Rig, bones: BoneMap, frame: Frame, chain: _Chain, shift: NDArray
) -> Motion:
    """Bend the legs so that feet stand on this rig's proportions too; returns a new motion."""
    joints = [[f"{part}.{side}" for side in "LR"] for part in ("thigh", "shin", "foot")]
    if len(motion.time) < 2 or any(role not in bones.roles for row in joints for role in row):
        return motion
    where = [[rig.index(bones.roles[role]) for role in row] for row in joints]
    rest = rig.rest[np.array(where), :3, 3]
    lengths = np.linalg.norm(np.diff(rest, axis=0), axis=-1).mean(axis=1)
    back = rt.conjugate(frame.turn)
    hips, _, ankles = (
        np.stack([rt.rotate(back, chain.heads[i] + shift) for i in row], axis=1) for row in where
    )
    soles = rt.rotate(back, _soles(rig, bones, frame, chain, shift))
    fps = 1.0 / float(np.median(np.diff(motion.time)))
    rot = hold_ankles(
        motion.rot, hips, ankles, tuple(lengths), soles, motion.contact, fps, frame.floor
    )
    return replace(motion, rot=rot)


def _touch(
    motion: Motion, rig: Rig, bones: BoneMap, frame: Frame, chain: _Chain, shift: NDArray
) -> Motion:
    """Bend the arms so that hands touch this rig's body where they touched the performer's."""
    if len(motion.time) < 2:
        return motion
    fps = 1.0 / float(np.median(np.diff(motion.time)))
    back = rt.conjugate(frame.turn)
    heads = {
        role: rt.rotate(back, chain.heads[rig.index(bone)] + shift)
        for role, bone in bones.roles.items()
    }
    size = frame.leg / motion.leg_length
    return replace(motion, rot=hold_hands(motion, heads, size, find_touches(motion, fps), fps))


def _smooth(time: NDArray, values: NDArray, width_s: float) -> NDArray:
    """Average (F,) values with Gaussian weights in time, for uneven times too."""
    total, weight = values.copy(), np.ones_like(values)
    for k in range(1, len(time)):
        gap = time[k:] - time[:-k]
        if gap.min() > 3.0 * width_s:
            break
        w = np.exp(-0.5 * (gap / width_s) ** 2)
        total[k:] += w * values[:-k]
        total[:-k] += w * values[k:]
        weight[k:] += w
        weight[:-k] += w
    return total / weight
