"""From a posed rig to the numbers that Blender animates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import euler
from .. import rotations as rt
from ..rig import Rig
from .retarget import Pose

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass
class Channels:
    """Values of animated properties over time.

    Attributes
    ----------
    values : dict of (RNA path, index) to (F,)
        In the property's own unit: radians, armature units, quaternion parts.
    groups : dict of RNA path to str
        F-curve group: the bone's name.
    """

    values: dict[tuple[str, int], NDArray]
    groups: dict[str, str]


def bone_path(bone: str, prop: str) -> str:
    r"""Return the RNA path of a pose bone's property, as Blender escapes names.

    >>> bone_path('a "b"', "location")
    'pose.bones["a \\"b\\""].location'
    """
    name = "".join(_ESCAPES.get(c, c) for c in bone)
    return f'pose.bones["{name}"].{prop}'


def to_channels(pose: Pose, rig: Rig) -> Channels:
    """Express a pose in each bone's own rotation mode, locked channels left out.

    Parameters
    ----------
    pose : Pose
        F frames; values are continuous over them.
    rig : Rig

    Returns
    -------
    Channels
    """
    values: dict[tuple[str, int], NDArray] = {}
    groups: dict[str, str] = {}

    def put(bone: str, prop: str, columns: NDArray, skip: NDArray) -> None:
        path = bone_path(bone, prop)
        for k in np.flatnonzero(~skip):
            values[path, int(k)] = columns[:, k]
            groups[path] = bone

    for bone, columns in pose.location.items():
        put(bone, "location", columns, rig.location_locked[rig.index(bone)])
    for k, bone in enumerate(pose.bone_names):
        i = rig.index(bone)
        mode, locked = rig.rotation_mode[i], np.asarray(rig.rotation_locked[i], bool)
        if locked.all():
            continue
        basis = pose.basis[:, k]
        if mode in euler.ORDERS:
            put(bone, "rotation_euler", euler.from_quaternion(basis, mode), locked)
        elif mode == "AXIS_ANGLE":
            put(bone, "rotation_axis_angle", euler.to_axis_angle(basis), np.zeros(4, bool))
        else:
            put(bone, "rotation_quaternion", rt.continuous(basis), np.zeros(4, bool))
    return Channels(values, groups)
