"""The one writer: whole or not at all, and never over an artist's key."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from understudy.addon import actions, fcurves, ledger
from understudy.ml import keys as k
from understudy.ml import take as t
from understudy.ml.errors import RigError, UnderstudyError

LOCATION = 'pose.bones["hip"].location'


def state(owner) -> tuple:
    """Return everything that a write could change, to be compared before and after."""
    data = owner.animation_data
    action = data.action if data else None
    curves = {
        key: (c.group.name if c.group else "", k.full(actions.read_keys(c)).tobytes())
        for key, c in actions.curves_of(owner).items()
    }
    bag = actions.bag_of(owner)
    return (
        data is None,
        action,
        len(action.slots) if action and actions.HAS_SLOTS else 0,
        action.get(ledger.LEDGER) if action else None,
        sorted(bag.groups.keys()) if bag else [],
        curves,
        owner.pose.bones["hip"]["IK_FK"],
        len(bpy.data.actions),
    )


def frames_of(owner, path=LOCATION, index=0) -> list[float]:
    return actions.read_keys(actions.curves_of(owner)[path, index])["co"][:, 0].tolist()


def key_by_hand(owner, frame, value, path=LOCATION, index=0) -> None:
    fcurve = fcurves.ensure_fcurve(owner, path, index)
    fcurve.keyframe_points.insert(frame, value)
    fcurve.update()


def test_a_take_is_written_with_groups_types_and_properties(rig, make_take):
    take = make_take(properties={'pose.bones["hip"]["IK_FK"]': 1.0})
    written = fcurves.write_take(rig, take)
    assert (written.curves, written.keys) == (14, 42)
    for channel in take.channels:
        curve = actions.curves_of(rig)[channel.data_path, channel.index]
        keys = actions.read_keys(curve)
        assert np.array_equal(keys["co"], channel.keys["co"])
        assert set(keys["type"]) == {t.EXTREME}
        assert curve.group.name == channel.group
    assert rig.pose.bones["hip"]["IK_FK"] == 1.0


def test_what_is_written_moves_the_rig(rig, make_take):
    take = make_take()
    fcurves.write_take(rig, take)
    bpy.context.scene.frame_set(5)
    wanted = [c.keys["co"][1, 1] for c in take.channels if c.data_path == LOCATION]
    assert np.allclose(rig.pose.bones["hip"].location, wanted)


def test_a_second_object_on_the_same_action_gets_its_own_curves(rig, make_take):
    if not actions.HAS_SLOTS:
        pytest.skip("actions have slots from Blender 4.4")
    fcurves.write_take(rig, make_take())
    other = rig.copy()
    other.animation_data_clear()
    bpy.context.collection.objects.link(other)
    bpy.context.view_layer.update()
    other.animation_data_create().action = rig.animation_data.action
    other.animation_data.action_slot = None
    fcurves.write_take(other, make_take((2, 4), seed=1))
    assert frames_of(rig) == [1, 5, 9]
    assert frames_of(other) == [2, 4]


def test_an_artists_keys_stay_to_the_bit(rig, make_take):
    key_by_hand(rig, 5, 0.125)
    key_by_hand(rig, 7.25, -3.0)
    curve = actions.curves_of(rig)[LOCATION, 0]
    point = curve.keyframe_points[1]
    point.interpolation, point.easing, point.back = "BACK", "EASE_OUT", 2.5
    point.amplitude, point.period, point.type = 0.3, 7.0, "BREAKDOWN"
    for side in ("left", "right"):
        setattr(point, f"handle_{side}_type", "FREE")
    point.handle_left, point.handle_right = (6.5, -2.0), (8.0, -4.0)
    point.select_control_point = False
    before = actions.read_keys(curve)
    written = fcurves.write_take(rig, make_take((1, 5, 7, 9)))
    after = actions.read_keys(actions.curves_of(rig)[LOCATION, 0])
    assert after["co"][:, 0].tolist() == [1, 5, 7.25, 9]
    assert after[2].tobytes() == before[1].tobytes()
    assert after[1]["co"].tolist() == [5, 0.125]
    assert written.yielded == 2


def test_a_rerun_replaces_only_what_it_made(rig, make_take):
    key_by_hand(rig, 3, 1.0)
    fcurves.write_take(rig, make_take((1, 5, 9)))
    written = fcurves.write_take(rig, make_take((1, 4, 9), seed=1))
    assert frames_of(rig) == [1, 3, 4, 9]
    assert written.replaced == 42


def test_a_key_the_artist_edited_stays_in_a_rerun(rig, make_take):
    fcurves.write_take(rig, make_take((1, 5, 9)))
    curve = actions.curves_of(rig)[LOCATION, 0]
    curve.keyframe_points[1].co[1] = 42.0
    curve.update()
    fcurves.write_take(rig, make_take((1, 5, 9), seed=1))
    fcurves.write_take(rig, make_take((1, 7, 9), seed=2))
    keys = actions.read_keys(actions.curves_of(rig)[LOCATION, 0])
    assert keys["co"][:, 0].tolist() == [1, 5, 7, 9]
    assert keys["co"][1, 1] == 42.0


def test_a_rerun_leaves_keys_outside_its_span(rig, make_take):
    fcurves.write_take(rig, make_take((1, 5, 9)))
    fcurves.write_take(rig, make_take((7, 12), seed=1))
    assert frames_of(rig) == [1, 5, 7, 12]


def test_a_rerun_clears_channels_that_it_no_longer_writes(rig, make_take):
    fcurves.write_take(rig, make_take())
    take = make_take(seed=1)
    take.channels = [c for c in take.channels if c.data_path != LOCATION]
    fcurves.write_take(rig, take)
    assert (LOCATION, 0) not in actions.curves_of(rig)
    assert len(actions.curves_of(rig)) == 11


def test_another_stages_keys_are_not_replaced(rig, make_take):
    fcurves.write_take(rig, make_take((1, 9)))
    fcurves.write_take(rig, make_take((1, 3, 5, 9), stage="inbetween", seed=1))
    assert frames_of(rig) == [1, 3, 5, 9]
    assert ledger.report(rig.animation_data.action)["keys"]["ai"] == 14 * 4


def test_new_poses_replace_the_inbetweens_of_the_old_ones(rig, make_take):
    fcurves.write_take(rig, make_take((1, 9)))
    fcurves.write_take(rig, make_take((1, 3, 5, 9), stage="inbetween", seed=1))
    fcurves.write_take(rig, make_take((1, 5, 9), seed=2))
    assert frames_of(rig) == [1, 5, 9]


def test_euler_angles_take_the_turn_of_the_artists_pose(rig, make_take):
    path, turn = 'pose.bones["hip"].rotation_euler', 2 * np.pi
    key_by_hand(rig, 5, turn, path, 1)
    take = make_take()
    proposed = {c.index: c.keys["co"][:, 1] for c in take.channels if c.data_path == path}
    fcurves.write_take(rig, take)
    for index, shift in enumerate((0, turn, 0)):
        values = actions.read_keys(actions.curves_of(rig)[path, index])["co"][:, 1]
        assert values[[0, 2]] == pytest.approx(proposed[index][[0, 2]] + shift, abs=1e-5)
    assert actions.read_keys(actions.curves_of(rig)[path, 1])["co"][1, 1] == np.float32(turn)


def test_quaternions_take_the_sign_of_the_artists_pose(rig, make_take):
    path = 'pose.bones["a\\"b"].rotation_quaternion'
    take = make_take((1, 9))
    for index, value in enumerate((-0.5, -0.5, -0.5, -0.5)):
        key_by_hand(rig, 5, value, path, index)
    fcurves.write_take(rig, take)
    for index in range(4):
        keys = actions.read_keys(actions.curves_of(rig)[path, index])
        assert (keys["co"][:, 1] < 0).all()


def test_removing_takes_only_unchanged_keys(rig, make_take):
    key_by_hand(rig, 3, 1.0)
    fcurves.write_take(rig, make_take())
    curve = actions.curves_of(rig)[LOCATION, 0]
    curve.keyframe_points[0].co[1] = 42.0
    curve.update()
    assert fcurves.clear_take(rig) == 41
    assert frames_of(rig) == [1, 3]
    assert len(actions.curves_of(rig)) == 1
    assert ledger.report(rig.animation_data.action)["keys"]["edited"] == 1


def lock(rig):
    actions.curves_of(rig)[LOCATION, 0].lock = True


def mute(rig):
    actions.curves_of(rig)[LOCATION, 0].mute = True


def lock_group(rig):
    bag = actions.bag_of(rig)
    curve = actions.curves_of(rig)[LOCATION, 0]
    curve.group = bag.groups.get("hip") or bag.groups.new("hip")
    curve.group.lock = True


def drive(rig):
    rig.driver_add('pose.bones["hip"].rotation_euler', 1)


def drive_switch(rig):
    rig.driver_add('pose.bones["hip"]["IK_FK"]')


def animate_switch(rig):
    rig.keyframe_insert('pose.bones["hip"]["IK_FK"]', frame=1)


def tweak(rig):
    data = rig.animation_data
    strip = data.nla_tracks.new().strips.new("Strip", 1, data.action)
    data.action = None
    data.nla_tracks[0].select = strip.select = True
    data.nla_tracks.active = data.nla_tracks[0]
    data.use_tweak_mode = True
    assert data.use_tweak_mode


def solo(rig):
    track = rig.animation_data.nla_tracks.new()
    track.is_solo = True


def blend(rig):
    rig.animation_data.nla_tracks.new()
    rig.animation_data.action_influence = 0.5


def change_mode(rig):
    rig.pose.bones["hip"].rotation_mode = "QUATERNION"


def remove_bone(rig):
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones.remove(rig.data.edit_bones["arm"])
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lock, "is locked: unlock it"),
        (mute, "is muted: unmute it"),
        (lock_group, "is locked: unlock it"),
        (drive, "has a driver.*remove the driver"),
        (drive_switch, "has a driver.*remove the driver"),
        (animate_switch, "is animated, and is not 1.*change those keys"),
        (tweak, "tweak mode: leave it"),
        (solo, "plays solo.*clear the star"),
        (blend, "set its blending to Replace"),
        (change_mode, "rotates as QUATERNION.*run again"),
        (remove_bone, "has no bone arm.*run again"),
    ],
)
def test_what_forbids_writing_is_said_and_nothing_changes(rig, make_take, spoil, says):
    key_by_hand(rig, 5, 0.125)
    spoil(rig)
    before = state(rig)
    with pytest.raises(UnderstudyError, match=says):
        fcurves.write_take(rig, make_take(properties={'pose.bones["hip"]["IK_FK"]': 1.0}))
    assert state(rig) == before


def test_a_switch_that_is_keyed_as_wanted_is_no_obstacle(rig, make_take):
    animate_switch(rig)
    fcurves.write_take(rig, make_take(properties={'pose.bones["hip"]["IK_FK"]': 0.0}))
    assert frames_of(rig) == [1, 5, 9]


def test_a_rig_in_no_scene_is_refused(rig, make_take):
    bpy.context.collection.objects.unlink(rig)
    with pytest.raises(RigError, match="in no scene: add it"):
        fcurves.write_take(rig, make_take())
    assert rig.animation_data is None


def test_an_armature_that_was_just_made_is_evaluated_first(make_take):
    made = bpy.data.objects.new("New", bpy.data.armatures.new("New"))
    with pytest.raises(RigError, match="in no scene"):
        fcurves.ensure_bag(made)
    bpy.context.collection.objects.link(made)
    assert fcurves.ensure_bag(made) is not None


@pytest.fixture
def library(rig, make_take, tmp_path):
    """Return the path of a file that holds the rig with an action."""
    fcurves.write_take(rig, make_take())
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {rig}, fake_user=True)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return path


def link(path):
    with bpy.data.libraries.load(path, link=True) as (_, into):
        into.objects = ["Hero"]
    return into.objects[0]


def test_a_linked_rig_is_refused(library, make_take):
    linked = link(library)
    bpy.context.collection.objects.link(linked)
    with pytest.raises(RigError, match="make a library override"):
        fcurves.write_take(linked, make_take())


def test_a_linked_action_is_refused_and_an_override_with_its_own_is_written(library, make_take):
    linked = link(library)
    bpy.context.collection.objects.link(linked)
    own = linked.override_create(remap_local_usages=True)
    own.override_library.is_system_override = False
    bpy.context.view_layer.update()
    with pytest.raises(UnderstudyError, match="is linked: first make it local"):
        fcurves.write_take(own, make_take())
    own.animation_data.action = None
    fcurves.write_take(own, make_take((2, 6)))
    assert frames_of(own) == [2, 6]


@pytest.mark.parametrize("animated", [False, True])
def test_a_failure_half_way_puts_everything_back(rig, make_take, monkeypatch, animated):
    if animated:
        key_by_hand(rig, 5, 0.125)
        fcurves.write_take(rig, make_take((1, 9), seed=4))
    before = state(rig)
    calls = []

    def fail(_ledger, _action):
        calls.append(1)
        raise MemoryError

    monkeypatch.setattr(ledger.Ledger, "save", fail)
    with pytest.raises(MemoryError):
        fcurves.write_take(
            rig, make_take((2, 4, 6), properties={'pose.bones["hip"]["IK_FK"]': 1.0})
        )
    assert calls and state(rig) == before


def test_values_that_are_no_numbers_are_a_bug(rig, make_take):
    take = make_take()
    take.channels[3].keys["co"][1, 1] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        fcurves.write_take(rig, take)
    assert rig.animation_data is None
