"""In-betweens on rigs of every kind: IK controls, creatures, props, odd keys, many bones."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from keyed_rigs import kept, key, keys_of, run
from understudy.ml import take

FRAMES = (1, 2, 3, 4, 5, 20, 33, 60)


def armature(name: str, bones: list[tuple]) -> bpy.types.Object:
    """Build an armature from (name, parent, head, tail)."""
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, parent, head, tail in bones:
        edit = rig.data.edit_bones.new(bone)
        edit.head, edit.tail, edit.parent = head, tail, rig.data.edit_bones.get(parent or "")
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.update()
    return rig


def chain(links: int) -> bpy.types.Object:
    """Build a snake, a tail, a rope."""
    places = [(f"link{i}", f"link{i - 1}", (0, 0.1 * i, 0), (0, 0.1 * i + 0.1, 0))
              for i in range(links)]  # fmt: skip
    rig = armature("chain", places)
    for frame in FRAMES:
        for i in range(links):
            key(rig, f"link{i}", frame, (0, 0, 0.1 * np.sin(frame / 6 - 0.4 * i)))
    return rig


def crane() -> bpy.types.Object:
    """Build a machine whose bones speak every rotation mode, and a load that hangs on none."""
    rig = armature(
        "crane",
        [
            ("turret", None, (0, 0, 0), (0, 0, 2)),
            ("boom", "turret", (0, 0, 2), (0, 5, 4)),
            ("hook", "boom", (0, 5, 4), (0, 5, 2)),
            ("load", None, (0, 5, 2), (0, 5, 1.5)),
        ],
    )
    rig.pose.bones["boom"].rotation_mode = "YXZ"
    rig.pose.bones["hook"].rotation_mode = "AXIS_ANGLE"
    for frame in FRAMES:
        key(rig, "turret", frame, (0, 0, 0.05 * frame))
        key(rig, "boom", frame, (0.3 * np.sin(frame / 15), 0, 0))
        key(rig, "hook", frame, (0.2 * np.sin(frame / 3), 0.1, 0))
        key(rig, "load", frame, move=(np.sin(frame / 20), np.cos(frame / 20), 0))
    return rig


def spider() -> bpy.types.Object:
    """Build a creature of eight legs, its feet beating fast."""
    bones, sides = [("body", None, (0, 0, 0.5), (0, 0.3, 0.5))], (-1, 1)
    for i in range(8):
        s, y = sides[i % 2], 0.1 * (i // 2)
        bones.append((f"upper{i}", "body", (0.1 * s, y, 0.5), (0.5 * s, y, 0.8)))
        bones.append((f"lower{i}", f"upper{i}", (0.5 * s, y, 0.8), (0.8 * s, y, 0.1)))
        bones.append((f"tip{i}", f"lower{i}", (0.8 * s, y, 0.1), (0.85 * s, y, 0.0)))
    rig = armature("spider", bones)
    for frame in FRAMES:
        key(rig, "body", frame, (0, 0, 0), (0, -0.02 * frame, 0))
        for i in range(8):
            key(rig, f"upper{i}", frame, (0, 0.2 * np.sin(1.5 * frame + i), 0))
            key(rig, f"lower{i}", frame, (0, 0.3 * np.cos(1.5 * frame + i), 0))
    return rig


@pytest.mark.parametrize(
    "make", [lambda: chain(30), crane, spider], ids=["chain", "crane", "spider"]
)
def test_rigs_that_are_no_people_are_filled(make):
    rig = make()
    before = keys_of(rig)
    for variant in (0, 1):
        report = run(rig, span=(1, 60), method="network", variant=variant)
        assert report["keys"] > 0 and report["fitted"]["worst_tolerances"] <= 1.0
        assert kept(rig, before)


def test_the_controls_of_rigify_are_filled_and_feet_planted(rigify_file):
    bpy.ops.wm.open_mainfile(filepath=str(rigify_file))
    rig = bpy.data.objects["rig"]
    for frame in (1, 2, 3, 4, 16, 28):
        step = 0.02 * min(frame, 16)
        key(rig, "torso", frame, (0.05 * np.sin(frame), 0, 0), (0, -0.02 * frame, 0))
        key(rig, "foot_ik.L", frame, (0, 0, 0), (0, step, 0))
        key(rig, "hand_ik.R", frame, (0.02 * frame, 0, 0), (0, 0.02 * frame, 0))
        key(rig, "upper_arm_fk.L", frame, (0, 0.02 * frame, 0))
    before, untouched = keys_of(rig), rig.pose.bones["foot_ik.R"].matrix_basis.copy()
    report = run(rig, span=(1, 28), method="network")
    assert report["bones"] == ["foot_ik.L", "hand_ik.R", "torso", "upper_arm_fk.L"]
    assert kept(rig, before) and rig.pose.bones["foot_ik.R"].matrix_basis == untouched
    for bone in ("torso", "foot_ik.L", "hand_ik.R"):
        for what in ("location", "rotation"):
            own = [k for (p, _), k in keys_of(rig).items() if bone in p and what in p]
            ours = any((keys["type"] == take.GENERATED).any() for keys in own)
            assert ours or (bone, what) == ("foot_ik.L", "rotation")
    places = []
    for frame in range(16, 29):
        bpy.context.scene.frame_set(frame)
        places.append(rig.pose.bones["DEF-foot.L"].head.copy())
    assert np.ptp(np.array(places), axis=0).max() < 0.005, "what stands at both keys stays"


def test_keys_between_frames_stay(rig):
    for frame in (1, 2, 3, 4.5, 10.5, 22.25, 40, 60):
        key(rig, "hip", frame, (0.4 * np.sin(frame / 5), 0, 0), (0, 0.1 * frame**0.5, 0))
    before = keys_of(rig)
    assert run(rig, span=(1, 60), method="network")["keys"] > 0
    assert kept(rig, before)


def test_a_finer_tolerance_gives_more_keys():
    rig, counts = crane(), []
    for fine in (4.0, 1.0, 0.25):
        asked = {"tolerance_deg": fine, "tolerance_size": fine / 200}
        counts.append(run(rig, span=(1, 60), method="network", **asked)["keys"])
    assert counts == sorted(counts) and counts[0] < counts[-1]


def curves(rig: bpy.types.Object) -> dict:
    from understudy.addon import fcurves

    return fcurves.curves_of(rig)


def test_more_than_the_network_sees_at_once():
    rig = chain(5)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(500):
        bone = rig.data.edit_bones.new(f"helper{i}")
        bone.head, bone.tail = (0, 0.001 * i, 0), (0, 0.001 * i, 0.1)
    bpy.ops.object.mode_set(mode="OBJECT")
    before = keys_of(rig)
    assert run(rig, span=(1, 60), method="network")["keys"] > 0
    assert kept(rig, before)


def test_a_very_long_range_goes_through_in_pieces(rig):
    frames = [1, 2, 3, *range(20, 9980, 60), 9998, 9999, 10000]
    for frame in (f for f in frames if f % 180 < 60):  # some gaps are of three seconds and more
        key(rig, "hip", frame, (np.sin(frame / 40), 0, 0), (np.cos(frame / 50), 0, 0))
    before = keys_of(rig)
    report = run(rig, span=(1, 10000), method="network")
    assert report["keys"] > 0 and report["fitted"]["worst_tolerances"] <= 1.5
    assert kept(rig, before)
    curve = next(c for (p, i), c in curves(rig).items() if p.endswith("location") and i == 0)
    values = np.array([curve.evaluate(f) for f in range(1, 10001)])
    assert np.abs(np.diff(values)).max() < 0.1, "no jump where pieces meet"
