"""A repeated command: done already, or done again; and the form of the report."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import bpy
import pytest
from report_form import faults
from understudy.addon import about, actions, cli, jobs, reports

ROOT = Path(__file__).resolve().parents[2]
FORM = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))


class Shot:
    """A saved rig, a clip and a network; each run opens the file anew, as a farm would."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.blend, self.clip = folder, folder / "rig.blend", folder / "clip.mp4"
        self.out, self.report = folder / "out.blend", folder / "out.json"
        self.network = folder / "net_v1.onnx"
        self.clip.write_bytes(b"a film")
        self.network.write_bytes(b"a network")
        self.network.with_suffix(".md").write_text("its card")
        bpy.ops.wm.save_as_mainfile(filepath=str(self.blend))
        self.jobs = 0

    def run(self, *more: object, clip: Path | None = None, save: Path | None = None) -> int:
        bpy.ops.wm.open_mainfile(filepath=str(self.blend))
        words = ["--video", clip or self.clip, "--save", save or self.out]
        words += ["--report", self.report, "--models", self.folder, *more]
        return cli.main(["block", *map(str, words)])

    def read(self) -> dict:
        return json.loads(self.report.read_text("utf-8"))


@pytest.fixture
def shot(human, stub, tmp_path, monkeypatch):
    shot, start = Shot(tmp_path), jobs.start

    def counted(*args, **options):
        shot.jobs += 1
        return start(*args, **options)

    monkeypatch.setattr(jobs, "start", counted)
    assert shot.run() == 0
    return shot


def test_an_unchanged_command_does_nothing(shot, capsys):
    before = {path: path.stat().st_mtime_ns for path in shot.folder.iterdir()}
    capsys.readouterr()
    assert shot.run() == 0
    assert shot.jobs == 1
    assert {path: path.stat().st_mtime_ns for path in shot.folder.iterdir()} == before
    said = capsys.readouterr().out
    assert "nothing has changed" in said and "--force" in said
    for line in ("openjd_progress: 100.0", "Progress: 100%", "PROGRESS: 100%"):
        assert line in said.splitlines()


def test_force_does_it_again(shot):
    assert shot.run("--force") == 0
    assert shot.jobs == 2
    assert shot.run() == 0
    assert shot.jobs == 2


def test_what_does_not_shape_the_result_does_not_count(shot, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "clip.mp4").write_bytes(shot.clip.read_bytes())
    assert shot.run("--device", "cpu", clip=elsewhere / "clip.mp4") == 0
    assert shot.jobs == 1


def _edit_rig(shot):
    bpy.ops.wm.open_mainfile(filepath=str(shot.blend))
    bpy.data.objects["Human"].location.x = 2
    bpy.ops.wm.save_mainfile()


def _cut(path):
    path.write_bytes(path.read_bytes()[:-9])


CHANGES = {
    "film": lambda s: s.clip.write_bytes(b"another film"),
    "network": lambda s: s.network.write_bytes(b"another network"),
    "network missing": lambda s: s.network.unlink(),
    "network new": lambda s: s.network.with_stem("net_v2").write_bytes(b"a further network"),
    "rig": _edit_rig,
    "output missing": lambda s: s.out.unlink(),
    "output changed": lambda s: _cut(s.out),
    "no report": lambda s: s.report.unlink(),
    "report half written": lambda s: _cut(s.report),
    "report of something else": lambda s: s.report.write_text('["keys"]'),
    "report of a failure": lambda s: _retouch(s, status="failed"),
    "report of another form": lambda s: _retouch(s, schema=0),
    "report without a digest": lambda s: _retouch(s, digest=None),
}


def _retouch(shot, **values):
    shot.report.write_text(json.dumps({**shot.read(), **values}))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_has_it_done_again(shot, change):
    change(shot)
    assert shot.run() == 0
    assert shot.jobs == 2
    assert shot.run() == 0
    assert shot.jobs == 2


@pytest.mark.parametrize("more", [("--keys", 5), ("--stepped",), ("--seed", 1), ("--range", 0, 2)])
def test_another_setting_has_it_done_again(shot, more):
    assert shot.run(*more) == 0
    assert shot.jobs == 2


