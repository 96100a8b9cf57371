"""The Python interface, held against the panel and the commands, and a studio's hooks."""

from __future__ import annotations

import inspect
import json
import typing

import bpy
import numpy as np
import pytest
from understudy.addon import actions, api, cli
from understudy.addon.pipeline import hooks


def curves(rig) -> dict:
    return {k: actions.read_keys(c) for k, c in actions.curves_of(rig).items()}


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


@pytest.fixture
def keyed(human):
    """Return a person with keys all along, but for a gap of twelve frames."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 24
    for name in ("spine", "forearm.L", "thigh.R"):
        bone = human.pose.bones[name]
        bone.rotation_mode = "XYZ"
        for frame in (*range(1, 7), *range(18, 25)):
            bone.rotation_euler = [0.4 * np.sin(frame / 4 + k) for k in range(3)]
            bone.keyframe_insert("rotation_euler", frame=frame)
    return human


@pytest.mark.parametrize("stage", ["block", "inbetween"])
def test_panel_command_and_function_write_the_same_arrays(
    human, keyed, stub, tmp_path, monkeypatch, stage
):
    from understudy.addon import blocking

    before = tmp_path / "before.blend"
    api.save(before)

    def opened():
        api.open_file(before)
        rig = bpy.data.objects["Human"]
        bpy.context.view_layer.objects.active = rig
        return rig

    monkeypatch.setattr(blocking, "TASK", "stub_tasks:block")
    rig = opened()
    if stage == "block":
        bpy.context.scene.understudy.video = "clip.mp4"
        assert bpy.ops.understudy.block_video() == {"FINISHED"}
    else:
        assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
    panel = curves(rig)
    opened()
    words = [stage, *(["--video", "clip.mp4"] if stage == "block" else [])]
    assert cli.main([*words, "--save", str(tmp_path / "after.blend")]) == 0
    api.open_file(tmp_path / "after.blend")
    command = curves(bpy.data.objects["Human"])
    rig = opened()
    report = api.block(rig, "clip.mp4") if stage == "block" else api.fill(rig)
    assert report["status"] == "done" and report["keys"] > 0
    assert same(panel, command) and same(panel, curves(rig))


def test_everything_public_is_typed_and_documented():
    for name in api.__all__:
        thing = getattr(api, name)
        assert thing.__doc__, name
        if inspect.isfunction(thing):
            hints = typing.get_type_hints(thing)
            assert "return" in hints or thing in (api.open_file, api.save), name
            assert inspect.signature(thing).parameters.keys() <= hints.keys(), name


def test_a_watcher_can_stop_the_work(keyed):
    def stop(_step):
        raise api.Cancelled("Cancelled")

    before = curves(keyed)
    with pytest.raises(api.Cancelled):
        api.fill(keyed, watch=stop)
    assert same(before, curves(keyed))


@pytest.fixture
def studio(tmp_path, monkeypatch):
    """Return a folder of hooks that is in force."""
    folder = tmp_path / "hooks"
    folder.mkdir()
    monkeypatch.setenv(hooks.VARIABLE, str(folder))
    return folder


HOOK = """
def pre(event):
    event.owner["asked"] = f"{event.stage} {event.params['strength']}"

def post(event):
    event.report["studio"] = {"keys": event.report["keys"], "asked": event.owner["asked"]}
