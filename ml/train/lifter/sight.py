"""A performance as the stage would see it: filmed, detected with the detector's errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking import lifting
from ...blocking.body import ROLES
from ...blocking.camerapath import FOCAL_RATIO
from ...blocking.tracker import Landmarks
from .data import before_camera
from .noise import Detector

SIZE = (640, 480)
FOCAL_PX = FOCAL_RATIO * SIZE[0]
_HEAD_AND_HANDS = [ROLES.index(r) for r in ("head", "hand.L", "hand.R")]


def detect(
    rot: NDArray, joints: NDArray, detector: Detector, rng: np.random.Generator
) -> Landmarks:
    """Return what the landmark network would say of somebody before a random, still camera.

    Parameters
    ----------
    rot : (T, roles, 4) turns from the T-pose, scene axes
    joints : (T, 17, 3) metres, `lifting.JOINTS`, scene axes, at `lifting.RATE`
    detector : Detector
    rng : Generator

    Returns
    -------
    Landmarks of a picture of `SIZE`, filmed with a lens of `FOCAL_PX`.
    """
    frames = len(joints)
    into, at = before_camera(joints, rng, 0.0)
    centre = at[:, list(lifting.HIPS)].mean(axis=1)
    centre[:, 2] = np.maximum(centre[:, 2], 1.0)
    turn = lifting.view_turn(centre[:, :2] / centre[:, 2:])
    seen = rt.rotate(turn[:, None], at - centre[:, None])
    turned = rt.multiply(turn[:, None], rt.multiply(into, rot[:, _HEAD_AND_HANDS]))
    columns = rt.to_matrix(turned)
    six = np.concatenate([columns[..., 0], columns[..., 1]], axis=-1)
    away = np.linalg.norm(centre, axis=-1)
    flat, body, visible = detector.see(seen, six, away, rng, rng.uniform(0.7, 1.3))
    ahead = np.concatenate([flat, np.ones((*flat.shape[:2], 1))], axis=2)
    ahead = rt.rotate(rt.conjugate(turn)[:, None], ahead)
    pixels = 0.5 * np.array(SIZE) + FOCAL_PX * ahead[..., :2] / np.maximum(ahead[..., 2:], 0.2)
    marks = list(lifting.LANDMARKS)
    image, world = np.zeros((frames, 33, 3), np.float32), np.zeros((frames, 33, 3), np.float32)
    visibility = np.full((frames, 33), 0.99, np.float32)
    # The face's other landmarks, which nothing solves for, lie on the nose.
    image[:, :11, :2], world[:, :11] = pixels[:, :1], body[:, :1]
    image[:, marks, :2], world[:, marks], visibility[:, marks] = pixels, body, visible
    return Landmarks(
        time=np.arange(frames) / lifting.RATE,
        found=np.ones(frames, bool),
        image=image, visibility=visibility, world=world,
        presence=np.ones(frames, np.float32),
        size=SIZE,
        box=np.concatenate([image[..., :2].min(axis=1), image[..., :2].max(axis=1)], axis=1),
        models={},
        image_raw=image, world_raw=world, visibility_raw=visibility,
    )  # fmt: skip
