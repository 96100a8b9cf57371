"""A walk whose every step is known, to be put on rigs, and how to see whether it arrived."""

from __future__ import annotations

import numpy as np
from understudy.addon import fcurves, rigs
from understudy.ml import rotations as rt
from understudy.ml import take
from understudy.ml.blocking import keyposes, pipeline
from understudy.ml.blocking.body import REST_DIRECTION, ROLES, Motion
from understudy.ml.blocking.bonemap import BoneMap
from understudy.ml.blocking.channels import to_channels
from understudy.ml.blocking.plant import runs
from understudy.ml.blocking.retarget import retarget

FPS, FRAMES = 24, 48
THIGH, SHIN, ANKLE, LEG = 0.42, 0.40, 0.08, 0.90
STRIDE, STANDS, HIPS = 0.8, 0.6, 0.84  # metres a second, share of a stride, metres
DOWN = np.array([0.0, 0.0, -1.0])


def walk() -> Motion:
    """Return two seconds of a walk towards -Y: arms swing, the chest turns, a look aside."""
    t = np.arange(FRAMES) / FPS
    rot = {role: np.tile(rt.IDENTITY, (FRAMES, 1)) for role in ROLES}

    def turn(axis: tuple, angle) -> np.ndarray:
        return rt.from_rotvec(np.outer(np.broadcast_to(angle, FRAMES), axis))

    sway = np.sin(2 * np.pi * t)
    for role, share in (("hips", -0.08), ("spine", 0.0), ("chest", 0.15)):
        rot[role] = turn((0, 0, 1), share * sway)
    rot["neck"] = rot["chest"]
    rot["head"] = turn((0, 0, 1), 0.5 * np.sin(np.pi * t))
    contact = np.zeros((FRAMES, 4), bool)
    for k, (side, sign) in enumerate((("L", 1.0), ("R", -1.0))):
        rot[f"shoulder.{side}"] = rot["chest"]
        swing = turn((1, 0, 0), sign * 0.5 * sway)
        rot[f"upper_arm.{side}"] = rt.multiply(swing, turn((0, sign, 0), 1.2))
        bent = turn((1, 0, 0), sign * 0.5 * sway - 0.6)
        rot[f"forearm.{side}"] = rot[f"hand.{side}"] = rt.multiply(bent, turn((0, sign, 0), 1.2))
        way = t + 0.5 * k
        lift = np.clip((way % 1.0 - STANDS) / (1.0 - STANDS), 0.0, 1.0)
        ahead = (np.floor(way) - 0.5 * k + lift * lift * (3 - 2 * lift)) * STRIDE
        ahead += 0.5 * STANDS * STRIDE
        up = ANKLE + 0.1 * np.sin(np.pi * lift)
        contact[:, 2 * k : 2 * k + 2] = (lift == 0.0)[:, None]
        reach = np.stack([0 * t, STRIDE * t - ahead, up - HIPS], axis=1)
        far = np.linalg.norm(reach, axis=1)
        open_hip = np.arccos((THIGH**2 + far**2 - SHIN**2) / (2 * THIGH * far))
        aim = rt.normalize(reach)
        upper = rt.rotate(turn((1, 0, 0), -open_hip), aim)
        rot[f"thigh.{side}"] = rt.between(np.broadcast_to(DOWN, upper.shape), upper)
        lower = reach - THIGH * upper
        rot[f"shin.{side}"] = rt.between(np.broadcast_to(DOWN, upper.shape), lower)
    root = np.stack([0 * t, -STRIDE * t, np.full(FRAMES, HIPS)], axis=1)
    return Motion(t, np.stack([rot[r] for r in ROLES], axis=1), root, LEG, contact,
                  np.ones(FRAMES), np.zeros((FRAMES, 0, 3)), ())  # fmt: skip


def block(obj, motion: Motion, bones: BoneMap, keys: int | None = None, ik=(), **options):
    """Write the motion on a rig as the stage does, in `keys` poses or at every frame."""
    rig = rigs.read_rig(obj, bones.names())
    frames = np.arange(1, len(motion.time) + 1)
    fcurves.write_take(obj, take_of(rig, motion, bones, frames, keys, ik, **options))


