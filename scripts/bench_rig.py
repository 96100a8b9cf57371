"""Put performances on a Rigify human and read back, frame by frame, where its joints are."""

from __future__ import annotations

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

import demo_rig
import package

package.load()
from understudy.addon import fcurves, rigs  # noqa: E402
from understudy.ml import take  # noqa: E402
from understudy.ml.blocking import keyposes, lifting, pipeline  # noqa: E402
from understudy.ml.blocking.body import Motion  # noqa: E402
from understudy.ml.blocking.bonemap import auto_map  # noqa: E402
from understudy.ml.blocking.channels import to_channels  # noqa: E402
from understudy.ml.blocking.retarget import retarget  # noqa: E402

_BONE = {"upper_arm": "upper_arm", "forearm": "forearm", "hand": "hand", "thigh": "thigh",
         "shin": "shin", "foot": "foot"}  # fmt: skip
# Places on the rig at rest: heels as far behind the ankle and above the floor as the ground
# truth's are on its body, and toes in the same direction from them (a left foot's).
_HEEL_BACK, _HEEL_HIGH, _FOOT_LINE = 0.055, 0.028, (-0.112, -0.992, -0.051)
_NOSE = (0.0, -0.155, 0.035)


class Human:
    """A Rigify human of other proportions than the performers'.

    Attributes
    ----------
    leg : float, metres, hip joint to floor
    """

    def __init__(self) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.name = demo_rig.make_rig().name
        self._points = self._places()
        self.leg = float(self._object().data.bones["DEF-thigh.L"].head_local.z)
        self._rig, self._bones = None, None

    def _object(self) -> bpy.types.Object:
        return bpy.data.objects[self.name]

    def _places(self) -> list[tuple[str, Vector]]:
        """Return each of `lifting.JOINTS` as a bone and a place at rest, armature space."""
        bones = self._object().data.bones
        out = []
        for name in lifting.JOINTS:
            part, _, side = name.partition(".")
            if part == "heel":
                out.append((f"DEF-foot.{side}", self._heel(side)))
            elif part == "toes":
                heel = self._heel(side)
                line = Vector((_FOOT_LINE[0] * (1 if side == "L" else -1), *_FOOT_LINE[1:]))
                long = heel.y - bones[f"DEF-toe.{side}"].tail_local.y
                out.append((f"DEF-toe.{side}", heel + long * line))
            elif part == "nose":
                head = bones["DEF-spine.006"]
                out.append((head.name, head.head_local + Vector(_NOSE) + Vector((0, 0, 0.05))))
            else:
                bone = bones[f"DEF-{_BONE[part]}.{side}"]
                out.append((bone.name, bone.head_local.copy()))
        return out

    def _heel(self, side: str) -> Vector:
        ankle = self._object().data.bones[f"DEF-foot.{side}"].head_local
        return Vector((ankle.x, ankle.y + _HEEL_BACK, _HEEL_HIGH))

    def perform(
        self, motion: Motion, poses: keyposes.KeyPoses | None = None, ik: tuple[str, ...] = ()
    ) -> NDArray:
        """Key the rig, every frame or in poses, and return its joints (F, 17, 3) metres."""
        rig = self._object()
        if rig.animation_data is not None and rig.animation_data.action is not None:
            bpy.data.actions.remove(rig.animation_data.action)  # the rig's drivers stay
        if self._rig is None:
            self._rig = rigs.read_rig(rig)
            self._bones = auto_map(self._rig)
        frames = np.arange(1, len(motion.time) + 1)
        if poses is None:
            poses = keyposes.at(motion, 30.0, np.arange(len(frames)))
        pose = retarget(motion, self._rig, self._bones, ik=ik)
        channels = to_channels(pose, self._rig)
        properties = dict(self._rig.properties)
        for limb in ik:
            about = self._rig.ik[limb]
            properties |= {about["switch"]: about["value"], **about["properties"]}
        fcurves.write_take(
            rig,
            take.Take(
                channels=pipeline.key_channels(channels, frames, poses, {}, pose.still),
                provenance=take.Provenance("blocking"),
                span=(1.0, float(frames[-1])),
                properties=properties,
            ),
        )
        return self._read(frames)

    def _read(self, frames: NDArray) -> NDArray:
        rig, scene = self._object(), bpy.context.scene
        rest = {n: rig.data.bones[n].matrix_local.inverted() for n, _ in self._points}
        out = []
        for frame in frames:
            scene.frame_set(int(frame))
            pose = rig.pose.bones
            out.append([list(pose[n].matrix @ (rest[n] @ p)) for n, p in self._points])
        return np.array(out)
