"""From detected landmarks to a `Motion`: the plain geometric solver.

Directions come from the fitted joints, twists from the plane in which knees and elbows bend,
and forward kinematics with constant lengths puts the body together again, so that what is
handed on is a body and not a cloud of points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from .. import rotations as rt
from . import balance, fit, ground, plant, trust
from .body import CONTACTS, REST_DIRECTION, ROLES, Motion
from .calm import calm_joints, calm_turns

if TYPE_CHECKING:
    from .lifter import Lifted
    from .tracker import Landmarks

JOINT_NAMES = (
    *ROLES,
    *(f"{part}.{side}" for side in "LR" for part in ("fingers", "heel", "toes")),
    "nose",
)
"""Where each segment begins, then its free ends."""

_LEFT = np.array([1.0, 0.0, 0.0])
_UP = np.array([0.0, 0.0, 1.0])
_FORWARD = np.array([0.0, -1.0, 0.0])
# The detector's heel sits at the back of the shoe, well above its toe point: on a sole that is
# flat on the floor the line between them slopes by this much (medians of 22 to 32 degrees on the
# five rendered clips that the bench uses too, one body in one pair of shoes).
_HEEL_ABOVE_TOES_RAD = np.radians(26.0)
# From a left foot's heel to the tip of its big toe, which lies inside of the way the foot points
# and lower; `ml/train/lifter/bodies.py` knows the same.
_FOOT_LINE = rt.normalize(np.array([-0.11, -1.0, -0.05]))
_SMOOTH_S = 0.03
_TWIST_SMOOTH_S = 0.12
# The tip of the nose lies below the ears when one looks straight ahead.
_NOSE_BELOW_EARS_RAD = np.radians(12.0)
# Largest rotation against the parent segment, radians; beyond it the detector is wrong.
_LIMIT = {"hand": 1.6, "foot": 1.2, "neck": 1.0, "head": 1.2}


def _align(primary: NDArray, secondary: NDArray, rest: tuple[NDArray, NDArray]) -> NDArray:
    """Return the rotations that take the `rest` pair of directions onto the given pair."""
    now = rt.frame_from(primary, secondary)
    return rt.multiply(now, rt.conjugate(rt.frame_from(*rest)))


def _twist_frame(
    direction: NDArray,
    hinge: NDArray,
    weight: NDArray,
    parent: NDArray,
    rest: tuple[NDArray, NDArray],
    prior: float,
    frames_smooth: float,
    limit: float,
) -> NDArray:
    """Rotate a segment onto `direction` with the twist that its bending plane shows.

    Parameters
    ----------
    direction : (F, 3)
        Where the segment points, scene axes.
    hinge : (F, 3)
        Noisy direction of the bending axis; its trust is `weight`, (F,), 0 where the limb is
        straight and shows none.
    parent : (F, 4)
        Rotation of the segment it hangs on; without evidence the twist is the parent's.
    rest : (direction, hinge) in the T-pose.
    prior : float
        Weight of "no twist" beside `weight`.
    frames_smooth : float
        Standard deviation in frames over which twists are averaged.
    limit : float
        Largest twist against the parent, radians.
    """
    carried = rt.multiply(rt.between(rt.rotate(parent, rest[0]), direction), parent)
    reference = rt.rotate(carried, rest[1])
    side = np.cross(direction, reference)
    sine, cosine = (hinge * side).sum(-1), (hinge * reference).sum(-1)
    turn = (weight * (cosine + 1j * sine)).astype(complex)
    # Averaged as complex numbers, so that weak and contradicting evidence cancels out.
    real = gaussian_filter1d(turn.real, frames_smooth, mode="nearest")
    imag = gaussian_filter1d(turn.imag, frames_smooth, mode="nearest")
    angle = np.clip(np.arctan2(imag, real + prior), -limit, limit)
    return rt.multiply(rt.from_rotvec(direction * angle[:, None]), carried)


def _limited(child: NDArray, parent: NDArray, limit: float) -> NDArray:
    """Pull `child` back towards `parent` where it has turned further than `limit` radians."""
    vector = rt.to_rotvec(rt.multiply(rt.conjugate(parent), child))
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    vector = vector * np.minimum(1.0, limit / np.maximum(angle, 1e-9))
    return rt.multiply(parent, rt.from_rotvec(vector))


def _trunk(p: NDArray) -> dict[str, NDArray]:
    """Return rotations of hips, spine, chest, neck and head from joints (F, 33, 3)."""
    hips, shoulders = p[:, [23, 24]].mean(axis=1), p[:, [11, 12]].mean(axis=1)
    up = rt.normalize(shoulders - hips)
    rest = (_UP, _LEFT)
    rot = {
        "hips": _align(up, p[:, fit.HIP_L] - p[:, fit.HIP_R], rest),
        "chest": _align(up, p[:, fit.SHOULDER_L] - p[:, fit.SHOULDER_R], rest),
    }
    rot["spine"] = rt.slerp(rot["hips"], rot["chest"], 0.5)
    ears = p[:, fit.EAR_L] - p[:, fit.EAR_R]
    gaze = p[:, fit.NOSE] - p[:, [fit.EAR_L, fit.EAR_R]].mean(axis=1)
    level = rt.from_rotvec(_LEFT * _NOSE_BELOW_EARS_RAD)
    head = _align(gaze, ears, (rt.rotate(level, _FORWARD), _LEFT))
    rot["head"] = _limited(head, rot["chest"], _LIMIT["head"])
    rot["neck"] = rt.slerp(rot["chest"], rot["head"], 0.4)
    return rot


def _limb(p: NDArray, joints: tuple[int, int, int], parent: NDArray, rest, arm: bool, fps: float):
    """Return rotations of the upper and lower segment of one arm or leg."""
    a, b, c = (p[:, j] for j in joints)
    upper, lower = rt.normalize(b - a), rt.normalize(c - b)
    axis = np.cross(upper, lower)
    bend = np.linalg.norm(axis, axis=-1)
    hinge = axis / np.maximum(bend, 1e-6)[:, None]
    weight = np.clip((bend - 0.1) / 0.4, 0.0, 1.0)
    if not arm:
        # A knee that seems to bend forwards is noise in depth: it says nothing of the twist.
        facing = rt.rotate(parent, rest[1])
        weight = weight * ((hinge * facing).sum(-1) > 0)
    smooth = _TWIST_SMOOTH_S * fps
    limits = (0.15, smooth, 2.1) if arm else (0.4, smooth, 0.8)
    top = _twist_frame(upper, hinge, weight, parent, rest, *limits)
    hinge = rt.rotate(top, rest[1])
    ahead = rt.normalize(np.cross(hinge, upper))
    if not arm:
        # No hyperextension: a lower leg in front of the thigh's line is put on that line.
        front = np.minimum((lower * ahead).sum(-1), 0.0)[:, None]
        lower = rt.normalize(lower - front * ahead)
    bottom = rt.multiply(rt.between(rt.rotate(top, rest[0]), lower), top)
    return top, bottom


def _hand(p: NDArray, side: int, forearm: NDArray, rest: NDArray, fps: float):
    """Return rotations of forearm and hand; half of the hand's twist goes to the forearm."""
    wrist, index, pinky = (p[:, j + side] for j in (fit.WRIST_L, fit.INDEX_L, fit.PINKY_L))
    along = rt.normalize(0.5 * (index + pinky) - wrist)
    swing = rt.multiply(rt.between(rt.rotate(forearm, rest), along), forearm)
    swing = _limited(swing, forearm, _LIMIT["hand"])
    along = rt.rotate(swing, rest)
    across = rt.normalize(index - pinky)
    flat = np.clip(np.linalg.norm(np.cross(across, along), axis=-1), 0.0, 1.0)
    hand = _twist_frame(
        along, across, flat, forearm, (rest, _FORWARD), 0.2, _TWIST_SMOOTH_S * fps, 1.6
    )
    local = rt.multiply(rt.conjugate(forearm), hand)
    twist = 2.0 * np.arctan2((local[:, 1:] * rest).sum(-1), local[:, 0])
    twist = (twist + np.pi) % (2.0 * np.pi) - np.pi
    half = rt.from_rotvec(rest * (0.5 * np.clip(twist, -1.6, 1.6))[:, None])
    return rt.multiply(forearm, half), hand


