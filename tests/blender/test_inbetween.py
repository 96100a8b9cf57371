"""In-betweens on real armatures: keys exact, others untouched, what the settings do."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from keyed_rigs import key, keys_of, run
from understudy.addon import fcurves, ledger
from understudy.ml import rotations as rt
from understudy.ml import take


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_keys_of_the_artist_stay(walker, variant):
    before = keys_of(walker)
    report = run(walker, variant=variant)
    assert report["keys"] > 0
    after = keys_of(walker)
    assert before.keys() == after.keys()
    for channel, old in before.items():
        now = after[channel]
        stays = np.isin(now["co"][:, 0], old["co"][:, 0])
        for name in ("co", "interpolation", "type", "easing", "handle_left_type"):
            assert (now[stays][name] == old[name]).all()
        assert (now[~stays]["type"] == take.GENERATED).all()
        curve = fcurves.curves_of(walker)[channel]
        assert [curve.evaluate(f) for f in old["co"][:, 0]] == old["co"][:, 1].tolist()


def test_curves_come_near_to_what_was_proposed(walker):
    report = run(walker, tolerance_deg=1.0)
    assert report["fitted"]["worst_tolerances"] <= 1.0
    assert report["fitted"]["share"] < 0.5


def test_velocity_is_kept_after_dense_keys(rig):
    for frame in (1, 2, 3, 4):
        key(rig, "hip", frame, (0.1 * frame, 0, 0))
    key(rig, "hip", 20, (0.6, 0, 0))
    run(rig)
    curve = fcurves.curves_of(rig)[('pose.bones["hip"].rotation_euler', 0)]
    assert curve.evaluate(5) - curve.evaluate(4) == pytest.approx(0.09, abs=0.03)


def test_keys_of_opposite_signs_do_not_spin_the_bone(rig):
    rig.pose.bones["hip"].rotation_mode = "QUATERNION"
    for frame in range(1, 6):
        key(rig, "hip", frame, (0.02 * frame, 0, 0))
    key(rig, "hip", 25, (0.4, 0.1, 0))
    path = 'pose.bones["hip"].rotation_quaternion'
    curves = [fcurves.curves_of(rig)[path, i] for i in range(4)]
    for curve in curves:
        curve.keyframe_points[-1].co_ui[1] *= -1.0
        curve.update()
    assert run(rig)["keys"] > 0
    turn = rt.normalize([[c.evaluate(f) for c in curves] for f in range(5, 26)])
    assert rt.angle_between(turn[1:], turn[:-1]).max() < 0.1


def test_strength_zero_is_the_artists_own_curve(walker):
    before = keys_of(walker)
    report = run(walker, strength=0.0)
    assert report["keys"] == 0
    for channel, keys in keys_of(walker).items():
        assert (keys == before[channel]).all()


def test_second_run_replaces_only_ours(walker):
    first = run(walker, tolerance_deg=0.5)
    curve = next(c for c in fcurves.curves_of(walker).values() if len(c.keyframe_points) > 6)
    path = curve.data_path, curve.array_index
    edited = next(p for p in curve.keyframe_points if p.type == "GENERATED")
    edited.co[1] += 0.25
    frame, value = edited.co
    curve.update()
    second = run(walker, tolerance_deg=0.5)
    assert second["keys_replaced"] == first["keys"] - 1
    assert [frame, value] in keys_of(walker)[path]["co"].tolist()
    counts = ledger.report(walker.animation_data.action)["keys"]
    assert counts["edited"] == 1 and counts["ai"] == second["keys"]


def test_bones_that_are_not_keyed_or_not_chosen_stay(walker):
    before = keys_of(walker)
    report = run(walker, bones=["thigh.L", "shin.L"], contact_hold=0.0)
    assert report["bones"] == ["shin.L", "thigh.L"]
    changed = {p for (p, i), keys in keys_of(walker).items() if len(keys) != len(before[p, i])}
    assert changed and all("thigh.L" in p or "shin.L" in p for p in changed)


def test_holds_stay_holds(rig):
    for frame in (1, 2, 3, 4):
        key(rig, "hip", frame, (0.1 * frame, 0, 0))
    for frame in (12, 20):
        key(rig, "hip", frame, (0.9, 0, 0))
    run(rig)
    curve = fcurves.curves_of(rig)[('pose.bones["hip"].rotation_euler', 0)]
    assert all(curve.evaluate(f) == pytest.approx(0.9, abs=1e-6) for f in range(12, 21))
    assert not [p for p in curve.keyframe_points if 12 < p.co[0] < 20]


def test_stepped_poses_are_filled(rig):
    for frame, x in ((1, 0.0), (11, 0.5), (21, 1.5)):
        key(rig, "hip", frame, (x, 0, 0), interpolation="CONSTANT")
    assert run(rig)["keys"] > 0
    curve = fcurves.curves_of(rig)[('pose.bones["hip"].rotation_euler', 0)]
    steps = np.diff([curve.evaluate(f) for f in range(1, 22)])
    assert steps.min() > -1e-4 and steps.max() < 0.2
    assert curve.keyframe_points[0].interpolation == "CONSTANT"


def test_breakdowns_only(walker):
    run(walker, breakdown=True)
    for keys in keys_of(walker).values():
        ours = keys[keys["type"] == take.GENERATED]
        assert ours["co"][:, 0].tolist() in ([12.0], [])


def test_takes_differ(walker):
    seen = []
    for variant in range(3):
        run(walker, variant=variant)
        curves = fcurves.curves_of(walker)
        seen.append([c.evaluate(12) for _, c in sorted(curves.items())])
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(np.subtract(seen[a], seen[b])).max() > 0.05


def test_a_foot_that_stands_is_held(human):
    for bone in ("thigh.L", "shin.L", "foot.L"):
        human.pose.bones[bone].rotation_mode = "XYZ"
    turns = {"thigh.L": -0.5, "shin.L": 1.0, "foot.L": -0.5}
    for bone, x in turns.items():
        key(human, bone, 1, (0, 0, 0))
        key(human, bone, 21, (0, 0, 0))
        human.pose.bones[bone].rotation_euler = (x, 0, 0)
    # The hips sink and come back between the keys of the leg.
    for frame, z in ((1, 0.0), (11, -0.12), (21, 0.0)):
        key(human, "hips", frame, move=(0, z, 0))
    feet = {}
    for hold in (0.0, 1.0):
        run(human, contact_hold=hold, tolerance_deg=0.2)
        places = []
        for frame in range(1, 22):
            bpy.context.scene.frame_set(frame)
            places.append(human.pose.bones["foot.L"].head.copy())
        feet[hold] = np.ptp(np.array(places), axis=0).max()
    assert feet[0.0] > 0.1
    assert feet[1.0] < 0.02


def test_a_prop_of_one_bone_gets_few_keys(rig):
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ('a"b', "arm"):
        rig.data.edit_bones.remove(rig.data.edit_bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    for frame in (1, 2, 3, 4, 5, 20, 33, 60):
        key(rig, "hip", frame, (0.2 * frame, 0, 0), (0.1 * frame, 0, abs(np.sin(frame / 7))))
    before = keys_of(rig)
    report = run(rig, span=(1, 60), method="network")
    assert 0 < report["fitted"]["share"] < 0.3 and report["fitted"]["worst_tolerances"] <= 1.0
    for channel, keys in before.items():
        after = keys_of(rig)[channel]
        assert (after[np.isin(after["co"][:, 0], keys["co"][:, 0])]["co"] == keys["co"]).all()


@pytest.mark.parametrize("seed", range(8))
def test_the_eased_base_is_what_blender_draws(seed):
    from understudy.addon.curvecopy import scratch
    from understudy.ml.inbetween.base import eased

    rng = np.random.default_rng(seed)
    frames = np.cumsum(rng.integers(2, 25, 9)).astype(float)
    values = np.cumsum(rng.normal(size=9))
    at = np.arange(frames[0], frames[-1] + 1)
    keys = take.make_keys(frames, values, handle=take.AUTO_CLAMPED, key_type=take.KEYFRAME)
    with scratch() as copy:
        drawn = copy.evaluate(keys, at)
    off = np.abs(eased(frames, values[:, None], at)[:, 0] - drawn)
    assert off.max() < 0.06 * np.ptp(values) and off.mean() < 0.015 * np.ptp(values)
