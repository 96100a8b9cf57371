"""Heads with shape keys, and rigs for them, for the tests of the face."""

from __future__ import annotations

import bpy
from understudy.ml.face.performance import NAMES


def new_head(name: str = "Head", keys: tuple[str, ...] = NAMES) -> bpy.types.Object:
    """Return an active mesh object with a shape key of each name, each moving something."""
    mesh = bpy.data.meshes.new(name)
    size = max(len(keys), 3)
    mesh.from_pydata([(i, 0, 0) for i in range(size)], [], [tuple(range(size))])
    head = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(head)
    if keys:
        head.shape_key_add(name="Basis")
    for i, key in enumerate(keys):
        head.shape_key_add(name=key, from_mix=False).data[i].co.z += 1
    bpy.context.view_layer.objects.active = head
    return head


def new_armature(name: str, bones: dict[str, str]) -> bpy.types.Object:
    """Return an armature object with upright bones of these names and rotation modes."""
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in bones:
        rig.data.edit_bones.new(bone).tail = (0, 0.3, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone, mode in bones.items():
        rig.pose.bones[bone].rotation_mode = mode
    return rig


def solid_head(keys: tuple[str, ...] = NAMES) -> bpy.types.Object:
    """Return a ball two metres high, two above the floor, whose keys move its front."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=8)
    ball = bpy.context.object
    for vertex in ball.data.vertices:
        vertex.co.z += 2
    ball.shape_key_add(name="Basis")
    for key in keys:
        block = ball.shape_key_add(name=key, from_mix=False)
        for point in block.data:
            if point.co.y < -0.3:
                point.co.x += 0.1
    return ball


def value(head: bpy.types.Object, key: str, frame: int) -> float:
    bpy.context.scene.frame_set(frame)
    return head.data.shape_keys.key_blocks[key].value
