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
from .camerapath import FOCAL_RATIO
from .retarget import body_frame

SENSOR_MM = 36.0
_HALF_TURN = np.array([0.0, 1.0, 0.0, 0.0])  # camera axes, y down and z away, to Blender's
_TOLERANCE_RAD = 0.002
_STILL_RAD, _STILL_ZOOM = 0.002, 0.01


@dataclass
class Shot:
    """A camera over the frames of a take, armature space.

    Attributes
    ----------
    place : (3,) armature units
    turn : (F, 4) quaternions of Blender's camera, which looks along -Z with Y up
    lens : (F,) millimetres on a sensor `SENSOR_MM` wide along the picture's longer side
    """

    place: NDArray
    turn: NDArray
    lens: NDArray


def shot_of(motion: Motion, rig: Rig, bones: BoneMap) -> Shot:
    """Put the camera where it films the rig as the video shows the performer."""
    frame = body_frame(rig, bones)
    size = frame.leg / motion.leg_length
    level = frame.centre - frame.up * (frame.centre @ frame.up)
    place = level + frame.up * frame.floor + rt.rotate(frame.turn, size * motion.camera_place)
    turn = rt.multiply(rt.multiply(frame.turn, motion.camera_turn), _HALF_TURN)
    return Shot(place, rt.continuous(turn), SENSOR_MM * FOCAL_RATIO * motion.camera_zoom)


def channels(shot: Shot, frames: NDArray, fps: float) -> tuple[list, list]:
    """Return the channels of the camera object and of its lens, few keys each.

    The place is that of the armature's space: whoever writes it moves it to the world first.
    """
    zooms = np.ptp(shot.lens) > _STILL_ZOOM * shot.lens.mean()
    moves = rt.angle_between(shot.turn, shot.turn[:1]).max() > _STILL_RAD
    values = np.concatenate([2.0 * shot.turn, np.log(shot.lens)[:, None] * zooms], axis=1)
    index = np.array([0])
    if moves or zooms:
        index = keyposes.choose(values, np.zeros(len(values)), fps, tolerance_rad=_TOLERANCE_RAD)
    seat = [_channel("location", k, frames[:1], shot.place[None, k : k + 1]) for k in range(3)]
    turns = _keyed("rotation_quaternion", frames, shot.turn, index if moves else index[:1])
    lens = _keyed("lens", frames, shot.lens[:, None], index if zooms else index[:1])
    return [*seat, *turns], lens


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
