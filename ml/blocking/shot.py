"""The camera that filmed the performer, in the rig's space, as a Take would key it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import curves, take
from .. import rotations as rt
from ..rig import Rig
from . import keyposes
from .body import Motion
from .bonemap import BoneMap
from .retarget import body_frame

SENSOR_MM = 36.0
_HALF_TURN = np.array([0.0, 1.0, 0.0, 0.0])  # camera axes, y down and z away, to Blender's
_TOLERANCE_RAD = 0.002
# Smaller moves are the trembling of what was measured, places as seen from the performer.
_STILL_RAD, _STILL_ZOOM, _STILL_PLACE = 0.002, 0.01, 0.004


@dataclass
class Shot:
    """A camera over the frames of a take, armature space.

    Attributes
    ----------
    place : (F, 3) armature units
    turn : (F, 4) quaternions of Blender's camera, which looks along -Z with Y up
    lens : (F,) millimetres on a sensor `SENSOR_MM` wide along the picture's longer side
    away : float, how far the performer is in the middle, armature units
    """

    place: NDArray
    turn: NDArray
    lens: NDArray
    away: float


def shot_of(motion: Motion, rig: Rig, bones: BoneMap) -> Shot:
    """Put the camera where it films the rig as the video shows the performer."""
    frame = body_frame(rig, bones)
    size = frame.leg / motion.leg_length
    level = frame.centre - frame.up * (frame.centre @ frame.up)
    away = size * float(np.linalg.norm(motion.root - motion.camera_place, axis=1).mean())
    place = level + frame.up * frame.floor + rt.rotate(frame.turn, size * motion.camera_place)
    turn = rt.multiply(rt.multiply(frame.turn, motion.camera_turn), _HALF_TURN)
    return Shot(place, rt.continuous(turn), SENSOR_MM * motion.camera_lens, away)


def channels(shot: Shot, frames: NDArray, fps: float) -> tuple[list, list]:
    """Return the channels of the camera object and of its lens, few keys each.

    The place is that of the armature's space: whoever writes it moves it to the world first.
    """
    zooms = np.ptp(shot.lens) > _STILL_ZOOM * shot.lens.mean()
    turns = rt.angle_between(shot.turn, shot.turn[:1]).max() > _STILL_RAD
    travels = np.ptp(shot.place, axis=0).max() > _STILL_PLACE * shot.away
    lens, place = np.log(shot.lens)[:, None] * zooms, shot.place / shot.away * travels
    values = np.concatenate([2.0 * shot.turn, lens, place], axis=1)
    index = np.array([0])
    if turns or zooms or travels:
        index = keyposes.choose(values, np.zeros(len(values)), fps, tolerance_rad=_TOLERANCE_RAD)
    keyed = [
        _keyed(path, frames, values, index if changes else index[:1])
        for path, values, changes in (
            ("location", shot.place, travels),
            ("rotation_quaternion", shot.turn, turns),
            ("lens", shot.lens[:, None], zooms),
        )
    ]
    return [*keyed[0], *keyed[1]], keyed[2]


def _keyed(path: str, frames: NDArray, values: NDArray, index: NDArray) -> list[take.Channel]:
    if len(index) < 2:
        return [_channel(path, k, frames[:1], values[:1, k : k + 1])
                for k in range(values.shape[1])]  # fmt: skip
    fitted, slopes = curves.fit_spline(frames, values, index, keyposes.VALUE_HOLD)
    return [
        take.Channel(
            path, k, "Camera", curves.spline_keys(frames[index], fitted[:, k], slopes[:, k])
        )
        for k in range(values.shape[1])
    ]


def _channel(path: str, index: int, frames: NDArray, values: NDArray) -> take.Channel:
    return take.Channel(path, index, "Camera", take.make_keys(frames, values[:, 0]))
