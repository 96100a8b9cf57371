"""In-betweens on real armatures: keys exact, others untouched, bad input in words."""

from __future__ import annotations

import json
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from keyed_rigs import MODES, key, keys_of, run
from understudy.addon import cli, fcurves, inbetween, jobs, ledger
from understudy.ml import take
from understudy.ml.errors import RigError, UnderstudyError


@pytest.fixture
def walker(human):
    """Return the person with the body keyed densely on frames 1 to 4, then on 20."""
    rng = np.random.default_rng(0)
    ends = {b.name: rng.uniform(-0.6, 0.6, 3) for b in human.pose.bones}
    for i, bone in enumerate(human.pose.bones):
        bone.rotation_mode = list(MODES.values())[i % 3]
        for frame in (1, 2, 3, 4, 20):
            key(human, bone.name, frame, ends[bone.name] * frame / 12)
    for frame in (1, 2, 3, 4, 20):
        key(human, "hips", frame, move=(0.05 * frame, 0, 0.01 * frame))
    return human


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


def test_the_operator_fills_in_one_step(walker):
    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 30
    settings = bpy.context.scene.understudy.inbetween
    settings.method = "plain"
    assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
    ours = sum((k["type"] == take.GENERATED).sum() for k in keys_of(walker).values())
    assert ours > 0


@pytest.fixture
def pair(walker):
    """Return two selected rigs with the same poses, each with an action of its own."""
    other = walker.copy()
    other.data = walker.data.copy()
    other.animation_data.action = walker.animation_data.action.copy()
    bpy.context.collection.objects.link(other)
    bpy.context.view_layer.update()
    bpy.context.view_layer.objects.active = walker
    for rig in (walker, other):
        rig.select_set(True)
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 30
    bpy.context.scene.understudy.inbetween.method = "plain"
    return walker, other


def test_every_selected_rig_is_filled_alike(pair):
    assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
    one, other = (keys_of(rig) for rig in pair)
    assert sum((k["type"] == take.GENERATED).sum() for k in one.values()) > 0
    for channel, keys in one.items():
        assert (keys["co"] == other[channel]["co"]).all()


def test_a_selected_rig_that_cannot_be_filled_is_left_out_in_words(pair):
    pair[1].animation_data.action = None
    assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
    said = bpy.context.window_manager.understudy.outcome
    assert "Left out" in said and pair[1].name in said


def test_several_rigs_are_written_all_or_none(pair, monkeypatch):
    asked, _ = inbetween.request_all(bpy.context, inbetween.options_from(bpy.context))
    made = [
        (rig, wanted, jobs.start(inbetween.TASK, wanted.params, wanted.arrays).result())
        for rig, wanted in asked
    ]
    before = [keys_of(rig) for rig in pair]
    pair[1].animation_data.action_blend_type = "ADD"
    pair[1].animation_data.nla_tracks.new()
    with pytest.raises(UnderstudyError, match="NLA"):
        inbetween.finish_all(made)
    for rig, keys in zip(pair, before, strict=True):
        assert all((keys_of(rig)[channel] == keys[channel]).all() for channel in keys)


def test_in_pose_mode_each_rig_has_its_own_bones(pair):
    bpy.ops.object.mode_set(mode="POSE")
    try:
        for rig, bone in zip(pair, ("head", "hand.L"), strict=True):
            for posed in rig.pose.bones:
                holder = posed if hasattr(posed, "select") else posed.bone
                holder.select = posed.name == bone
        asked, _ = inbetween.request_all(bpy.context, inbetween.options_from(bpy.context))
        driven = [{t["group"] for t in w.reading.tracks if t["driven"]} for _rig, w in asked]
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    assert driven == [{"head"}, {"hand.L"}]


def test_a_re_roll_keeps_what_is_there_and_fills_the_next_variant(pair):
    from understudy.addon import takes

    rig = pair[0]
    pair[1].select_set(False)
    assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
    before = keys_of(rig)
    assert bpy.ops.understudy.reroll_take() == {"FINISHED"}
    assert bpy.context.scene.understudy.inbetween.variant == 1
    kept = next(t for t in takes.takes_of(rig) if t != rig.animation_data.action)
    assert kept["understudy_stage"] == "inbetween"
    assert any(len(k) != len(before[c]) or (k != before[c]).any() for c, k in keys_of(rig).items())
    assert bpy.ops.understudy.compare_takes() == {"FINISHED"}
    assert rig.animation_data.action == kept
    for channel, keys in keys_of(rig).items():
        assert (keys == before[channel]).all()


def test_the_redo_panel_and_the_panel_share_their_settings(walker):
    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 30
    settings = bpy.context.scene.understudy.inbetween
    settings.method, settings.density = "plain", "every"
    assert bpy.ops.understudy.fill_inbetweens(strength=0.5) == {"FINISHED"}
    assert settings.strength == 0.5 and settings.density == "every"
    assert bpy.ops.understudy.fill_inbetweens(density="breakdown") == {"FINISHED"}
    assert settings.density == "breakdown" and settings.strength == 0.5


def test_the_preview_puts_everything_back(walker):
    from understudy.addon.fillpreview import Preview

    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.understudy.inbetween.method = "plain"
    before = keys_of(walker)
    preview = Preview(bpy.context)
    assert preview.refresh(bpy.context) and not preview.refresh(bpy.context)
    bpy.context.scene.understudy.inbetween.strength = 0.5
    assert preview.refresh(bpy.context)
    assert any(len(k) != len(before[c]) for c, k in keys_of(walker).items())
    assert preview.close(bpy.context, accept=False) is None
    for channel, keys in keys_of(walker).items():
        assert (keys == before[channel]).all()
    preview = Preview(bpy.context)
    preview.refresh(bpy.context)
    assert preview.close(bpy.context, accept=True)["keys"] > 0


