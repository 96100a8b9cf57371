"""Heads and rigs to measure face retargeting on: a Rigify face fitted to any head."""

from __future__ import annotations

import addon_utils
import bpy
import numpy as np
from mathutils import Vector

_FITTED = {
    "lip.T.L": 0, "lip.T.L.001": 269, "lip.B.L": 17, "lip.B.L.001": 405,
    "cheek.B.L": 291, "cheek.B.L.001": 427, "lid.T.L": 263, "lid.T.L.001": 388,
    "lid.T.L.002": 386, "lid.T.L.003": 384, "lid.B.L": 362, "lid.B.L.001": 381,
    "lid.B.L.002": 374, "lid.B.L.003": 390, "brow.T.L.001": 300, "brow.T.L.002": 334,
    "brow.T.L.003": 336, "brow.B.L": 446, "nose": 168, "nose.001": 5, "nose.002": 4,
    "nose.L.001": 358, "chin": 152, "chin.001": 199, "cheek.T.L.001": 330, "jaw.L": 356,
    "jaw.L.001": 397, "forehead.L": 338, "forehead.L.001": 332,
}  # fmt: skip
"""Bone of Rigify's human template, whose beginning lies on this point of the face mesh."""

_MIRRORED = {
    0: 0, 269: 39, 17: 17, 405: 181, 291: 61, 427: 207, 263: 33, 388: 161, 386: 159, 384: 157,
    362: 133, 381: 154, 374: 145, 390: 163, 300: 70, 334: 105, 336: 107, 446: 226, 168: 168,
    5: 5, 4: 4, 358: 129, 152: 152, 199: 199, 330: 101, 356: 127, 397: 172, 338: 109, 332: 103,
}  # fmt: skip


def fit_rigify(points: np.ndarray) -> bpy.types.Object:
    """Generate Rigify's human with its face on (468, 3) points of the world.

    The template is bent by a thin-plate spline through the points that its bones lie on.
    """
    from scipy.interpolate import RBFInterpolator

    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    template = bpy.context.object
    here, there = [], []
    for bone, point in _FITTED.items():
        head = template.data.bones[bone].head_local
        here.append(head[:])
        there.append(points[point])
        if point != _MIRRORED[point]:
            here.append((-head.x, head.y, head.z))
            there.append(points[_MIRRORED[point]])
    bend = RBFInterpolator(here, there, kernel="thin_plate_spline", smoothing=1e-6)
    here, there = np.array(here), np.array(there)
    scale = there.std(axis=0).mean() / here.std(axis=0).mean()
    bpy.ops.object.mode_set(mode="EDIT")
    face = {b.name for b in template.data.edit_bones if _of_face(b)}
    ends = {}
    for bone in template.data.edit_bones:
        ends[bone.name] = np.array([bone.head[:], bone.tail[:]])
    for bone in template.data.edit_bones:
        moved = scale * (ends[bone.name] - here.mean(axis=0)) + there.mean(axis=0)
        if bone.name in face:
            moved = bend(ends[bone.name])
        bone.head, bone.tail = Vector(moved[0]), Vector(moved[1])
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.pose.rigify_generate()
    rig = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o is not template)
    bpy.data.objects.remove(template)
    return rig


def _of_face(bone: bpy.types.EditBone) -> bool:
    return bone.name == "face" or any(p.name == "face" for p in bone.parent_recursive)


def bind(mesh: bpy.types.Object, rig: bpy.types.Object, *, still: np.ndarray | None = None) -> None:
    """Weight a head to the rig's face bones by distance, and bind it.

    Parameters
    ----------
    still : (V,) bool, optional
        Vertices that go with the head alone: eyes, teeth.
    """
    points = np.array([mesh.matrix_world @ v.co for v in mesh.data.vertices])
    names = [b.name for b in rig.data.bones if b.use_deform and _is_face(b.name)]
    away = np.stack([_distance(points, rig.data.bones[n], rig) for n in names], axis=1)
    near = np.sort(away, axis=1)[:, :1]
    reach = np.maximum(near, 0.004)
    weights = np.exp(-(((away - near) / (0.6 * reach)) ** 2))
    weights[weights < 0.02] = 0.0
    # Far from every face bone, the skull takes over.
    skull = np.clip((near[:, 0] - 0.02) / 0.03, 0, 1)
    if still is not None:
        skull[still] = 1.0
    weights *= ((1 - skull) / weights.sum(axis=1))[:, None]
    mesh.vertex_groups.clear()
    for name, column in (*zip(names, weights.T, strict=True), ("DEF-spine.006", skull)):
        group = mesh.vertex_groups.new(name=name)
        for vertex in np.flatnonzero(column > 1e-3):
            group.add([int(vertex)], float(column[vertex]), "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = rig
    mesh.parent = rig


def _is_face(name: str) -> bool:
    parts = ("lip", "lid", "brow", "nose", "cheek", "chin", "jaw", "forehead", "temple")
    return name.removeprefix("DEF-").split(".")[0] in parts


def _distance(points: np.ndarray, bone: bpy.types.Bone, rig: bpy.types.Object) -> np.ndarray:
    head, tail = (np.array(rig.matrix_world @ p) for p in (bone.head_local, bone.tail_local))
    along = tail - head
    share = np.clip((points - head) @ along / max(along @ along, 1e-12), 0, 1)
    return np.linalg.norm(points - head - share[:, None] * along, axis=1)
