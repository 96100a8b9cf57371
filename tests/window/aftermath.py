"""Quits Blender in the middle of things, and looks at what is left. Used by run.py, outside it.

A quit is safe when Blender ends by itself with status 0, within seconds, without a word of an
error; no worker process and no temporary file is left; the file on disk is what it was, or what
the person chose to save; and the next start finds nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import time
from pathlib import Path

import env
from test_blender import CLIP, Blender, TrialError, expect

HERE = Path(__file__).resolve().parent
WAYS = (  # of quitting.py, in an order in which each is the next start after the one before
    "idle",
    "at_work",
    "at_work_unsaved",
    "previewed",
    "second_window",
    "killed",
    "previewed_and_saved",
    "idle",
)
STOPS = {"idle": 0, "killed": 0, "second_window": 2, "previewed_and_saved": 0}
"""How many operators Blender stops in their work, where it is not one: saving ends a preview."""
WORKERS = {"at_work": 1, "at_work_unsaved": 1, "second_window": 1, "killed": 1}
"""How many processes work while Blender is told to quit, where it is not none."""
TIMES = 40  # over the clip, so that its work is not done before Blender is gone
LIMIT_S = 300
QUIT_S = 20.0  # "within seconds", on a machine that does five other things
GONE_S = 20.0
KILLED = 137  # what a shell makes of SIGKILL

_EXAMPLE = """
import bpy, cv2
clip = cv2.VideoCapture({clip!r})
frames = []
while (read := clip.read())[0]:
    frames.append(read[1])
size = frames[0].shape[1::-1]
film = cv2.VideoWriter({film!r}, cv2.VideoWriter_fourcc(*"mp4v"), 24.0, size)
for frame in frames * {times}:
    film.write(frame)
film.release()
bpy.ops.understudy.open_example()
bpy.ops.understudy.clear_generated()
bpy.ops.wm.save_as_mainfile(filepath={path!r})
"""
_KEYS = """
import bpy, json
from bl_ext.user_default.understudy.addon import ledger
rig = next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")
print("KEYS " + json.dumps(ledger.report(rig.animation_data.action)["keys"]), flush=True)
"""
_BAD = re.compile(r"Traceback|\bError\b|Not freed|Segmentation", re.IGNORECASE)
_OURS = re.compile(r"^understudy-|crash")
_NOISE = re.compile(r"EGL_BAD|libEGL|MESA")


def quit_in_the_middle(blender: Blender, out: Path) -> dict[str, float]:
    """Quit in every way of `WAYS`; return the seconds each took from being told to being gone."""
    out.mkdir()
    shot = out / "shot.blend"
    film = out / "long.mp4"
    code = _EXAMPLE.format(path=str(shot), clip=str(CLIP), film=str(film), times=TIMES)
    made = blender.run(["-b", "--python-expr", code], LIMIT_S)
    expect(made.returncode == 0 and shot.is_file() and film.is_file(), "the example is saved", made)
    bare = keys_of(blender, shot)
    took: dict[str, float] = {}
    for way in WAYS:
        seconds = quit_once(blender, out, shot, way)
        took[way] = round(min(seconds, took.get(way, seconds)), 1)
    kept = keys_of(blender, shot)
    known = kept["ai"] > bare["ai"] == 0 and kept["human"] == bare["human"]
    if not known:
        raise TrialError(f"saving while a preview is shown keeps {kept}, of {bare}")
    return took


def quit_once(blender: Blender, out: Path, shot: Path, way: str) -> float:
    """Quit in one way, see that it was safe, and return the seconds it took."""
    before = digest(shot)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        done = blender.run(
            [shot, "--python", HERE / "quitting.py"],
            LIMIT_S,
            program="blender-gui",
            WINDOW_OUT=str(out),
            WINDOW_CLIP=str(out / "long.mp4"),
            WINDOW_WAY=way,
            TMPDIR=folder,
        )
        gone, said = time.time(), done.stdout.splitlines()
        told, *workers = next((x.split()[1:] for x in said if x.startswith("ASKED ")), ("0",))
        left = left_of(Path(folder), workers)
    seconds = gone - float(told)
    stopped = sum(line == "STOPPED" for line in said)
    bad = [line for line in said if _BAD.search(line) and not _NOISE.search(line)]
    status = KILLED if way == "killed" else 0
    saves = way == "previewed_and_saved"
    for good, what in (
        (done.returncode == status and float(told), "it does not end as it should"),
        (len(workers) == WORKERS.get(way, 0), f"{len(workers)} workers were at it"),
        (stopped == STOPS.get(way, 1), f"{stopped} operators were stopped in their work"),
        (seconds < QUIT_S, f"it is gone only after {seconds:.1f} s"),
        (not bad, f"it says {bad}"),
        (not left, f"there is left {left}"),
        ((digest(shot) != before) == saves, f"the file is {'not saved' if saves else 'changed'}"),
    ):
        if not good:
            expect(False, f"{way}: {what}", done)
    env.say(f"  {way}: gone within {seconds:.1f} s, with nothing left behind")
    return seconds


def left_of(folder: Path, workers: list[str]) -> list[str]:
    """Return what is left of the work, once it had time to go: processes, and files in `folder`."""
    end = time.monotonic() + GONE_S
    while True:
        left = [
            *(f"process {number}" for number in workers if Path(f"/proc/{number}").exists()),
            *(path.name for path in folder.iterdir() if _OURS.search(path.name)),
        ]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


def digest(path: Path) -> str:
    """Return what tells a file's content and that it was not written anew."""
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"


def keys_of(blender: Blender, shot: Path) -> dict[str, int]:
    """Open the file, and return how many of its rig's keys were made by whom."""
    done = blender.run(["-b", shot, "--python-expr", _KEYS], LIMIT_S)
    line = next((x for x in done.stdout.splitlines() if x.startswith("KEYS ")), None)
    expect(line is not None, "the file opens", done)
    return json.loads(line.removeprefix("KEYS "))
