"""The example that shows the tools: complete, quick, and beside the artist's scene."""

from __future__ import annotations

import time

import bpy
from understudy.addon import ledger
from understudy.ops.base import time_left


def test_the_example_is_a_scene_of_its_own_with_in_betweens(human):
    own = bpy.context.scene
    before = set(own.objects)
    begun = time.monotonic()
    assert bpy.ops.understudy.open_example() == {"FINISHED"}
    assert time.monotonic() - begun < 10
    assert set(own.objects) == before
    scene = bpy.data.scenes["Understudy Example"]
    rig = next(o for o in scene.objects if o.type == "ARMATURE")
    keys = ledger.report(rig.animation_data.action)["keys"]
    assert keys["ai"] > 0 and keys["human"] == 5 * 3 * (len(rig.pose.bones) + 1)
    assert keys["edited"] == keys["retimed"] == keys["deleted"] == 0


def test_the_head_of_the_example_shows_every_expression(human):
    from understudy.ml.face.performance import NAMES

    assert bpy.ops.understudy.open_example() == {"FINISHED"}
    scene = bpy.data.scenes["Understudy Example"]
    head = next(o for o in scene.objects if o.name.startswith("Example Head"))
    keys = head.data.shape_keys.key_blocks
    assert keys.keys() == ["Basis", *NAMES]
    basis = keys["Basis"].points if hasattr(keys["Basis"], "points") else keys["Basis"].data
    for name in NAMES:
        moved = max((p.co - q.co).length for p, q in zip(keys[name].data, basis, strict=True))
        assert 0.01 < moved < 0.6, name


def test_a_second_example_does_not_spoil_the_first(human):
    for _ in range(2):
        assert bpy.ops.understudy.open_example() == {"FINISHED"}
    rigs = [o for o in bpy.data.objects if o.name.startswith("Example Rig")]
    assert len(rigs) == 2 and all(r.animation_data.action for r in rigs)


def test_the_time_left_is_told_once_the_pace_is_known():
    assert time_left(0.5, 90.0) == "about 2 min left"
    assert time_left(0.9, 90.0) == "about 10 s left"
    assert time_left(0.5, 1.0) == time_left(0.01, 60.0) == ""
