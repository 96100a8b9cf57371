"""In-betweens where something stands in the way, told in words, and very long or large."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from keyed_rigs import key, keys_of, run
from understudy.addon import fcurves, inbetween
from understudy.ml.errors import RigError, UnderstudyError


def test_bad_input_is_told_in_words(rig):
    with pytest.raises(UnderstudyError, match="key at least two poses first"):
        run(rig)
    key(rig, "hip", 5, (0.1, 0, 0))
    with pytest.raises(UnderstudyError, match="only one key"):
        run(rig)
    key(rig, "hip", 500, (0.5, 0, 0))
    with pytest.raises(UnderstudyError, match="outside it"):
        run(rig)
    key(rig, "hip", 20, (0.5, 0, 0))
    with pytest.raises(UnderstudyError, match="no bone knee"):
        run(rig, bones=["knee"])
    with pytest.raises(UnderstudyError, match="longer range"):
        run(rig, span=(5, 6))
    run(rig)


@pytest.mark.parametrize("what", ["mute", "lock", "cycles", "driver", "constraint", "nan"])
def test_what_stands_in_the_way_is_named(rig, what):
    for frame in (1, 2, 3, 20):
        key(rig, "hip", frame, (0.1 * frame, 0, 0))
    curves = fcurves.curves_of(rig)
    curve = curves[('pose.bones["hip"].rotation_euler', 0)]
    words = {
        "mute": "muted",
        "lock": "locked",
        "cycles": "Cycles",
        "driver": "driver",
        "constraint": "constraint",
        "nan": "not a number",
    }
    if what in ("mute", "lock"):
        setattr(curve, what, True)
    elif what == "cycles":
        curve.modifiers.new("CYCLES")
    elif what == "driver":
        rig.pose.bones["hip"].driver_add("rotation_euler", 1)
    elif what == "constraint":
        rig.pose.bones["hip"].constraints.new("COPY_TRANSFORMS")
    else:
        curve.keyframe_points[1].co[1] = float("nan")
    before = {k: len(v) for k, v in keys_of(rig).items()}
    with pytest.raises(UnderstudyError, match=words[what]):
        run(rig)
    assert before == {k: len(v) for k, v in keys_of(rig).items()}


@pytest.mark.parametrize(
    ("kind", "told"),
    [("COPY_ROTATION", "rotation"), ("COPY_LOCATION", "location"), ("CHILD_OF", ""), ("LIMIT", "")],
)
def test_a_constraint_hinders_only_what_it_rules(rig, kind, told):
    for frame in (1, 2, 3, 20):
        key(rig, "hip", frame, (0.1 * frame**0.5, 0, 0), move=(0.1 * frame**0.5, 0, 0))
    kind = {"LIMIT": "LIMIT_ROTATION"}.get(kind, kind)
    constraint = rig.pose.bones["hip"].constraints.new(kind)
    asked = inbetween.request(bpy.context.scene, rig, inbetween.Options(span=(1, 20)))
    assert len(asked.reading.notes) == bool(told)
    assert all(f"its {told} was left out" in note for note in asked.reading.notes)
    if kind == "COPY_ROTATION":
        constraint.mix_mode = "ADD"
        asked = inbetween.request(bpy.context.scene, rig, inbetween.Options(span=(1, 20)))
        assert not asked.reading.notes


def test_nla_tweak_mode_and_unlinked_rigs_are_refused(rig):
    for frame in (1, 2, 3, 20):
        key(rig, "hip", frame, (0.1 * frame, 0, 0))
    action, data = rig.animation_data.action, rig.animation_data
    data.nla_tracks.new().strips.new("strip", 1, action)
    data.action = None
    data.nla_tracks[0].select = True
    data.use_tweak_mode = True
    if data.use_tweak_mode:
        with pytest.raises(UnderstudyError, match="tweak"):
            run(rig)
        data.use_tweak_mode = False
    bpy.context.collection.objects.unlink(rig)
    with pytest.raises(RigError):
        run(rig)


def test_linked_rigs_are_refused_and_overrides_filled(rig, tmp_path):
    for frame in (1, 2, 3, 20):
        key(rig, "hip", frame, (0.1 * frame**0.5, 0, 0))
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {rig})
    bpy.data.objects.remove(rig)
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)
    with bpy.data.libraries.load(path, link=True) as (there, into):
        into.objects = there.objects
    linked = into.objects[0]
    bpy.context.collection.objects.link(linked)
    with pytest.raises(RigError, match="make a library override"):
        run(linked)
    own = linked.override_create(remap_local_usages=True)
    own.override_library.is_system_override = False
    with pytest.raises(UnderstudyError, match="make it local"):
        run(own)
    own.animation_data.action = own.animation_data.action.copy()
    before = keys_of(own)
    assert run(own)["keys"] > 0
    for channel, keys in before.items():
        after = keys_of(own)[channel]
        assert (after[np.isin(after["co"][:, 0], keys["co"][:, 0])]["co"] == keys["co"]).all()


def test_a_long_range_and_many_bones(rig):
    for frame in (1, 2, 3, 4000, 4001, 4002, 9999):
        key(rig, "hip", frame, (0.1 * (frame % 7), 0, 0), move=(0.1 * (frame % 5), 0, 0))
    report = run(rig, span=(1, 10000), tolerance_deg=1.0)
    assert report["keys"] > 0 and report["fitted"]["worst_tolerances"] < 1.5


def test_five_hundred_bones(human):
    bpy.context.view_layer.objects.active = human
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(480):
        bone = human.data.edit_bones.new(f"helper{i}")
        bone.head, bone.tail = (0, 0.001 * i, 0), (0, 0.001 * i, 0.1)
    bpy.ops.object.mode_set(mode="OBJECT")
    for frame in (1, 2, 3, 20):
        key(human, "hips", frame, move=(0.1 * frame**0.5, 0, 0))
    assert run(human)["keys"] > 0