def segment_rotations(p: NDArray, fps: float) -> NDArray:
    """Return (F, roles, 4) rotations from the T-pose for joints `p` (F, 33, 3), scene axes."""
    rot = _trunk(p)
    for side, name in enumerate("LR"):
        out = _LEFT if name == "L" else -_LEFT
        rot[f"shoulder.{name}"] = rot["chest"]
        arm = tuple(j + side for j in (fit.SHOULDER_L, fit.ELBOW_L, fit.WRIST_L))
        hinge = -_UP if name == "L" else _UP
        upper, lower = _limb(p, arm, rot["chest"], (out, hinge), True, fps)
        rot[f"upper_arm.{name}"] = upper
        rot[f"forearm.{name}"], rot[f"hand.{name}"] = _hand(p, side, lower, out, fps)
        leg = tuple(j + side for j in (fit.HIP_L, fit.KNEE_L, fit.ANKLE_L))
        thigh, shin = _limb(p, leg, rot["hips"], (-_UP, _LEFT), False, fps)
        line = p[:, fit.TOE_L + side] - p[:, fit.HEEL_L + side]
        slope = rt.rotate(rt.from_rotvec(_LEFT * _HEEL_ABOVE_TOES_RAD), _FORWARD)
        foot = _align(line, rt.rotate(shin, _LEFT), (slope, _LEFT))
        foot = _limited(foot, shin, _LIMIT["foot"])
        for part, value in (("thigh", thigh), ("shin", shin), ("foot", foot), ("toe", foot)):
            rot[f"{part}.{name}"] = value
    return rt.normalize(np.stack([rot[r] for r in ROLES], axis=1))


