"""The preview of key poses, switches that are keyed, and the camera that filmed."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Vector
from understudy.addon import actions, blocking, fcurves, videocamera
from understudy.ml import take
from understudy.ml.errors import UnderstudyError


@pytest.fixture
def previewed(human):
    scene = bpy.context.scene
    result = (
        {"span": [10, 30], "provider": "CPU"},
        {
            "counts": np.array([2, 3]),
            "error_deg": np.array([9.0, 4.0]),
            "frames": np.array([10, 30, 10, 18, 30]),
            "types": np.array([0, 0, 0, 1, 0]),
            "confidence": np.linspace(0.2, 1.0, 21, dtype=np.float32),
        },
    )
    blocking.keep_preview(scene, result)
    return scene.understudy


def test_the_count_chooses_and_edits_stay(previewed):
    preview = previewed.blocking
    assert preview.frames(2) == [10, 30] and preview.frames(3) == [10, 18, 30]
    assert preview.proposal(3)["error_deg"] == 4.0
    assert len(preview.proposal(3)["sure"]) == 21
    assert bpy.ops.understudy.edit_key_poses(frame=25, added=True) == {"FINISHED"}
    assert bpy.ops.understudy.edit_key_poses(frame=18, added=False) == {"FINISHED"}
    assert preview.frames(3) == [10, 25, 30] and preview.frames(2) == [10, 25, 30]
    bpy.ops.understudy.edit_key_poses(frame=18, added=True)
    assert preview.frames(2) == [10, 18, 25, 30] and len(preview.edits) == 2
    with pytest.raises(RuntimeError, match="from frame 10 to 30"):
        bpy.ops.understudy.edit_key_poses(frame=31, added=True)
    previewed.video, previewed.key_count = "//clip.mp4", 3
    assert blocking.options_from(bpy.context).frames == (10, 18, 25, 30)
    previewed.key_choice = "tolerance"
    assert blocking.options_from(bpy.context).frames is None
    bpy.ops.understudy.forget_key_poses()
    previewed.key_choice = "count"
    assert blocking.options_from(bpy.context).frames is None


def _switched(human, value, first, last):
    made = take.Take([], take.Provenance("blocking"), (first, last))
    made.properties = {'pose.bones["hips"]["IK_FK"]': value}
    blocking._key_switches(human, made, {'pose.bones["hips"]["IK_FK"]': True})
    return made


def test_a_switch_is_keyed_for_its_range(human):
    human.pose.bones["hips"]["IK_FK"] = 0.0
    made = _switched(human, 1.0, 10.0, 20.0)
    assert made.properties == {} and len(made.channels) == 1
    assert made.channels[0].keys["co"].tolist() == [[10.0, 1.0]]
    assert made.channels[0].group == "hips"
    fcurves.write_take(human, made)
    bpy.context.scene.frame_set(15)
    assert human.pose.bones["hips"]["IK_FK"] == 1.0
    # Later, another range the other way: before and after it, it is as it was.
    later = _switched(human, 0.0, 40.0, 50.0)
    assert [k["co"].tolist() for k in later.channels[0].keys] == [[39.0, 1.0], [40.0, 0.0]]


def test_the_artists_switch_is_not_overruled(human):
    bone = human.pose.bones["hips"]
    bone["IK_FK"] = 0.0
    bone.keyframe_insert('["IK_FK"]', frame=15)
    with pytest.raises(UnderstudyError, match="is animated, and is not 1"):
        _switched(human, 1.0, 10.0, 20.0)


def test_the_camera_films_the_rig_where_it_stands(human, monkeypatch):
    monkeypatch.setattr(videocamera, "_background", lambda *_: [])
    human.location, human.rotation_euler.z, human.scale = (2.0, 1.0, 0.0), 0.5, (2.0, 2.0, 2.0)
    bpy.context.view_layer.update()
    place, turn = np.array([0.3, -4.0, 1.5]), np.array([0.7071, 0.7071, 0.0, 0.0])
    frames = np.array([1.0])
    seat = take.Take(
        [
            *(take.Channel("location", k, "Camera", take.make_keys(frames, [place[k]]))
              for k in range(3)),
            *(take.Channel("rotation_quaternion", k, "Camera", take.make_keys(frames, [turn[k]]))
              for k in range(4)),
        ],
        take.Provenance("blocking"), (1.0, 9.0),
    )  # fmt: skip
    lens = take.Take([take.Channel("lens", 0, "Camera", take.make_keys(frames, [35.0]))],
                     take.Provenance("blocking"), (1.0, 9.0))  # fmt: skip
    meta, arrays = {"size": [640, 480]}, {}
    for name, made in (("object", seat), ("lens", lens)):
        meta[name], packed = made.pack()
        arrays |= {f"camera_{name}_{k}": v for k, v in packed.items()}
    camera, _ = videocamera.write(bpy.context.scene, human, "clip.mp4", meta, arrays, 0.0, 1)
    bpy.context.scene.frame_set(1)
    wanted = human.matrix_world @ Vector(place)
    np.testing.assert_allclose(camera.matrix_world.translation, wanted, atol=1e-5)
    looks = camera.matrix_world.to_3x3() @ Vector((0, 0, -1))
    ahead = human.matrix_world.to_3x3().normalized() @ Vector((0, 1, 0))
    assert looks.dot(ahead) > 0.999
    assert camera.data.lens == pytest.approx(35.0)
    again, _ = videocamera.write(bpy.context.scene, human, "clip.mp4", meta, arrays, 0.0, 1)
    assert again == camera and len(actions.curves_of(camera)) == 7