@pytest.mark.parametrize("what", ["extension", "Blender"])
def test_another_version_has_it_done_again(shot, monkeypatch, what):
    if what == "extension":
        monkeypatch.setattr(reports, "version", lambda: "0.0.1")
    else:
        app = type("App", (), {"version_string": "9.9.9"})
        double = type("Bpy", (), {"app": app, "data": bpy.data})
        monkeypatch.setattr(reports, "bpy", double)
    assert shot.run() == 0
    assert shot.jobs == 2


def test_other_files_asked_for_have_it_done_again(shot, tmp_path):
    assert shot.run(save=tmp_path / "second.blend") == 0
    assert shot.jobs == 2


def test_a_source_that_is_gone_is_left_to_the_job_to_say(shot, tmp_path, capfd):
    assert shot.run(clip=tmp_path / "missing.mp4") == 3
    assert "There is no file" in capfd.readouterr().err
    assert shot.read()["status"] == "done"


def test_a_scene_that_a_script_has_shaped_is_never_skipped(shot, monkeypatch):
    script = ["blender", "-b", "x", "--python-expr", "1", "--command", "understudy", "block"]
    monkeypatch.setattr(sys, "argv", script)
    assert shot.run() == 0
    assert shot.jobs == 2
    monkeypatch.undo()
    assert shot.read()["digest"] is None


def test_saved_in_place_a_second_run_does_nothing(shot):
    for _ in range(2):
        assert shot.run(save=shot.blend) == 0
        assert shot.jobs == 2
    bpy.ops.wm.open_mainfile(filepath=str(shot.blend))
    human = bpy.data.objects["Human"]
    actions.curves_of(human).popitem()[1].keyframe_points.insert(4, 1.0)
    bpy.ops.wm.save_mainfile()
    assert shot.run(save=shot.blend) == 0
    assert shot.jobs == 3


def test_an_unchanged_output_may_be_protected(shot):
    os.chmod(shot.out, 0o444)
    assert shot.run() == 0
    assert shot.jobs == 1


def test_the_report_has_the_form_that_is_documented(shot):
    report = shot.read()
    assert faults(report, FORM) == []
    assert report["schema"] == reports.SCHEMA == FORM["properties"]["schema"]["const"]
    assert report["understudy"] == about.version()
    assert 0 < report["seconds"] < 60
    if sys.platform != "win32":
        assert 50 < report["peak_memory_mb"] < 20_000


def test_a_real_run_is_reported_in_that_form_and_not_repeated(human, tmp_path, monkeypatch):
    clip = ROOT / "tests" / "data" / "demo_clip.mp4"
    blend, out, report = (tmp_path / name for name in ("rig.blend", "out.blend", "out.json"))
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    words = ["block", "--video", clip, "--range", 0, 1, "--keys", 4, "--save", out]
    for _ in range(2):
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        assert cli.main([*map(str, words), "--report", str(report)]) == 0
        monkeypatch.setattr(jobs, "start", None)  # the second time nothing may be started
    said = json.loads(report.read_text("utf-8"))
    assert faults(said, FORM) == []
    assert said["provenance"]["models"] and said["error_deg"] is not None


@pytest.mark.parametrize("place", ["out.blend", "rig.blend"])
def test_inbetweens_are_reported_in_that_form_and_not_repeated(human, tmp_path, monkeypatch, place):
    for frame, angle in ((1, 0.0), (12, 0.9), (30, -0.4)):
        for bone in ("thigh.L", "shin.L"):
            human.pose.bones[bone].rotation_quaternion = (1, angle, 0, 0)
            human.pose.bones[bone].keyframe_insert("rotation_quaternion", frame=frame, group=bone)
    blend, report = tmp_path / "rig.blend", tmp_path / "out.json"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    words = ["inbetween", "--range", 1, 30, "--method", "plain", "--breakdown"]
    words += ["--save", tmp_path / place, "--report", report]
    for _ in range(2):
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        assert cli.main([*map(str, words)]) == 0
        monkeypatch.setattr(jobs, "start", None)  # the second time nothing may be started
    said = json.loads(report.read_text("utf-8"))
    assert faults(said, FORM) == []
    assert said["keys"] > 0


def test_a_report_of_another_form_is_found_out(shot):
    good = shot.read()
    for name in FORM["required"]:
        assert faults({k: v for k, v in good.items() if k != name}, FORM)
    wrong = {"schema": 2, "seconds": "1", "key_poses": [None], "digest": "abc", "keys": 1.5}
    for name, value in wrong.items():
        assert faults({**good, name: value}, FORM), name
