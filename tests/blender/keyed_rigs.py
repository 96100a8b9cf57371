"""Keying rigs and filling in between, for the tests of in-betweens."""

from __future__ import annotations

import bpy
import numpy as np
from understudy.addon import fcurves, inbetween, jobs

MODES = {
    "rotation_quaternion": "QUATERNION",
    "rotation_euler": "XYZ",
    "rotation_axis_angle": "AXIS_ANGLE",
}


def key(rig, bone: str, frame: float, turn=None, move=None, **kinds: str) -> None:
    """Key a bone: `turn` radians about x, y, z as Euler angles, `move` its location."""
    from mathutils import Euler

    posed = rig.pose.bones[bone]
    if turn is not None:
        mode, rotation = posed.rotation_mode, Euler(turn)
        if mode == "QUATERNION":
            posed.rotation_quaternion, path = rotation.to_quaternion(), "rotation_quaternion"
        elif mode == "AXIS_ANGLE":
            axis, angle = rotation.to_quaternion().to_axis_angle()
            posed.rotation_axis_angle, path = (angle, *axis), "rotation_axis_angle"
        else:
            posed.rotation_euler, path = rotation, "rotation_euler"
        posed.keyframe_insert(path, frame=frame, group=bone)
    if move is not None:
        posed.location = move
        posed.keyframe_insert("location", frame=frame, group=bone)
    for curve in fcurves.curves_of(rig).values():
        for point in curve.keyframe_points:
            if abs(point.co[0] - frame) < 0.1:
                for name, value in kinds.items():
                    setattr(point, name, value)
        curve.update()


def run(rig, span=(1, 30), bones=None, **settings) -> dict:
    """Fill as the command line does, and return the report."""
    options = inbetween.Options(span=span, bones=bones, **{"method": "plain", **settings})
    asked = inbetween.request(bpy.context.scene, rig, options)
    result = jobs.start(inbetween.TASK, asked.params, asked.arrays, in_process=True).result()
    return inbetween.finish(rig, asked, result)


def keys_of(rig) -> dict[tuple[str, int], np.ndarray]:
    return {k: fcurves.read_keys(c) for k, c in fcurves.curves_of(rig).items()}


def kept(rig, before: dict[tuple[str, int], np.ndarray]) -> bool:
    """Tell whether all of the artist's keys are still there, to the bit, and evaluate exactly."""
    now, curves = keys_of(rig), fcurves.curves_of(rig)
    for channel, old in before.items():
        stays = now[channel][np.isin(now[channel]["co"][:, 0], old["co"][:, 0])]
        if not all((stays[n] == old[n]).all() for n in ("co", "interpolation", "type")):
            return False
        if [curves[channel].evaluate(f) for f in old["co"][:, 0]] != old["co"][:, 1].tolist():
            return False
    return now.keys() == before.keys()
