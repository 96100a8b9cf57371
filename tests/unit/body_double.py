"""A performer whose every joint is known, and what a perfect detector would see of them."""

from __future__ import annotations

import numpy as np
from understudy.ml import rotations as rt
from understudy.ml.blocking import solver
from understudy.ml.blocking.body import ROLES
from understudy.ml.blocking.tracker import Landmarks

SIZE = (640, 480)
FOCAL = 531.2
_LANDMARK = {
    "upper_arm": 11, "forearm": 13, "hand": 15, "thigh": 23, "shin": 25, "foot": 27,
    "heel": 29, "toes": 31,
}  # fmt: skip


def offsets() -> dict[str, tuple[str, np.ndarray]]:
    """Return the proportions of a person 1.75 m tall, as `solver.body_offsets` measures them."""
    up, left = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
    out = {
        "spine": ("hips", 0.10 * up),
        "chest": ("spine", 0.15 * up),
        "neck": ("chest", 0.25 * up),
        "head": ("neck", 0.10 * up),
        "nose": ("head", np.array([0.0, -0.11, 0.04])),
    }
    for name, side in (("L", left), ("R", -left)):
        out |= {
            f"shoulder.{name}": ("chest", 0.25 * up),
            f"upper_arm.{name}": (f"shoulder.{name}", 0.18 * side),
            f"forearm.{name}": (f"upper_arm.{name}", 0.28 * side),
            f"hand.{name}": (f"forearm.{name}", 0.25 * side),
            f"fingers.{name}": (f"hand.{name}", 0.09 * side),
            f"thigh.{name}": ("hips", 0.10 * side),
            f"shin.{name}": (f"thigh.{name}", -0.42 * up),
            f"foot.{name}": (f"shin.{name}", -0.41 * up),
            f"toe.{name}": (f"foot.{name}", np.array([0.0, -0.09, -0.06])),
            f"heel.{name}": (f"foot.{name}", np.array([0.0, 0.03, -0.01])),
            f"toes.{name}": (f"foot.{name}", np.array([0.0, -0.11, -0.078])),
        }
    return out


def squats(frames: int = 61, fps: float = 30.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (time, rotations, hips' path) of somebody who bends knees and arms, feet planted."""
    time = np.arange(frames) / fps
    bend = np.radians(10.0 + 50.0 * 0.5 * (1 - np.cos(2 * np.pi * time)))[:, None]
    x, z = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    rot = np.tile(rt.IDENTITY, (frames, len(ROLES), 1))
    down = np.radians(60.0)
    for name, sign in (("L", 1.0), ("R", -1.0)):
        upper = np.broadcast_to(rt.from_rotvec([0.0, sign * down, 0.0]), (frames, 4))
        elbow = rt.multiply(upper, rt.from_rotvec(-sign * z * (bend + 0.4)))
        values = {
            "thigh": rt.from_rotvec(-x * bend),
            "shin": rt.from_rotvec(x * bend),
            "upper_arm": upper,
            "forearm": elbow,
            "hand": elbow,
        }
        for part, value in values.items():
            rot[:, ROLES.index(f"{part}.{name}")] = value
    joints = solver.forward(rot, offsets())
    low = joints[:, solver.JOINT_NAMES.index("toes.L"), 2]
    ankle = joints[:, solver.JOINT_NAMES.index("foot.L")]
    path = np.stack([-ankle[:, 0], -ankle[:, 1], -low], axis=1)
    return time, rot, path - [*path[0, :2], 0.0]


def seen(
    time: np.ndarray,
    rot: np.ndarray,
    path: np.ndarray,
    far: float = 4.5,
    noise_m: float = 0.0,
    pan: np.ndarray | None = None,
) -> Landmarks:
    """Return what a level camera at hip height, `far` metres away, sees of a performance.

    `pan` (F,) radians turns the camera to the right, and its background to the left.
    """
    joints = solver.forward(rot, offsets())
    frames = len(time)
    body = np.zeros((frames, 33, 3))
    for part, index in _LANDMARK.items():
        for side, name in enumerate("LR"):
            body[:, index + side] = joints[:, solver.JOINT_NAMES.index(f"{part}.{name}")]
    head = joints[:, solver.JOINT_NAMES.index("head")]
    turn = rot[:, ROLES.index("head")]
    body[:, 0] = joints[:, solver.JOINT_NAMES.index("nose")]
    drop = 0.11 * np.tan(np.radians(12.0))
    body[:, 7] = head + rt.rotate(turn, [0.08, 0.0, 0.04 + drop])
    body[:, 8] = head + rt.rotate(turn, [-0.08, 0.0, 0.04 + drop])
    for side, name in enumerate("LR"):
        tip = joints[:, solver.JOINT_NAMES.index(f"fingers.{name}")]
        hand = rot[:, ROLES.index(f"hand.{name}")]
        body[:, 19 + side] = tip + rt.rotate(hand, [0.0, -0.03, 0.0])
        body[:, 21 + side] = tip + rt.rotate(hand, [0.0, -0.05, 0.0])
        body[:, 17 + side] = tip + rt.rotate(hand, [0.0, 0.03, 0.0])
    # The detector lets a body that stands straight lean a little towards the camera.
    world = body + np.random.default_rng(0).normal(0.0, noise_m, body.shape)
    place = body + path[:, None] + [0.0, far, -0.9]
    background = None
    if pan is not None:
        turn = rt.from_rotvec(pan[:, None] * [0.0, 0.0, 1.0])
        place, world = rt.rotate(turn[:, None], place), rt.rotate(turn[:, None], world)
        background = np.tile(np.eye(3), (frames, 1, 1))
        background[:, 0, 2] = FOCAL * np.tan(pan)
    image = np.stack([place[..., 0], -place[..., 2]], axis=-1) / place[..., 1:2] * FOCAL
    image += 0.5 * np.array(SIZE)
    camera = np.stack([world[..., 0], -world[..., 2], world[..., 1]], axis=-1)
    depth = np.concatenate([image, camera[..., 2:] * FOCAL / far], axis=-1).astype(np.float32)
    visible = np.full((frames, 33), 0.95, np.float32)
    corners = np.concatenate([image.min(axis=1), image.max(axis=1)], axis=1)
    return Landmarks(
        time=time,
        found=np.ones(frames, bool),
        image=depth,
        visibility=visible,
        world=camera.astype(np.float32),
        presence=np.ones(frames, np.float32),
        size=SIZE,
        box=corners.astype(np.float32),
        models={"double": "0" * 64},
        image_raw=depth,
        world_raw=camera.astype(np.float32),
        visibility_raw=visible,
        camera=background,
    )
