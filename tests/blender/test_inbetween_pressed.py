"""In-betweens by button and command line: several rigs, redo, undo, re-roll."""

from __future__ import annotations

import json

import bpy
import pytest
from keyed_rigs import key, keys_of
from understudy.addon import cli, inbetween, jobs, ledger
from understudy.ml import take
from understudy.ml.errors import UnderstudyError


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