def lifted_rotations(p: NDArray, rot: NDArray) -> NDArray:
    """Return the lifter's rotations (F, roles, 4) with limbs swung onto joints `p` (F, 33, 3).

    The fitted joints say where limbs point, the network how they are twisted, and how the trunk,
    the head, hands and feet are turned. All in scene axes.
    """
    rot = rot.copy()
    for side, name in enumerate("LR"):
        for part, start, end in (
            ("upper_arm", fit.SHOULDER_L, fit.ELBOW_L),
            ("forearm", fit.ELBOW_L, fit.WRIST_L),
            ("thigh", fit.HIP_L, fit.KNEE_L),
            ("shin", fit.KNEE_L, fit.ANKLE_L),
        ):
            role = ROLES.index(f"{part}.{name}")
            line = rt.normalize(p[:, end + side] - p[:, start + side])
            now = rt.rotate(rot[:, role], REST_DIRECTION[role])
            rot[:, role] = rt.multiply(rt.between(now, line), rot[:, role])
        for part in ("foot", "toe"):
            role = ROLES.index(f"{part}.{name}")
            line = rt.normalize(p[:, fit.TOE_L + side] - p[:, fit.HEEL_L + side])
            now = rt.rotate(rot[:, role], _FOOT_LINE * [1 - 2 * side, 1.0, 1.0])
            rot[:, role] = rt.multiply(rt.between(now, line), rot[:, role])
    return rt.normalize(rot)