"""


def inbetween(tmp_path, *more: str) -> int:
    save, report = str(tmp_path / "o.blend"), str(tmp_path / "o.json")
    return cli.main(["inbetween", "--save", save, "--report", report, *more])


def test_hooks_are_called_before_and_after(keyed, studio, tmp_path):
    (studio / "a.py").write_text(HOOK)
    (studio / "_not_one.py").write_text("1 / 0")
    assert inbetween(tmp_path, "--strength", "0.5") == 0
    report = json.loads((tmp_path / "o.json").read_text())
    assert report["studio"] == {"keys": report["keys"], "asked": "inbetween 0.5"}
    assert api.fill(keyed, strength=0.25)["studio"]["asked"] == "inbetween 0.25"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def pre(event):\n    raise ValueError('not tonight')", "pre hook a.py stopped inbetween"),
        ("def post(event):\n    1 / 0", "post hook a.py stopped inbetween: ZeroDivisionError"),
        ("1 +", "cannot be loaded"),
    ],
)
def test_a_hook_that_raises_stops_the_stage_with_nothing_saved(
    keyed, studio, tmp_path, capfd, text, says
):
    (studio / "a.py").write_text(text)
    assert inbetween(tmp_path) == 3
    assert says in capfd.readouterr().err
    assert not (tmp_path / "o.blend").exists() and not (tmp_path / "o.json").exists()


def test_a_folder_of_hooks_that_is_not_there_is_said(keyed, studio, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv(hooks.VARIABLE, str(tmp_path / "none"))
    assert inbetween(tmp_path) == 3
    assert "which is no folder" in capfd.readouterr().err


def test_another_hook_has_a_task_done_again(keyed, studio, tmp_path, capsys):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "in.blend"))

    def ran() -> bool:
        api.open_file(tmp_path / "in.blend")
        assert inbetween(tmp_path) == 0
        return "Nothing to do" not in capsys.readouterr().out

    (studio / "a.py").write_text("def post(event): pass")
    assert [ran(), ran()] == [True, False]
    (studio / "a.py").write_text("def post(event): event.report['studio'] = 1")
    assert [ran(), ran()] == [True, False]


def test_an_entry_point_is_a_hook_too(keyed, tmp_path, monkeypatch):
    site = tmp_path / "site"
    (site / "studio_hooks-1.0.dist-info").mkdir(parents=True)
    (site / "studio_hooks.py").write_text("def post(event): event.report['studio'] = 'here'")
    info = site / "studio_hooks-1.0.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: studio_hooks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[understudy.hooks]\nstudio = studio_hooks\n")
    monkeypatch.syspath_prepend(str(site))
    assert api.fill(keyed)["studio"] == "here"
    assert hooks.content() == ["studio studio_hooks 1.0"]


BUTTONS = {
    "inbetween": lambda: bpy.ops.understudy.fill_inbetweens(),
    "program": lambda: bpy.ops.understudy.run_inbetween(strength=0.5),
}


@pytest.mark.parametrize("button", BUTTONS)
def test_hooks_are_called_for_buttons_too(keyed, studio, button):
    (studio / "a.py").write_text(HOOK)
    assert BUTTONS[button]() == {"FINISHED"}
    report = json.loads(bpy.context.window_manager.understudy.report)
    asked = "inbetween 0.5" if button == "program" else "inbetween 1.0"
    assert report["studio"] == {"keys": report["keys"], "asked": asked}


def test_a_pre_hook_that_raises_stops_a_button_with_nothing_written(keyed, studio):
    (studio / "a.py").write_text("def pre(event):\n    raise ValueError('the shot is locked')")
    before = curves(keyed)
    with pytest.raises(RuntimeError, match="pre hook a.py stopped inbetween.*the shot is locked"):
        bpy.ops.understudy.fill_inbetweens()
    assert same(before, curves(keyed))
    assert "the shot is locked" in bpy.context.window_manager.understudy.outcome


def test_a_post_hook_that_raises_says_that_the_keys_stay(keyed, studio):
    (studio / "a.py").write_text("def post(event):\n    raise ValueError('no room on the server')")
    before = curves(keyed)
    with pytest.raises(RuntimeError, match="no room on the server.*undo takes it back"):
        bpy.ops.understudy.fill_inbetweens()
    assert not same(before, curves(keyed))


def test_every_stage_has_hooks_at_its_button(human, stub, studio, tmp_path):
    """Layout, blocking and faces; in-betweens stand above, lip sync goes the same way as faces."""
    from faces import new_head

    log = tmp_path / "log"
    line = (
        "    open({log!r}, 'a').write('{moment} ' + event.stage + ' ' + event.owner.name + '\\n')\n"
    )
    text = "".join(
        f"def {m}(event):\n" + line.format(log=str(log), moment=m) for m in ("pre", "post")
    )
    (studio / "a.py").write_text(text)
    settings = bpy.context.scene.understudy
    settings.video = "clip.mp4"
    assert bpy.ops.understudy.block_video() == {"FINISHED"}
    new_head()
    assert bpy.ops.understudy.add_expression(expression="surprise") == {"FINISHED"}
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}
    settings.layout.prompt, settings.layout.variants = "a small room", 1
    assert bpy.ops.understudy.propose_layouts() == {"FINISHED"}
    assert bpy.ops.understudy.use_layout(number=1) == {"FINISHED"}
    wanted = [("blocking", "Human"), ("face", "Head"), ("layout", "Scene")]
    lines = [f"{moment} {stage} {name}" for stage, name in wanted for moment in ("pre", "post")]
    assert log.read_text().splitlines() == lines


@pytest.mark.skipif(not hasattr(hooks.signal, "setitimer"), reason="Windows cannot stop a hook")
@pytest.mark.parametrize("body", ["import time; time.sleep(60)", "while True: pass"])
def test_a_hook_does_not_keep_a_window_waiting(keyed, studio, monkeypatch, body):
    import time

    (studio / "a.py").write_text(f"def pre(event):\n    {body}")
    monkeypatch.setenv(hooks.LIMIT, "0.2")
    begun = time.monotonic()
    with pytest.raises(api.UnderstudyError, match="a.py of inbetween was stopped after 0.2 s"):
        hooks.run("pre", hooks.Event("inbetween", keyed, {}), hooks.window_limit_s())
    assert time.monotonic() - begun < 5
    monkeypatch.setenv(hooks.LIMIT, "soon")
    with pytest.raises(api.UnderstudyError, match="a number of seconds"):
        hooks.window_limit_s()
