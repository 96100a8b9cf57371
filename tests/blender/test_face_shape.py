"""A face map by shape, from points set by hand: by keys whose names say nothing, and by bones."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scipy.spatial import Delaunay
from understudy.addon import facemaps, facesolve
from understudy.ml.face import geometry
from understudy.ml.face.performance import INDEX, NAMES

SOURCE = geometry.reference("ict")
BONES = {
    "jaw": "jawOpen",
    "lid.L": "eyeBlinkLeft",
    "lid.R": "eyeBlinkRight",
    "lip.L": "mouthSmileLeft",
    "lip.R": "mouthSmileRight",
}
SHOWN = [n for n in NAMES if n != "tongueOut"]


def to_world(points: np.ndarray) -> np.ndarray:
    """Return points of a face, cm, as a character in Blender has them: metres, looking along -Y."""
    x, y, z = np.moveaxis(np.asarray(points, float) * 0.01, -1, 0)
    return np.stack([x, -z, y], axis=-1)


@pytest.fixture
def mask() -> bpy.types.Object:
    """Return the 468 points as a mesh, with the points set by hand where they are."""
    points = to_world(SOURCE.points)
    corners = Delaunay(points[:, [0, 2]]).simplices
    mesh = bpy.data.meshes.new("Mask")
    mesh.from_pydata(points.tolist(), [], corners.tolist())
    mask = bpy.data.objects.new("Mask", mesh)
    bpy.context.collection.objects.link(mask)
    marks = bpy.data.objects.new("Points", bpy.data.meshes.new("Points"))
    marks.data.from_pydata(points.tolist(), [], [])
    marks[facesolve.MARKS] = "Mask"
    bpy.context.scene.collection.objects.link(marks)
    bpy.context.view_layer.objects.active = mask
    return mask


def give_keys(mask: bpy.types.Object, names: list[str]) -> list[str]:
    """Give it a shape key for each expression in an order that says nothing; return the order."""
    order = list(np.random.default_rng(3).permutation(names))
    mask.shape_key_add(name="Basis")
    for number, name in enumerate(order):
        block = mask.shape_key_add(name=f"Key {number}", from_mix=False)
        moved = to_world(SOURCE.points + SOURCE.motion[INDEX[name]])
        block.data.foreach_set("co", moved.astype(np.float32).ravel())
    return order


def test_keys_are_found_by_points_that_were_set_by_hand(mask):
    order = give_keys(mask, SHOWN)
    assert bpy.ops.understudy.map_face_shape() == {"FINISHED"}
    found = facemaps.stored(mask)
    right = sum(order[int(k.control.name.split()[1])] == k.expression for k in found.links)
    assert right >= 0.9 * len(SHOWN)
    # Points that lie elsewhere are gone by, and the map is another.
    marks = facesolve.marks_of(mask)
    for vertex in marks.data.vertices:
        vertex.co.z -= 0.03
    bpy.ops.understudy.map_face_shape()
    assert facemaps.stored(mask).quality != found.quality


def test_bones_are_combined_tried_and_learned_from(mask):
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    points, bones = to_world(SOURCE.points), rig.data.edit_bones
    ear, chin = points[[127, 356]].mean(axis=0), points[152]
    bones.new("skull").tail = (0, 0, 0.1)
    bones.new("jaw").head, bones["jaw"].tail = ear, chin
    for name, point in (("lid.L", 386), ("lid.R", 159), ("lip.L", 291), ("lip.R", 61)):
        bone = bones.new(name)
        bone.head, bone.tail = points[point], points[point] + [0, -0.01, 0]
        if name.startswith("lip"):
            bone.parent = bones["jaw"]
    bpy.ops.object.mode_set(mode="OBJECT")
    left = np.ones(len(points))
    for name, expression in BONES.items():
        away = np.linalg.norm(SOURCE.motion[INDEX[expression]], axis=1)
        group = mask.vertex_groups.new(name=name)
        for vertex, share in enumerate(away / away.max()):
            group.add([vertex], float(share), "REPLACE")
        left = left - away / away.max()
    skull = mask.vertex_groups.new(name="skull")  # weights are brought to a sum of 1
    for vertex, share in enumerate(np.clip(left, 0, 1)):
        skull.add([vertex], float(share), "REPLACE")
    mask.modifiers.new("Armature", "ARMATURE").object = rig
    mask.parent = rig
    bpy.context.view_layer.objects.active = mask
    bpy.context.view_layer.update()
    assert bpy.ops.understudy.map_face_shape(bones=True) == {"FINISHED"}
    found = facemaps.stored(mask)
    for bone, name in BONES.items():
        assert found.quality[name] > 0.4
        assert bone in {k.control.name for k in found.links if k.expression == name}
    outcome = bpy.context.window_manager.understudy.outcome
    assert "head bone" not in outcome
    assert all(b.matrix_basis.is_identity for b in rig.pose.bones), "all is put back"