def body_offsets(p: NDArray, rot: NDArray, weight: NDArray) -> dict[str, tuple[str, NDArray]]:
    """Measure the performer: where each joint sits in the segment that carries it, T-pose axes.

    Parameters
    ----------
    p : (F, 33, 3) metres, scene axes
    rot : (F, roles, 4)
    weight : (F,), frames above half its maximum are used

    Returns
    -------
    joint name to (carrying role, offset (3,) from that role's joint in metres)
        The same left and right.
    """
    use = weight > 0.5 * weight.max()

    def length(a: int, b: int) -> float:
        spans = [np.linalg.norm(p[use, a + s] - p[use, b + s], axis=-1) for s in (0, 1)]
        return float(np.median(np.concatenate(spans)))

    def local(role: str, origin: int, point: int) -> NDArray:
        """Median offset in the role's frame, left mirrored onto right and averaged."""
        values = []
        for side, name in enumerate("LR"):
            q = rot[use, ROLES.index(f"{role}.{name}")]
            v = rt.rotate(rt.conjugate(q), p[use, point + side] - p[use, origin + side])
            values.append(np.median(v, axis=0) * ([1, 1, 1], [-1, 1, 1])[side])
        return np.mean(values, axis=0)

    hip = float(np.median(np.linalg.norm(p[use, 23] - p[use, 24], axis=-1))) / 2
    width = float(np.median(np.linalg.norm(p[use, 11] - p[use, 12], axis=-1))) / 2
    trunk = p[use][:, [11, 12]].mean(axis=1) - p[use][:, [23, 24]].mean(axis=1)
    torso = float(np.median(np.linalg.norm(trunk, axis=-1)))
    shoulders = p[use][:, [11, 12]].mean(axis=1)
    head = rot[use, ROLES.index("head")]
    nose = np.median(rt.rotate(rt.conjugate(head), p[use, fit.NOSE] - shoulders), axis=0)
    offsets = {
        "spine": ("hips", 0.2 * torso * _UP),
        "chest": ("spine", 0.3 * torso * _UP),
        "neck": ("chest", 0.5 * torso * _UP),
        "head": ("neck", 0.2 * torso * _UP),
    }
    offsets["nose"] = ("head", nose * [0.0, 1.0, 1.0] - offsets["head"][1])
    for name in "LR":
        out = _LEFT if name == "L" else -_LEFT
        flip = np.array([1.0 if name == "L" else -1.0, 1.0, 1.0])
        upper, lower = length(11, 13), length(13, 15)
        thigh, shin = length(23, 25), length(25, 27)
        heel, toes = local("foot", 27, 29) * flip, local("foot", 27, 31) * flip
        offsets |= {
            f"shoulder.{name}": ("chest", 0.5 * torso * _UP),
            f"upper_arm.{name}": (f"shoulder.{name}", width * out),
            f"forearm.{name}": (f"upper_arm.{name}", upper * out),
            f"hand.{name}": (f"forearm.{name}", lower * out),
            f"fingers.{name}": (f"hand.{name}", 0.35 * lower * out),
            f"thigh.{name}": ("hips", hip * out),
            f"shin.{name}": (f"thigh.{name}", -thigh * _UP),
            f"foot.{name}": (f"shin.{name}", -shin * _UP),
            f"toe.{name}": (f"foot.{name}", 0.7 * toes + 0.3 * heel),
            f"heel.{name}": (f"foot.{name}", heel),
            f"toes.{name}": (f"foot.{name}", toes),
        }
    return offsets


def forward(rot: NDArray, offsets: dict[str, tuple[str, NDArray]]) -> NDArray:
    """Return (F, len(JOINT_NAMES), 3) joint positions, hips at the origin."""
    places = {"hips": np.zeros((len(rot), 3))}
    for name in JOINT_NAMES[1:]:
        role, offset = offsets[name]
        places[name] = places[role] + rt.rotate(rot[:, ROLES.index(role)], offset)
    return np.stack([places[name] for name in JOINT_NAMES], axis=1)


def _soles(rot: NDArray, shape: NDArray, offsets: dict) -> NDArray:
    """Return (F, 4, 3) points of the soles under heels and toes (`CONTACTS`), hips at 0."""
    points = []
    for name in CONTACTS:
        part, _, side = name.partition(".")
        offset = offsets[f"heel.{side}" if part == "heel" else f"toes.{side}"][1]
        low = min(offsets[f"heel.{side}"][1][2], offsets[f"toes.{side}"][1][2])
        ankle = shape[:, JOINT_NAMES.index(f"foot.{side}")]
        turn = rot[:, ROLES.index(f"foot.{side}")]
        points.append(ankle + rt.rotate(turn, [*offset[:2], low]))
    return np.stack(points, axis=1)


