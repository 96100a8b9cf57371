"""The head and the eyes turn, by bones, objects and what they look at."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from faces import new_armature, solid_head, value
from mathutils import Vector
from understudy.addon import actions
from understudy.ml.face import performance as performances
from understudy.ml.face.performance import INDEX


def test_head_and_eyes_turn_by_bones(head, face_settings):
    rig = new_armature("Rig", {"head": "QUATERNION", "eye.L": "XYZ", "eye.R": "QUATERNION"})
    head.parent = rig
    bpy.context.view_layer.objects.active = head
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    bpy.context.scene.frame_set(25)
    for bone in ("head", "eye.L", "eye.R"):
        posed = rig.pose.bones[bone]
        look = posed.matrix.to_3x3() @ posed.bone.matrix_local.to_3x3().inverted()
        # To the character's left, which is +X.
        assert (look @ Vector((0, -1, 0))).x == pytest.approx(np.sin(0.3), abs=0.02)


def test_eyeballs_that_shape_keys_turn_are_not_turned_twice(head, face_settings):
    rig = new_armature("Rig", {"eye.L": "XYZ", "eye.R": "XYZ"})
    head.parent = rig
    head.vertex_groups.new(name="eye.L").add([INDEX["eyeLookOutLeft"]], 1.0, "REPLACE")
    bpy.context.view_layer.objects.active = head
    bpy.ops.understudy.perform_face()
    assert rig.animation_data is None
    assert "the eye bones stay" in bpy.context.window_manager.understudy.outcome
    assert value(head, "eyeLookOutLeft", 25) > 0.3


def travelling(recording: Path) -> None:
    """Let the head of a recording move 10 cm to its left, 5 up and 20 ahead by half-time."""
    take = performances.read(recording)
    way = np.sin(np.pi * take.times / 2)[:, None] * [0.1, 0.05, 0.2]
    performances.write(recording, take.replace(head_position=way))


@pytest.mark.parametrize(
    ("parent", "travel", "moves"),
    [("neck", "free", False), ("neck", "always", True), ("root", "free", True),
     ("root", "never", False)],
)  # fmt: skip
def test_a_head_bone_travels_where_it_hangs_on_no_neck(
    head, face_settings, recording, parent, travel, moves
):
    travelling(recording)
    rig = new_armature("Rig", {parent: "XYZ", "head": "QUATERNION"})
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones["head"].parent = rig.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    head.parent, rig.scale = rig, (2, 2, 2)
    bpy.context.view_layer.objects.active = head
    face_settings.travel = travel
    bpy.ops.understudy.perform_face()
    scene = bpy.context.scene
    scene.frame_set(25)
    bone = rig.pose.bones["head"]
    moved = rig.matrix_world @ bone.head - rig.matrix_world @ bone.bone.head_local
    wanted = (0.1, -0.2, 0.05) if moves else (0, 0, 0)
    assert moved[:] == pytest.approx(wanted, abs=4e-3)


def test_a_connected_head_bone_is_told_to_stay(head, face_settings, recording):
    travelling(recording)
    rig = new_armature("Rig", {"root": "XYZ", "head": "QUATERNION"})
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones["head"]
    bone.parent, bone.use_connect = rig.data.edit_bones["root"], True
    bone.tail = bone.head + Vector((0, 0, 1))
    bpy.ops.object.mode_set(mode="OBJECT")
    head.parent, face_settings.travel = rig, "always"
    bpy.context.view_layer.objects.active = head
    bpy.ops.understudy.perform_face()
    assert "cannot move (it is connected" in bpy.context.window_manager.understudy.outcome
    assert not any("location" in path for path, _ in actions.curves_of(rig))


def test_a_head_that_is_an_object_turns_about_its_neck_and_never_adds_up(face_settings, recording):
    travelling(recording)
    ball = solid_head()
    ball.location, ball.rotation_euler = (3, 0, 0), (0, 0, 0.5)
    bpy.context.view_layer.update()
    scene = bpy.context.scene
    for _ in range(2):
        assert bpy.ops.understudy.perform_face() == {"FINISHED"}
        scene.frame_set(25)  # the second run begins where the head is turned
    look = ball.matrix_world.to_3x3() @ Vector((0, -1, 0))
    aside = Vector((np.cos(0.5), np.sin(0.5), 0))  # the face's left
    ahead = Vector((np.sin(0.5), -np.cos(0.5), 0))
    assert look.dot(aside) == pytest.approx(np.sin(0.3), abs=0.01)
    moved = ball.matrix_world @ Vector((0, 0, 1.2)) - Vector((3, 0, 1.2))
    assert moved.dot(aside) == pytest.approx(0.1, abs=0.02)
    assert moved.dot(ahead) == pytest.approx(0.2, abs=0.02)
    scene.frame_set(1)
    assert ball.location[:] == pytest.approx((3, 0, 0), abs=0.01)
    face_settings.head_amount = face_settings.travel_amount = 0.0
    bpy.ops.understudy.apply_face_edits()
    scene.frame_set(25)
    assert ball.rotation_euler.z == pytest.approx(0.5, abs=0.01)


def test_the_eyes_of_a_head_that_is_an_object_go_with_it(face_settings, recording):
    take = performances.read(recording)
    performances.write(recording, take.replace(gaze=np.zeros_like(take.gaze) + [0.2, 0.0]))
    ball = solid_head()
    for side, x in (("L", 0.4), ("R", -0.4)):
        eye = bpy.data.objects.new(f"Eye_{side}", None)
        eye.parent, eye.location = ball, (x, -1, 2)
        bpy.context.collection.objects.link(eye)
    bpy.context.view_layer.objects.active = ball
    scene = bpy.context.scene
    for _ in range(2):
        bpy.ops.understudy.perform_face()
        scene.frame_set(25)
    eye = bpy.data.objects["Eye_L"]
    look = ball.matrix_world.to_3x3().inverted() @ eye.matrix_world.to_3x3() @ Vector((0, -1, 0))
    assert look.x == pytest.approx(np.sin(0.2), abs=0.01), "relative to the head, once"


def test_a_head_does_not_turn_away_from_its_eyes(face_settings):
    ball = solid_head()
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.1, location=(0.4, -0.7, 2.2))
    eye = bpy.context.object
    bpy.context.view_layer.objects.active = ball
    bpy.ops.understudy.perform_face()
    assert ball.animation_data is None
    outcome = bpy.context.window_manager.understudy.outcome
    assert f"{eye.name} would be left behind" in outcome
    eye.parent = ball
    bpy.context.view_layer.update()
    bpy.ops.understudy.perform_face()
    assert ball.animation_data is not None


def test_what_a_script_has_just_removed_is_not_looked_at(face_settings):
    ball = solid_head()
    other = bpy.data.objects.new("Other", bpy.data.meshes.new("Other"))
    bpy.context.collection.objects.link(other)
    bpy.data.objects.remove(other)
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    assert ball.animation_data is not None


def test_a_body_does_not_turn_with_its_face(face_settings):
    body = solid_head()
    for block in body.data.shape_keys.key_blocks[1:]:
        for point, rest in zip(block.data, body.data.shape_keys.reference_key.data, strict=True):
            if rest.co.z < 2.8:
                point.co = rest.co
    bpy.ops.understudy.perform_face()
    assert body.animation_data is None
    assert "is more than a head" in bpy.context.window_manager.understudy.outcome


def test_eyes_by_shape_keys_by_a_bone_they_track_and_by_turning_bones(head, face_settings):
    rig = new_armature("Rig", {"look": "XYZ", "eye.L": "XYZ", "eye.R": "XYZ"})
    bpy.ops.object.mode_set(mode="EDIT")
    target = rig.data.edit_bones["look"]
    target.head, target.tail = (0, -3, 0), (0, -3, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in "LR":
        track = rig.pose.bones[f"eye.{side}"].constraints.new("DAMPED_TRACK")
        track.target, track.subtarget = rig, "look"
    head.parent = rig
    bpy.context.view_layer.objects.active = head
    bpy.ops.understudy.perform_face()
    bpy.context.scene.frame_set(25)
    moved = rig.pose.bones["look"].head - rig.data.bones["look"].head_local
    assert moved.x == pytest.approx(3 * np.tan(0.3), abs=0.05)
    assert moved.y == pytest.approx(0, abs=1e-3)
    assert value(head, "eyeLookOutLeft", 25) == pytest.approx(0.3 / np.radians(38), abs=0.02)
    assert value(head, "eyeLookInRight", 25) == pytest.approx(0.3 / np.radians(38), abs=0.02)
    assert not any("eye." in path for path, _ in actions.curves_of(rig))


def test_eyes_follow_what_they_are_constrained_to(head, face_settings):
    target = bpy.data.objects.new("Look", None)
    target.location = (0, -2, 0)
    bpy.context.collection.objects.link(target)
    for side in "LR":
        eye = bpy.data.objects.new(f"Eye_{side}", None)
        eye.parent = head
        bpy.context.collection.objects.link(eye)
        eye.constraints.new("DAMPED_TRACK").target = target
    bpy.context.view_layer.update()
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    bpy.context.scene.frame_set(25)
    assert target.location.x == pytest.approx(2 * np.tan(0.3), abs=0.03)
    assert target.location.y == pytest.approx(-2, abs=1e-4)