def test_the_command_line_fills_and_reports(walker, tmp_path, capsys):
    out, report = tmp_path / "out.blend", tmp_path / "out.json"
    words = ["inbetween", "--rig", "Human", "--range", "1", "30", "--method", "plain"]
    files = ["--save", str(out), "--report", str(report)]
    assert cli.main([*words, "--tolerance", "1", *files]) == 0
    said = json.loads(report.read_text())
    assert said["stage"] == "inbetween" and said["keys"] > 0 and said["method"] == "plain"
    assert "openjd_progress: 100.0" in capsys.readouterr().out
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert ledger.report(bpy.data.objects["Human"].animation_data.action)["keys"]["ai"] > 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--strength", "2"], 2),
        (["--range", "1"], 2),
        (["--bones", "Nobody"], 3),
        (["--range", "9", "8"], 3),
        (["--range", "100", "200"], 3),
    ],
)
def test_the_command_line_tells_failures_apart(walker, tmp_path, more, code):
    report = tmp_path / "out.json"
    assert cli.main(["inbetween", "--report", str(report), *more]) == code
    assert not report.exists()


class Double:
    """Stands in for the preview operator, which only a window can invoke."""

    _timer = None

    def __init__(self) -> None:
        from understudy.addon.fillpreview import Preview
        from understudy.ops.inbetween import UNDERSTUDY_OT_preview_inbetweens as Operator

        self._preview, self.said = Preview(bpy.context), []
        self._modal, self._stop = Operator.modal, Operator._end
        bpy.context.window_manager.understudy.preview = "LIVE"

    def report(self, _kind: set[str], text: str) -> None:
        self.said.append(text)

    def _close(self, _context: object) -> None:
        bpy.context.window_manager.understudy.preview = ""

    def _end(self, context: object) -> None:
        self._stop(self, context)

    def send(self, kind: str, **keys: bool) -> set[str]:
        event = SimpleNamespace(type=kind, value="PRESS", **{"ctrl": False, "oskey": False} | keys)
        return self._modal(self, bpy.context, event)


@pytest.mark.parametrize("leave", ["accept", "escape", "undo"])
def test_the_preview_lets_work_go_on_until_it_is_ended(walker, leave):
    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.understudy.inbetween.method = "plain"
    before, double = keys_of(walker), Double()
    assert double.send("LEFTMOUSE") == {"PASS_THROUGH"}
    assert double.send("TIMER") == {"RUNNING_MODAL"}
    assert any(len(k) != len(before[c]) for c, k in keys_of(walker).items())
    if leave == "accept":
        bpy.ops.understudy.end_preview(accept=True)
    else:
        double.send(**{"escape": {"kind": "ESC"}, "undo": {"kind": "Z", "ctrl": True}}[leave])
    done = double.send("TIMER")
    assert done == ({"FINISHED"} if leave == "accept" else {"CANCELLED"})
    same = all(
        (keys == before[c]).all()
        for c, keys in keys_of(walker).items()
        if len(keys) == len(before[c])
    )
    changed = any(len(k) != len(before[c]) for c, k in keys_of(walker).items())
    assert same and changed == (leave == "accept")
    assert double.said and not bpy.context.window_manager.understudy.preview


def test_saving_during_a_preview_accepts_it(walker, tmp_path):
    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.understudy.inbetween.method = "plain"
    double = Double()
    double.send("TIMER")
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    assert double.send("TIMER") == {"FINISHED"} and double.said
    assert not any(h.__name__ == "_before_saving" for h in bpy.app.handlers.save_pre)
    bpy.ops.wm.open_mainfile(filepath=path)
    action = bpy.data.objects["Human"].animation_data.action
    told = ledger.report(action)["keys"]
    generated = sum(
        int((fcurves.read_keys(c)["type"] == take.GENERATED).sum())
        for c in fcurves.curves_of(bpy.data.objects["Human"]).values()
    )
    assert generated and sum(n for what, n in told.items() if what.startswith("ai")) == generated


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


def test_one_undo_takes_a_fill_of_two_rigs_back(walker, rig):
    for frame in (1, 2, 3, 20):
        key(rig, "hip", frame, (0.02 * frame**1.5, 0, 0))
    names = [walker.name, rig.name]
    bpy.context.view_layer.objects.active = walker
    for obj in (walker, rig):
        obj.select_set(True)
    bpy.context.scene.understudy.inbetween.method = "plain"

    def now() -> list[dict]:  # undo frees what an older name pointed at
        return [keys_of(bpy.data.objects[name]) for name in names]

    before = now()
    bpy.ops.ed.undo_push(message="Bare")
    assert bpy.ops.understudy.fill_inbetweens("EXEC_DEFAULT", True) == {"FINISHED"}
    filled = now()
    for old, new in zip(before, filled, strict=True):
        assert any(len(new[c]) > len(old[c]) for c in old)
    bpy.ops.ed.undo()
    for old, new in zip(before, now(), strict=True):
        assert old.keys() == new.keys() and all((old[c] == new[c]).all() for c in old)
    for name in names:
        assert not ledger.report(bpy.data.objects[name].animation_data.action)["keys"]["ai"]
    bpy.ops.ed.redo()
    for old, new in zip(filled, now(), strict=True):
        assert all((old[c] == new[c]).all() for c in old)
