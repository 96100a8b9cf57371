"""Quit Blender in the middle of something. Run by run.py inside Blender, on the example's file.

WINDOW_OUT, WINDOW_CLIP as for story.py; WINDOW_WAY names one of `WAYS`.

Prints "ASKED", the clock's seconds and the numbers of the worker processes when Blender is told to
go, and "STOPPED" where it then stops an operator in the middle of its work. What is left is looked
at by aftermath.py, from outside.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hands  # noqa: E402
from player import play, say  # noqa: E402
from steps import (  # noqa: E402
    MODULE,
    OUT,
    Steps,
    changed,
    choose,
    key_count,
    pause,
    rig,
    run,
    until,
)

TICK_S = 0.05
GONE_S = 60.0


def begin(operator: str) -> None:
    """Press a stage's button."""
    stage = getattr(bpy.ops.understudy, operator)
    with bpy.context.temp_override(**hands.viewport()):
        assert stage("INVOKE_DEFAULT") == {"RUNNING_MODAL"}


def blocking() -> Steps:
    """Be in the middle of blocking a clip, in its worker process."""
    bpy.context.scene.understudy.video = os.environ["WINDOW_CLIP"]
    begin("block_video")
    yield from until(lambda: run().title and run().progress > 0.02, "the work is under way")


def proposing() -> Steps:
    """Be in the middle of new layouts, with the pictures of others shown."""
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.variants = "reading corner in an old library", 1
    begin("propose_layouts")
    yield from until(lambda: len(run().layouts) and not run().title, "the first layouts", 180.0)
    settings.seed, settings.variants = settings.seed + 1, 24  # it will not be done before the end
    begin("propose_layouts")
    yield from until(lambda: run().title, "the work is under way")


def previewing() -> Steps:
    """Be in the middle of a live preview, whose keys are on the rig but nobody's yet."""
    bare = key_count()
    begin("preview_inbetweens")
    yield from until(lambda: run().preview_text and key_count() > bare, "the preview shows keys")


def tell_of_stops() -> None:
    """Let the operators say when Blender stops them before their end."""
    ops = importlib.import_module(f"{MODULE}.ops")

    def telling(own: Callable, busy: Callable[[object], bool]) -> Callable:
        def cancel(self: object, context: bpy.types.Context) -> None:
            was_busy = busy(self)
            own(self, context)
            say("STOPPED" if was_busy else "stopped, but it was done already")

        return cancel

    stage, preview = ops.base.JobOperator, ops.inbetween.UNDERSTUDY_OT_preview_inbetweens
    stage.cancel = telling(stage.cancel, lambda self: not self._job.done)
    preview.cancel = telling(preview.cancel, lambda self: not self._preview.ended)


def asked() -> None:
    """Note the moment, and the worker processes that are there."""
    jobs = sys.modules.get(f"{MODULE}.addon.jobs")
    busy = [job._process.pid for job in (jobs._workers if jobs else ()) if not job.done]
    say(" ".join(map(str, ["ASKED", time.time(), *busy])))


def going() -> Steps:
    """Wait to be gone."""
    yield from pause(GONE_S)
    raise AssertionError(f"Blender is still there after {GONE_S:.0f} s")


def ctrl_q() -> None:
    """Quit by the shortcut."""
    asked()
    hands.press("ctrl+q")


def idle() -> Steps:
    """Quit with nothing under way, to compare with."""
    ctrl_q()
    yield


def at_work() -> Steps:
    """Quit by the shortcut while a clip is blocked."""
    yield from blocking()
    ctrl_q()


def at_work_unsaved() -> Steps:
    """Quit by the operator while layouts are made and there are changes, which are lost."""
    choose(rig())
    rig().location.x += 1.0
    bpy.ops.ed.undo_push(message="A change")
    yield from proposing()
    asked()
    bpy.ops.wm.quit_blender()


def previewed() -> Steps:
    """Close the only window while a preview is shown, as its cross does: it has no frame here."""
    yield from previewing()
    asked()
    bpy.ops.wm.window_close()


def previewed_and_saved() -> Steps:
    """Quit while a preview is shown and there are changes: Blender asks, they are saved."""
    yield from previewing()
    bpy.ops.ed.undo_push(message="A change")
    before = hands.settled()
    hands.press("ctrl+q")
    yield from changed(before, "Blender asks what to do with the changes")
    asked()
    hands.press("Return")


def second_window() -> Steps:
    """Close the window in which the work was begun, and go on in the other; then quit."""
    first = bpy.context.window_manager.windows[0]
    bpy.ops.wm.window_new()
    yield from until(lambda: len(bpy.context.window_manager.windows) == 2, "a second window")
    second = next(w for w in bpy.context.window_manager.windows if w != first)
    bpy.context.scene.understudy.video = os.environ["WINDOW_CLIP"]
    area = next(a for a in second.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    with bpy.context.temp_override(window=second, area=area, region=region):
        assert bpy.ops.understudy.block_video("INVOKE_DEFAULT") == {"RUNNING_MODAL"}
    yield from until(lambda: run().progress > 0.02, "the work is under way")
    with bpy.context.temp_override(window=second):
        bpy.ops.wm.window_close()
    yield from until(lambda: not run().title, "the work ends with its window")
    jobs = sys.modules[f"{MODULE}.addon.jobs"]
    yield from until(lambda: all(job.done for job in jobs._workers), "so does the worker")
    yield from blocking()  # and may begin again
    ctrl_q()


def killed() -> Steps:
    """Blender dies in the middle of the work, as by a crash."""
    yield from blocking()
    asked()
    os.kill(os.getpid(), signal.SIGKILL)
    yield


WAYS = {
    way.__name__: way
    for way in (
        idle,
        at_work,
        at_work_unsaved,
        previewed,
        second_window,
        killed,
        previewed_and_saved,
    )
}


def story() -> Steps:
    """See that the last end left nothing, and then end this one."""
    yield from pause(1.0)
    assert not run().title and not run().preview, "something is under way at the start"
    choose(rig())
    hands.point_at_view()
    yield from pause(0.5)
    tell_of_stops()
    yield from WAYS[os.environ["WINDOW_WAY"]]()
    yield from going()


bpy.context.preferences.view.show_splash = False
bpy.context.preferences.use_preferences_save = False
play(story(), TICK_S, 1.0, lambda good: hands.photograph(OUT / "stuck.png"))
