"""Nodes as farms have them: no network, display or home to write in, and a Blender that dies."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ISOLATED = ["unshare", "--net", "--mount", "sh", "-ec"]
BARE = 'mount -t tmpfs -o ro none "$HOME"; exec "$@"'


@pytest.fixture
def job(shots, farm, bpy_python, tmp_path):
    """Return the folder of a job; its results go to `out` beside it."""
    words = ["--job", tmp_path / "job", "--outputs", tmp_path / "out", "--python", bpy_python]
    assert farm(shots, *words).returncode == 0
    return tmp_path / "job"


class Node:
    """Runs a job's launch.py as a farm would."""

    def __init__(self, job: Path, root: Path, python: str) -> None:
        self._job, self._root, self.before = job, root, []
        self._how = [f"--python={python}", f"--extension={Path(__file__).resolve().parents[2]}"]
        self.environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}

    def words(self, action: str, step: str, *more: object) -> list[str]:
        launch = [sys.executable, self._job / "launch.py", action, step, *more, *self._how]
        return [*self.before, *map(str, launch)]

    def run_words(self, step: str, rows: str) -> list[str]:
        return self.words("run", step, rows, f"--root={self._root}", f"--outputs={self.out}")

    @property
    def out(self) -> Path:
        return self._job.parent / "out"

    def call(self, words: list[str]) -> subprocess.CompletedProcess:
        return subprocess.run(
            words, capture_output=True, text=True, timeout=120, check=False, env=self.environment
        )

    def start(self, step: str) -> Path:
        done = self.call(self.words("start", step, f"--session={self._job.parent}"))
        assert done.returncode == 0, done.stderr
        server = re.search(r"openjd_env: UNDERSTUDY_SERVER=(.*)", done.stdout).group(1)
        self.environment["UNDERSTUDY_SERVER"] = server
        return Path(server)

    def stop(self) -> None:
        words = [sys.executable, str(self._job / "launch.py"), "stop"]
        assert self.call([*self.before, *words]).returncode == 0


@pytest.fixture
def node(job, shots, bpy_python):
    """Return a node; what it started ends with the test."""
    node = Node(job, shots.parent, bpy_python)
    yield node
    node.stop()


def finished(node: Node) -> list[str]:
    return sorted(p.parent.parent.name for p in node.out.rglob("inbetween.json"))


