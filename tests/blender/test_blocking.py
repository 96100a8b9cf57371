"""From the button to the keys, with a task that sees no video in the place of the real one."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from understudy.addon import actions, blocking, bonemaps, fcurves, jobs
from understudy.ml.errors import Cancelled, RigError, UnderstudyError, VideoError


@pytest.fixture
def settings(human, stub):
    settings = bpy.context.scene.understudy
    settings.video = "//clip.mp4"
    return settings


def test_the_button_writes_keys_in_one_go(human, settings):
    settings.start_frame = 11
    assert bpy.ops.understudy.block_video() == {"FINISHED"}
    keys = [actions.read_keys(c)["co"][:, 0].tolist() for c in actions.curves_of(human).values()]
    assert len(keys) == 4 * 21 and set(map(tuple, keys)) == {(11, 19)}
    assert "2 key poses on Human, 168 keys" in bpy.context.window_manager.understudy.outcome
    assert "The feet are hidden" in bpy.context.window_manager.understudy.outcome


def test_the_request_says_what_the_panel_says(human, settings):
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 30, 1.001
    settings.key_choice, settings.tolerance = "tolerance", math.radians(6)
    settings.interpolation, settings.key_types = "CONSTANT", "generated"
    settings.person, settings.person_number = "number", 2
    settings.use_range, settings.range_start, settings.range_end = True, 1.5, 4.0
    settings.root_motion = False
    options = blocking.options_from(bpy.context)
    params, arrays = blocking.request(scene, human, options)
    assert json.loads(json.dumps(params)) == params
    assert params["keys"] is None and params["tolerance"] == pytest.approx(6)
    assert params["fps"] == pytest.approx(29.97, abs=1e-3)
    assert (params["start_s"], params["end_s"], params["person"]) == (1.5, 4.0, 2)
    assert (params["interpolation"], params["key_types"]) == ("CONSTANT", "generated")
    assert params["root_motion"] is False
    assert params["bone_map"]["roles"]["forearm.L"] == "forearm.L"
    assert "rest" in arrays


def test_the_same_request_goes_through_the_worker(human, settings):
    options = blocking.options_from(bpy.context)
    params, arrays = blocking.request(bpy.context.scene, human, options)
    job = jobs.start(blocking.TASK, params, arrays, in_process=False)
    report = blocking.finish(human, options, job.result())
    assert json.loads(json.dumps(report)) == report
    assert report["key_poses"] == [1, 9]
    assert report["confidence"]["doubtful_frames"] == [[7, 9]]
    assert report["ledger"]["ai"] == report["keys"] == 168


def test_frames_where_feet_begin_and_end_to_stand_are_not_counted_as_poses(human, settings):
    options = blocking.options_from(bpy.context)
    params, arrays = blocking.request(bpy.context.scene, human, options)
    meta, made = jobs.start(blocking.TASK, params, arrays, in_process=True).result()
    report = blocking.finish(human, options, (meta, made | {"key_frames": np.array([1.0])}))
    assert report["key_poses"] == [1] and len(report["confidence"]["key_poses"]) == 1
    assert blocking.summary(report).startswith("1 key poses")


def test_a_failure_is_reported_and_changes_nothing(human, settings):
    settings.video = "//missing.mp4"
    with pytest.raises(RuntimeError, match="There is no file .*missing.mp4: check its name"):
        bpy.ops.understudy.block_video()
    assert human.animation_data is None
    assert "missing.mp4" in bpy.context.window_manager.understudy.outcome


def test_a_bug_raises_with_its_traceback(human, settings):
    settings.video = "//bug.mp4"
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        bpy.ops.understudy.block_video()
    assert human.animation_data is None


class Window:
    """What the modal run asks of a window manager, as a plain double."""

    def __init__(self):
        self.understudy = bpy.context.window_manager.understudy
        self.windows, self.calls = [], []

    def __getattr__(self, name):
        return lambda *args, **_: self.calls.append((name, *args))


class Work:
    """A job that ends when it is told to."""

    progress, message, done = 0.4, "Looking", False

    def poll(self):
        return self.done

    def cancel(self):
        self.done = True

    def result(self):
        raise Cancelled("Cancelled")


@pytest.fixture
def modal(human):
    """Return a running modal operator as a double, its context, and what it reported."""
    from understudy.ops.blocking import UNDERSTUDY_OT_block_video as Operator

    said = []
    double = SimpleNamespace(
        bl_label=Operator.bl_label,
        stage=Operator.stage,
        report=lambda level, text: said.append((*level, text)),
        _job=Work(),
        _for_object=True,
        _object=human.name,
        _number=human.session_uid,
        _options=blocking.Options("clip.mp4"),
        _timer="timer",
    )
    for name in ("_show", "_close", "_finish", "_write", "modal", "cancel"):
        setattr(double, name, getattr(Operator, name).__get__(double))
    hints = []
    workspace = SimpleNamespace(status_text_set=hints.append, hints=hints)
    yield double, SimpleNamespace(window_manager=Window(), workspace=workspace), said
    bpy.context.window_manager.understudy.title = ""


def event(kind, value="NOTHING"):
    return SimpleNamespace(type=kind, value=value)


def test_while_it_runs_other_events_pass_and_progress_shows(modal):
    operator, context, _ = modal
    assert operator.modal(context, event("LEFTMOUSE", "PRESS")) == {"PASS_THROUGH"}
    assert operator.modal(context, event("TIMER")) == {"RUNNING_MODAL"}
    run = context.window_manager.understudy
    assert (run.title, run.message) == ("Block from Video", "Looking")
    assert run.progress == pytest.approx(0.4) and run.stage == "blocking"
    assert context.workspace.hints == ["Block from Video: 40 %  |  Esc: Cancel"]
    assert not bpy.ops.understudy.block_video.poll()


@pytest.mark.parametrize("how", ["escape", "button", "file loaded"])
def test_every_way_to_cancel_clears_up(modal, human, how):
    operator, context, said = modal
    operator.modal(context, event("TIMER"))
    if how == "file loaded":
        operator.cancel(context)
        assert operator._job.done
    else:
        if how == "button":
            assert bpy.ops.understudy.cancel() == {"FINISHED"}
        pressed = event("TIMER") if how == "button" else event("ESC", "PRESS")
        assert operator.modal(context, pressed) == {"CANCELLED"}
        assert said == [("WARNING", "Cancelled")]
    run = context.window_manager.understudy
    assert (run.title, run.progress, run.cancelling) == ("", 0.0, False)
    ended = [call for call in context.window_manager.calls if call[0] != "progress_update"]
    assert ended == [("event_timer_remove", "timer"), ("progress_end",)]
    assert human.animation_data is None


def test_a_rig_that_was_removed_meanwhile_is_said(modal, human):
    operator, context, said = modal
    operator._job.done, operator._job.result = True, lambda: ({}, {})
    bpy.data.objects.remove(human)
    assert operator.modal(context, event("TIMER")) == {"CANCELLED"}
    assert said == [("ERROR", "Human was removed meanwhile: nothing was written")]


def test_a_rig_that_was_renamed_meanwhile_is_found(human, settings):
    from understudy.ops.blocking import UNDERSTUDY_OT_block_video as Operator

    said = []
    report = lambda level, text: said.append((*level, text))  # noqa: E731
    double = SimpleNamespace(_for_object=True, report=report)
    for name in ("_begin", "_start", "_finish", "_read", "_is_quick", "_write", "_after"):
        setattr(double, name, getattr(Operator, name).__get__(double))
    assert double._start(bpy.context, True)
    human.name = "Renamed"
    assert double._finish(bpy.context) == {"FINISHED"}
    assert ("INFO", "2 key poses on Renamed, 168 keys") in said


def test_the_button_says_what_is_missing(human, stub):
    assert not bpy.ops.understudy.block_video.poll()
    bpy.context.scene.understudy.video = "//clip.mp4"
    assert bpy.ops.understudy.block_video.poll()
    bpy.context.view_layer.objects.active = None
    assert not bpy.ops.understudy.block_video.poll()


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        ({"video": ""}, VideoError, "No video is chosen"),
        ({"keys": 1}, UnderstudyError, "At least 2 key poses"),
        ({"keys": None, "tolerance_deg": 0.0}, UnderstudyError, "more than 0 degrees"),
        ({"start_s": 3.0, "end_s": 2.0}, VideoError, "end must come after its start"),
        ({"frame_start": 2_000_000}, UnderstudyError, "beyond what Blender can play"),
    ],
)
def test_options_that_cannot_work_are_refused_first(human, change, kind, says):
    options = blocking.Options(**{"video": "clip.mp4", **change})
    with pytest.raises(kind, match=says):
        blocking.request(bpy.context.scene, human, options)


def test_a_bone_that_cannot_be_keyed_is_said_before_the_work(human):
    options = blocking.Options(video="clip.mp4")
    path = 'pose.bones["head"].rotation_quaternion'
    curve = fcurves.ensure_fcurve(human, path, 1)
    for name, value in (("lock", "locked"), ("mute", "muted")):
        setattr(curve, name, True)
        with pytest.raises(UnderstudyError, match=f"of Human is {value}"):
            blocking.request(bpy.context.scene, human, options)
        setattr(curve, name, False)
    human.driver_add(path, 2)
    with pytest.raises(UnderstudyError, match="has a driver"):
        blocking.request(bpy.context.scene, human, options)
    human.pose.bones["head"].lock_rotation = (True, True, True)
    blocking.request(bpy.context.scene, human, options)


def test_something_else_than_a_rig_is_refused(human):
    other = bpy.data.objects.new("Cube", None)
    with pytest.raises(RigError, match="Cube is not an armature"):
        blocking.request(bpy.context.scene, other, blocking.Options("clip.mp4"))


def test_the_bone_map_is_found_kept_changed_and_used(human, settings):
    assert bpy.ops.understudy.map_rig() == {"FINISHED"}
    rows = {row.name: row for row in human.understudy.roles}
    assert rows["head"].bone == "head" and rows["head"].reason
    rows["head"].bone = ""
    params, _ = blocking.request(bpy.context.scene, human, blocking.options_from(bpy.context))
    assert "head" not in params["bone_map"]["roles"]
    rows["head"].bone = "thigh.L"
    with pytest.raises(RuntimeError, match="more than one role"):
        bpy.ops.understudy.block_video()


def test_the_bone_map_is_saved_with_the_file(human, tmp_path):
    bpy.ops.understudy.map_rig()
    before = bonemaps.stored(human).to_json()
    path = str(tmp_path / "rig.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    after = bonemaps.stored(bpy.data.objects["Human"]).to_json()
    assert after["roles"] == before["roles"] and after["reason"] == before["reason"]


def test_a_bone_map_is_saved_and_loaded_as_a_preset(human, tmp_path, monkeypatch):
    monkeypatch.setattr(bonemaps, "presets_folder", lambda: tmp_path / "maps")
    assert not bpy.ops.understudy.save_rig_map.poll()
    bpy.ops.understudy.map_rig()
    kept = bonemaps.stored(human)
    kept.extra = {"spine": ["neck"]}
    del kept.roles["neck"]
    bonemaps.store(human, kept)
    assert bpy.ops.understudy.save_rig_map(name="My/rig: 1") == {"FINISHED"}
    assert bonemaps.presets() == ["My_rig_ 1"]
    assert bpy.ops.understudy.clear_rig_map() == {"FINISHED"}
    assert bonemaps.stored(human) is None
    assert bpy.ops.understudy.load_rig_map(preset="My_rig_ 1") == {"FINISHED"}
    assert bonemaps.stored(human).roles == kept.roles
    assert bonemaps.stored(human).extra == kept.extra


def test_a_bone_map_that_is_no_bone_map_is_refused(tmp_path):
    path = tmp_path / "map.json"
    with pytest.raises(RigError, match="cannot be read"):
        bonemaps.read_file(path)
    path.write_text("{")
    with pytest.raises(RigError, match="is not JSON"):
        bonemaps.read_file(path)
    path.write_text("[1]")
    with pytest.raises(RigError):
        bonemaps.read_file(path)


def test_a_map_made_by_hand_starts_empty(human, settings):
    assert bpy.ops.understudy.empty_rig_map() == {"FINISHED"}
    assert {row.bone for row in human.understudy.roles} == {""}
    with pytest.raises(RuntimeError, match="no bone for hips"):
        bpy.ops.understudy.block_video()
