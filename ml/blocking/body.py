"""The canonical body that video is solved into and every rig is driven from.

Scene axes: metres, Z up, the performer facing the camera faces -Y, the performer's left is +X
(Blender's convention for characters). The rest pose is a T-pose: legs straight down, arms out
along +-X with palms down, feet pointing to -Y.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ROLES = (
    "hips",
    "spine",
    "chest",
    "neck",
    "head",
    "shoulder.L",
    "upper_arm.L",
    "forearm.L",
    "hand.L",
    "shoulder.R",
    "upper_arm.R",
    "forearm.R",
    "hand.R",
    "thigh.L",
    "shin.L",
    "foot.L",
    "toe.L",
    "thigh.R",
    "shin.R",
    "foot.R",
    "toe.R",
)
"""Segments of the body, parents before children."""

PARENT = {
    "hips": None,
    "spine": "hips",
    "chest": "spine",
    "neck": "chest",
    "head": "neck",
    **{
        f"{part}.{side}": parent if parent in ("chest", "hips") else f"{parent}.{side}"
        for side in "LR"
        for part, parent in (
            ("shoulder", "chest"),
            ("upper_arm", "shoulder"),
            ("forearm", "upper_arm"),
            ("hand", "forearm"),
            ("thigh", "hips"),
            ("shin", "thigh"),
            ("foot", "shin"),
            ("toe", "foot"),
        )
    },
}


def _rest_direction(role: str) -> tuple[float, float, float]:
    part, _, side = role.partition(".")
    if part in ("shoulder", "upper_arm", "forearm", "hand"):
        return (1.0 if side == "L" else -1.0, 0.0, 0.0)
    if part in ("thigh", "shin"):
        return (0.0, 0.0, -1.0)
    return (0.0, -1.0, 0.0) if part in ("foot", "toe") else (0.0, 0.0, 1.0)


REST_DIRECTION = np.array([_rest_direction(r) for r in ROLES])
"""(roles, 3) unit direction from each segment's joint to the next, in the T-pose. The foot's
runs from the heel to the toes, level with the floor."""

CONTACTS = ("heel.L", "toe.L", "heel.R", "toe.R")
"""Columns of `Motion.contact`."""


@dataclass
class Motion:
    """A performance solved into the canonical body.

    Attributes
    ----------
    time : (F,) seconds
        True time of each frame, increasing, not necessarily even.
    rot : (F, len(ROLES), 4) quaternions wxyz
        Rotation of each segment from its T-pose orientation to now, in scene axes (global,
        not relative to the parent). The identity everywhere is the T-pose.
    root : (F, 3) metres
        Centre of the hip joints; the floor is z = 0; the first frame is over the origin.
    leg_length : float, metres
        Hip joint to the sole of the foot, leg straight: what sizes are scaled by.
    contact : (F, 4) bool
        Whether each of `CONTACTS` stands on the floor.
    confidence : (F,) 0 to 1
        How far each frame can be trusted.
    joints : (F, J, 3) metres
        Positions of `joint_names` of the solved body, scene axes.
    joint_names : tuple of str
    offsets : dict of joint name to (role, (3,) metres)
        The performer's proportions: where each joint sits in the segment that carries it.
    notes : list of str
        Sentences for the person about what was seen.
    camera_place : (F, 3) metres, or None
        Where the camera is, scene axes.
    camera_turn : (F, 4) quaternions, or None
        From the camera's axes (x right, y down, z away) to scene axes.
    camera_lens : (F,), or None
        Focal length over the picture's longer side.
    """

    time: NDArray
    rot: NDArray
    root: NDArray
    leg_length: float
    contact: NDArray
    confidence: NDArray
    joints: NDArray
    joint_names: tuple[str, ...]
    offsets: dict[str, tuple[str, NDArray]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    camera_place: NDArray | None = None
    camera_turn: NDArray | None = None
    camera_lens: NDArray | None = None
