"""The command line: exit codes, progress lines, and files written whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import bpy
import pytest
from understudy.addon import actions, cli, files
from understudy.ml.errors import UnderstudyError

ROOT = Path(__file__).resolve().parents[2]


def block(*more: object, video: str = "clip.mp4") -> int:
    return cli.main(["block", "--video", video, *map(str, more)])


def test_a_run_saves_a_file_and_a_report(human, stub, tmp_path, capsys):
    bpy.context.scene.frame_start = 21
    out, report = tmp_path / "out.blend", tmp_path / "out.json"
    assert block("--rig", "Human", "--keys", 5, "--save", out, "--report", report) == 0
    said = json.loads(report.read_text())
    assert said["rig"] == "Human" and said["key_poses"] == [21, 29]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.blend", "out.json"]
    lines = capsys.readouterr().out.splitlines()
    for line in ("openjd_progress: 100.0", "Progress: 100%", "PROGRESS: 100%"):
        assert line in lines
    assert any(line.startswith("openjd_status: 2 key poses") for line in lines)
    assert not any(word in line for line in lines for word in ("Warning", "Error:", "Exception:"))
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert len(actions.curves_of(bpy.data.objects["Human"])) == 84


def test_the_only_rig_needs_no_name(human, stub, tmp_path):
    assert block("--report", tmp_path / "out.json", "--start-frame", 3) == 0
    assert json.loads((tmp_path / "out.json").read_text())["key_poses"] == [3, 11]


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--rig", "Nobody", "--report", "r.json"),
        ("--rig", "Human"),
        ("--person", "tallest", "--report", "r.json"),
        ("--person", "²", "--report", "r.json"),
        ("--keys", "many", "--report", "r.json"),
        ("--keys", "1", "--report", "r.json"),
        ("--keys", "5", "--tolerance", "3", "--report", "r.json"),
        ("--stepped", "--linear", "--report", "r.json"),
        ("--save", "same.json", "--report", "same.json"),
        ("--nonsense",),
    ],
)
def test_wrong_usage_is_two(human, stub, tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    assert block(*more) == 2
    assert not list(tmp_path.iterdir())
    assert human.animation_data is None


def test_no_command_is_wrong_usage_and_help_is_none():
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0


@pytest.mark.parametrize(
    ("video", "more", "says"),
    [
        ("missing.mp4", (), "There is no file"),
        ("bug.mp4", (), "ZeroDivisionError"),
        ("clip.mp4", ("--range", 3, 2), "end must come after its start"),
        ("clip.mp4", ("--bone-map", "none.json"), "cannot be read"),
    ],
)
def test_a_failure_is_three_and_leaves_nothing(human, stub, tmp_path, capfd, video, more, says):
    out, report = tmp_path / "out.blend", tmp_path / "out.json"
    assert block("--save", out, "--report", report, *more, video=video) == 3
    assert says in capfd.readouterr().err
    assert not list(tmp_path.iterdir())
    assert human.animation_data is None


def test_an_output_that_cannot_be_written_is_said_before_the_work(human, stub, tmp_path, capfd):
    (tmp_path / "file").write_text("")
    for bad in (tmp_path / "none" / "out.blend", tmp_path / "file" / "out.blend", tmp_path):
        assert block("--save", bad, "--report", tmp_path / "out.json") == 3
    text = capfd.readouterr().err
    assert "does not exist: make it first" in text and "is a folder" in text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]
    assert human.animation_data is None


def test_a_file_that_cannot_be_replaced_leaves_no_remains(tmp_path, monkeypatch):
    def refuse(_from, _to):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "out.json"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UnderstudyError, match="could not be written"):
        files.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_device_is_not_replaced_by_a_file(human, stub, tmp_path, capfd):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert block("--save", tmp_path / "out.blend", "--report", pipe) == 3
    assert "is no ordinary file" in capfd.readouterr().err
    assert pipe.is_fifo() and human.animation_data is None


@pytest.mark.parametrize("compress", [False, True])
def test_a_blend_that_is_cut_off_never_reaches_its_place(human, tmp_path, monkeypatch, compress):
    """Blender 5.2 reports success when it writes a compressed file to a full disk."""
    path = tmp_path / "out.blend"
    monkeypatch.setattr(bpy.context.preferences.filepaths, "use_file_compression", compress)
    files.save_blend(path)
    whole = path.read_bytes()
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("half a file was kept"))

    def cut(beside: Path) -> bool:
        beside.write_bytes(whole[: len(whole) // 2])
        return is_whole(beside)

    is_whole = files._is_whole
    monkeypatch.setattr(files, "_is_whole", cut)
    with pytest.raises(UnderstudyError, match="cut off.*make room there"):
        files.save_blend(path)
    monkeypatch.setattr(os, "replace", replace)
    assert path.read_bytes() == whole and [p.name for p in tmp_path.iterdir()] == ["out.blend"]


def test_a_linked_rig_beside_its_override_is_not_the_one_meant(human, stub, tmp_path):
    library = tmp_path / "library.blend"
    bpy.data.libraries.write(str(library), {human})
    with bpy.data.libraries.load(str(library), link=True) as (_, into):
        into.objects = ["Human"]
    bpy.context.scene.collection.objects.link(into.objects[0])
    assert block("--report", tmp_path / "out.json") == 0
    bpy.data.objects.remove(human)
    assert block("--report", tmp_path / "other.json") == 3


def test_the_ledger_is_reported(human, stub, tmp_path, capsys):
    assert cli.main(["ledger", "report", "--rig", "Human"]) == 3
    assert block("--report", tmp_path / "out.json") == 0
    report, text = tmp_path / "ledger.json", tmp_path / "ledger.txt"
    assert cli.main(["ledger", "report", "--report", str(report), "--text", str(text)]) == 0
    assert json.loads(report.read_text())["keys"]["ai"] == 168
    assert "168 were proposed by software" in text.read_text()
    assert "168 were proposed by software" in capsys.readouterr().out


SCRIPT = """
import runpy, sys
sys.path[:0] = [{scripts!r}, {tests!r}]
import package; package.load()
import bpy
from understudy.addon import blocking
blocking.TASK = "stub_tasks:block"
sys.argv = ["understudy.py", *sys.argv[1:]]
runpy.run_path({script!r}, run_name="__main__")
"""


@pytest.fixture
def command(human, tmp_path):
    """Return what runs scripts/understudy.py on a saved rig, in a process of its own."""
    if bpy.app.binary_path:
        pytest.skip("needs the bpy module in a process of its own")
    rig, script = tmp_path / "rig.blend", ROOT / "scripts" / "understudy.py"
    bpy.ops.wm.save_as_mainfile(filepath=str(rig))
    code = SCRIPT.format(
        scripts=str(script.parent), tests=str(Path(__file__).parent), script=str(script)
    )

    def start(*more: object, stage: tuple = ("block",), blend: object = rig) -> subprocess.Popen:
        words = [*stage, blend, *more]
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def test_the_script_does_the_same_and_ends(command, tmp_path):
    out = tmp_path / "out.blend"
    run = command("--video", "clip.mp4", "--save", out)
    said, errors = run.communicate(timeout=60)
    assert run.returncode == 0, errors
    assert f"Saved: '{out}'" in said
    run = command("--report", tmp_path / "l.json", stage=("ledger", "report"), blend=out)
    run.communicate(timeout=60)
    assert run.returncode == 0
    assert json.loads((tmp_path / "l.json").read_text())["keys"]["ai"] == 168


@pytest.mark.parametrize(
    ("blend", "more", "code"),
    [
        ("none.blend", ("--video", "v.mp4", "--save", "o.blend"), 3),
        (__file__, ("--video", "v.mp4", "--save", "o.blend"), 3),
        (None, ("--video", "missing.mp4", "--save", "o.blend"), 3),
        (None, ("--save", "o.blend"), 2),
    ],
)
def test_the_script_tells_failures_apart(command, tmp_path, monkeypatch, blend, more, code):
    monkeypatch.chdir(tmp_path)
    run = command(*more, **({"blend": blend} if blend else {}))
    _, errors = run.communicate(timeout=60)
    assert run.returncode == code, errors
    assert errors and not (tmp_path / "o.blend").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_script_with_four_and_nothing_written(command, tmp_path, number):
    out = tmp_path / "out.blend"
    run = command("--video", "slow.mp4", "--save", out)
    for line in run.stdout:
        if line.startswith("openjd_status: Looking"):
            break
    run.send_signal(number)
    said, errors = run.communicate(timeout=30)
    assert run.returncode == 4, errors
    assert "Cancelled" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rig.blend"]


def test_a_node_says_what_its_tasks_run_on(monkeypatch):
    from understudy.addon.commands import base

    def device(*words: str) -> str:
        return base.machine_of(cli.parser("understudy").parse_args(["inbetween", *words]))["device"]

    assert device() == "auto"
    monkeypatch.setenv("UNDERSTUDY_DEVICE", "cuda:1")
    assert device() == "cuda:1" and device("--device", "cpu") == "cpu"