def _plant(
    rot: NDArray, root: NDArray, contact: NDArray, offsets: dict, fps: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Make standing feet stand; returns rotations, root, and joint positions about the hips."""
    rot = plant.settle_feet(rot, contact, fps)
    shape = forward(rot, offsets)
    soles = _soles(rot, shape, offsets)
    root = root + plant.rise(soles[..., 2] + root[:, None, 2], contact, fps)
    hips, ankles = (
        shape[:, [JOINT_NAMES.index(f"{part}.{side}") for side in "LR"]] + root[:, None]
        for part in ("thigh", "foot")
    )
    lengths = tuple(float(np.linalg.norm(offsets[f"{p}.L"][1])) for p in ("shin", "foot"))
    rot = plant.hold_ankles(rot, hips, ankles, lengths, soles + root[:, None], contact, fps)
    return rot, root, forward(rot, offsets)


def _level(
    camera: NDArray, seen: fit.Observation, weight: NDArray, lifted: Lifted | None, fps: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Bring joints (F, 33, 3) from the cameras' axes into the scene's, calm, on a level floor.

    Beside them, the turns from the first camera's axes (4,) and from each frame's (F, 4).
    """
    points = ground.to_scene(camera, seen.turn, seen.place, fps)
    into = rt.multiply(ground.INTO_SCENE, seen.turn)
    up, upright = None, None
    if lifted is not None:
        up = rt.rotate(into, lifted.up)
        upright = balance.upright(points, lifted.contact, weight, fps)
    points, tilt = ground.level(points, weight, up, upright)
    points = calm_joints(points, (fit.HIP_L, fit.HIP_R), fps, weight)
    return points, rt.multiply(tilt, ground.INTO_SCENE), rt.multiply(tilt, into)


def _rotations(
    points: NDArray, into: NDArray, lifted: Lifted | None, fps: float, weight: NDArray
) -> NDArray:
    """Return how segments are turned (F, roles, 4): by geometry, or as the lifter says."""
    if lifted is None:
        return segment_rotations(points, fps)
    turned = calm_turns(rt.multiply(into[:, None], lifted.rot), fps, weight)
    return lifted_rotations(points, turned)


def solve(
    landmarks: Landmarks,
    time: NDArray,
    focal_px: float | None = None,
    lifted: Lifted | None = None,
) -> Motion:
    """Solve what was detected into the canonical body at the wanted times.

    Parameters
    ----------
    landmarks : Landmarks
        At least two frames with a person.
    time : (F,) seconds, even
        Usually the scene's frames; inside the video's range.
    focal_px : float, optional
        Focal length in pixels; by default `Landmarks.focal`.
    lifted : Lifted, optional
        What the lifter makes of the same landmarks at the same times and focal length; without
        it the body is solved by geometry alone.

    Returns
    -------
    Motion
    """
    fps = 1.0 / np.median(np.diff(time)) if len(time) > 1 else 30.0
    focal_px = focal_px or landmarks.focal
    seen = fit.resample(landmarks, time, _SMOOTH_S, focal_px)
    camera, residual = fit.fit_joints(seen, landmarks.size, focal_px, lifted)
    weight = seen.seen * seen.visibility[:, list(fit.CORE)].mean(axis=1)
    points, first, into = _level(camera, seen, weight, lifted, fps)
    rot = _rotations(points, into, lifted, fps, weight)
    offsets = body_offsets(points, rot, weight)
    shape = forward(rot, offsets)
    leg = np.linalg.norm(offsets["shin.L"][1]) + np.linalg.norm(offsets["foot.L"][1])
    sole = -min(offsets["heel.L"][1][2], offsets["toes.L"][1][2], 0.0)
    soles = _soles(rot, shape, offsets)
    path = points[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1)
    image = seen.still[:, [fit.HEEL_L, fit.TOE_L, fit.HEEL_R, fit.TOE_R]]
    leg_px = leg * focal_px / camera[:, [fit.HIP_L, fit.HIP_R], 2].mean(axis=1)
    stands = None if lifted is None else ground.standing(lifted.contact, fps)
    root, contact, shift = ground.place(path, soles, leg, image, leg_px, fps, stands)
    rot, root, shape = _plant(rot, root, contact, offsets, fps)
    return Motion(
        time=np.asarray(time, float),
        rot=np.stack([rt.continuous(rot[:, r]) for r in range(len(ROLES))], axis=1),
        root=root,
        leg_length=float(leg + sole),
        contact=contact,
        confidence=trust.rate(landmarks, seen, residual, leg, leg_px, lifted),
        joints=shape + root[:, None],
        joint_names=JOINT_NAMES,
        offsets=offsets,
        camera_place=shift + rt.rotate(first, seen.place),
        camera_turn=into,
        camera_lens=seen.zoom * focal_px / max(landmarks.size),
    )