def can_isolate(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    words = [*ISOLATED, BARE, "sh", "true"]
    home = {**os.environ, "HOME": str(folder)}
    return subprocess.run(words, capture_output=True, check=False, env=home).returncode == 0


@pytest.mark.parametrize("stays", [False, True])
def test_without_network_display_or_a_home_to_write_in(node, tmp_path, stays):
    home = tmp_path / "home"
    home.mkdir()
    if not can_isolate(home):
        pytest.skip("this machine does not let a test take its network away (unshare)")
    node.before = [*ISOLATED, BARE, "sh"]
    node.environment["HOME"] = str(home)
    if stays:
        node.start("inbetween")
    done = node.call(node.run_words("inbetween", "1-2"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert finished(node) == ["sh010", "sh020"] and not list(home.iterdir())
    for word in ("Warning", "Error:", "Exception:"):
        assert word not in done.stdout + done.stderr


def test_a_blender_that_stays_gives_what_a_fresh_one_gives(node):
    fresh = node.call(node.run_words("inbetween", "1"))
    assert fresh.returncode == 0
    of_fresh = json.loads((node.out / "sh010/seed0/inbetween.json").read_text())
    node.start("inbetween")
    # Another shot first: nothing of it may be left in the next.
    done = node.call(node.run_words("inbetween", "2,1"))
    assert done.returncode == 0 and "Nothing to do" in done.stdout
    (node.out / "sh010/seed0/inbetween.json").unlink()
    assert node.call(node.run_words("inbetween", "1")).returncode == 0
    again = json.loads((node.out / "sh010/seed0/inbetween.json").read_text())
    assert again["digest"] == of_fresh["digest"] and again["keys"] == of_fresh["keys"]
    assert again["ledger"] == of_fresh["ledger"] and again["fitted"] == of_fresh["fitted"]
    assert again["peak_memory_mb"] < 1.5 * of_fresh["peak_memory_mb"]


def test_a_blender_that_dies_is_replaced(node):
    server = node.start("inbetween")
    os.kill(json.loads(server.read_text())["pid"], signal.SIGKILL)
    done = node.call(node.run_words("inbetween", "1-2"))
    assert done.returncode == 0 and "has ended; starting one" in done.stdout
    assert finished(node) == ["sh010", "sh020"]


def test_a_failing_row_does_not_keep_the_others(node, job):
    lines = (job / "plan" / "inbetween.ndjson").read_text().splitlines(keepends=True)
    row = json.loads(lines[1])
    row["arguments"][:0] = ["--rig=Nobody"]
    lines[1] = json.dumps(row) + "\n"
    (job / "plan" / "inbetween.ndjson").write_text("".join(lines))
    node.start("inbetween")
    done = node.call(node.run_words("inbetween", "1-3"))
    assert done.returncode == 2 and "no object is named 'Nobody'" in done.stderr
    assert "openjd_fail: 1 of 3 failed: sh020 seed 0 (status 2)" in done.stdout
    assert finished(node) == ["sh010", "sh030"]


@pytest.mark.parametrize("stays", [False, True])
def test_a_task_that_is_told_to_stop_answers_with_four(node, stays):
    if stays:
        node.start("inbetween")
    process = subprocess.Popen(
        node.run_words("inbetween", "1-4"), stdout=subprocess.PIPE, text=True, env=node.environment
    )
    for line in process.stdout:
        if "Saved:" in line:
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 4
    time.sleep(0.2)
    files = [p.name for p in node.out.rglob("*") if p.is_file()]
    assert files and not [name for name in files if name.startswith(".")]
    # The Blender that stays goes on with the next task.
    assert node.call(node.run_words("inbetween", "1-4")).returncode == 0
    assert len(finished(node)) == 4


def test_a_stranger_is_not_served(node):
    server = node.start("inbetween")
    where = json.loads(server.read_text())
    assert server.stat().st_mode & 0o077 == 0
    server.write_text(json.dumps({**where, "key": "0" * 32}))
    done = node.call(node.run_words("inbetween", "1"))
    assert done.returncode == 3 and not finished(node)


def test_it_ends_when_its_session_is_gone(node):
    server = node.start("inbetween")
    pid = json.loads(server.read_text())["pid"]
    server.unlink()
    for _ in range(50):
        time.sleep(0.1)
        if not Path(f"/proc/{pid}").exists():
            return
    pytest.fail("it is still there")


@pytest.mark.skipif(os.name == "nt", reason="the double of a Python is a shell's script")
@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({}, "unset/unset"),
        ({"CUE_GPU_CORES": "2"}, "2/PCI_BUS_ID"),
        ({"CUE_GPU_CORES": "1,3"}, "1,3/PCI_BUS_ID"),
        ({"CUE_GPU_CORES": "2", "CUDA_VISIBLE_DEVICES": "0"}, "0/unset"),
        ({"CUDA_VISIBLE_DEVICES": "GPU-5a"}, "GPU-5a/unset"),
    ],
)
def test_a_task_sees_the_graphics_cards_that_the_farm_gave(job, shots, tmp_path, given, seen):
    """No card is needed: what counts is what the process is told."""
    double = tmp_path / "python"
    double.write_text(
        '#!/bin/sh\necho "${CUDA_VISIBLE_DEVICES-unset}/${CUDA_DEVICE_ORDER-unset}"\n'
    )
    double.chmod(0o755)
    node = Node(job, shots.parent, str(double))
    for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUE_GPU_CORES"):
        node.environment.pop(name, None)
    node.environment |= given
    done = node.call(node.run_words("inbetween", "1"))
    assert done.returncode == 0 and seen in done.stdout.splitlines()


def test_a_shot_of_any_script_runs_where_the_system_knows_no_letters(
    shots, farm, bpy_python, tmp_path
):
    (tmp_path / "镜头 ü.blend").write_bytes((shots.parent / "sh010.blend").read_bytes())
    listed = "shot,blend,stages\n镜头 'ü',镜头 ü.blend,inbetween\n"
    (tmp_path / "l.csv").write_text(listed, encoding="utf-8")
    words = ["--job", tmp_path / "job", "--outputs", tmp_path / "out", "--python", bpy_python]
    assert farm(tmp_path / "l.csv", *words).returncode == 0
    node = Node(tmp_path / "job", tmp_path, bpy_python)
    node.environment |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = node.call(node.run_words("inbetween", "1"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "镜头 'ü'" / "seed0" / "inbetween.json").is_file()