def take_of(rig, motion: Motion, bones: BoneMap, frames, keys, ik, **options) -> take.Take:
    """Return the motion as a Take for a rig, in `keys` poses or at every frame."""
    poses = keyposes.at(motion, FPS, np.arange(len(motion.time)))
    if keys:
        poses = keyposes.pick(motion, FPS, keys)
    pose = retarget(motion, rig, bones, ik=ik, **options)
    properties = dict(rig.properties)
    for limb in ik:
        about = rig.ik[limb]
        properties |= {about["switch"]: about["value"], **about["properties"]}
    return take.Take(
        channels=pipeline.key_channels(to_channels(pose, rig), frames, poses, {}, pose.still),
        provenance=take.Provenance("blocking"),
        span=(float(frames[0]), float(frames[-1])),
        properties=properties,
    )


class Seen:
    """Where a rig's bones are at every frame, in the world: names to (F, 4, 4)."""

    def __init__(self, obj, bones: BoneMap) -> None:
        scene = next(iter(obj.users_scene))
        self.bones = bones
        self.rest = {r: np.array(obj.matrix_world @ obj.data.bones[b].matrix_local)
                     for r, b in bones.roles.items()}  # fmt: skip
        self.at = {role: [] for role in bones.roles}
        for frame in range(1, FRAMES + 1):
            scene.frame_set(frame)
            for role, bone in bones.roles.items():
                self.at[role].append(np.array(obj.matrix_world @ obj.pose.bones[bone].matrix))
        self.at = {role: np.array(rows) for role, rows in self.at.items()}

    def head(self, role: str) -> np.ndarray:
        return self.at[role][:, :3, 3]

    def leg(self) -> float:
        """Return the height of the hips at rest over the lower of the feet."""
        up = [self.rest[f"thigh.{s}"][:3, 3] - self.rest[f"foot.{s}"][:3, 3] for s in "LR"]
        return float(np.linalg.norm(up, axis=1).mean())

    def direction(self, role: str, following: str) -> np.ndarray:
        return rt.normalize(self.head(following) - self.head(role))

    def soles(self, side: str, floor: float) -> np.ndarray:
        """Return (F, 2, 3): under the ankle, and under the ball where the rig has one."""
        rest = self.rest[f"foot.{side}"]
        ball = self.rest.get(f"toe.{side}", rest)
        under = np.stack([[*m[:2, 3], floor, 1.0] for m in (rest, ball)])
        local = under @ np.linalg.inv(rest).T
        return np.einsum("fij,pj->fpi", self.at[f"foot.{side}"], local)[..., :3]


def worst_arm_degrees(seen: Seen, motion: Motion, facing=rt.IDENTITY) -> float:
    """Return how far at most the arms point from where the motion has them."""
    worst = 0.0
    for side in "LR":
        for part, following in (("upper_arm", "forearm"), ("forearm", "hand")):
            k = ROLES.index(f"{part}.{side}")
            if f"{following}.{side}" not in seen.at:
                continue
            want = rt.rotate(facing, rt.rotate(motion.rot[:, k], REST_DIRECTION[k]))
            got = seen.direction(f"{part}.{side}", f"{following}.{side}")
            angle = np.degrees(np.arccos(np.clip((got * want).sum(-1), -1.0, 1.0)))
            worst = max(worst, float(angle.max()))
    return worst


def feet(seen: Seen, motion: Motion, floor: float) -> tuple[float, float]:
    """Return how far standing soles slide in a stance, and are off the floor, in leg lengths."""
    slid = off = 0.0
    for k, side in enumerate("LR"):
        soles = seen.soles(side, floor)
        for start, stop in runs(motion.contact[:, 2 * k]):
            stance = soles[start:stop]
            slid = max(slid, np.linalg.norm(np.ptp(stance[..., :2], axis=0), axis=-1).max())
            off = max(off, np.abs(stance[..., 2] - floor).max())
    return slid / seen.leg(), off / seen.leg()


def knees_bend_forwards(seen: Seen, facing=rt.IDENTITY) -> bool:
    """Tell whether each knee is never behind the line from hip to ankle."""
    ahead = rt.rotate(facing, [0.0, -1.0, 0.0])
    for side in "LR":
        hip, knee, ankle = (seen.head(f"{p}.{side}") for p in ("thigh", "shin", "foot"))
        line = rt.normalize(ankle - hip)
        bend = (knee - hip) - line * ((knee - hip) * line).sum(-1, keepdims=True)
        if ((bend @ ahead) < -0.01 * seen.leg()).any():
            return False
    return True


def way(seen: Seen, facing=rt.IDENTITY) -> float:
    """Return how far the hips went ahead, in leg lengths."""
    hips = 0.5 * (seen.head("thigh.L") + seen.head("thigh.R"))
    return float((hips[-1] - hips[0]) @ rt.rotate(facing, [0.0, -1.0, 0.0])) / seen.leg()
