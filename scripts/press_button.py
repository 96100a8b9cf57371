"""Press Block from Video in a real Blender window, and see what it does. Run by test_blender.py.

    blender-gui RIG.blend --python scripts/press_button.py

PRESS_VIDEO  the clip to block
PRESS_SHOT   the picture to take of the progress bar (with-display's screenshot)

Blocks and stops on the way, blocks to the end, and undoes it once. Prints one line of JSON after
"PRESSED" and ends with 0, or with 1 and a line saying what went wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator

import bpy

LIMIT_S = 180.0
TICK_S = 0.05


def rig() -> bpy.types.Object:
    """Return the rig anew: undo frees what an older name pointed at."""
    return bpy.data.objects["Human"]


def animated() -> bool:
    """Say whether the rig has an action with anything in it."""
    data = rig().animation_data
    return bool(data and data.action)


def window_context() -> dict:
    """Return what an operator needs to believe that it was pressed in the sidebar."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    return {"window": window, "area": area, "region": region}


def press() -> None:
    """Press the button; the work goes on in the window's own event loop."""
    with bpy.context.temp_override(**window_context()):
        result = bpy.ops.understudy.block_video("INVOKE_DEFAULT")
    assert result == {"RUNNING_MODAL"}, result


def running() -> bool:
    """Say whether the panel shows a job."""
    return bool(bpy.context.window_manager.understudy.title)


def draw() -> None:
    """Draw the window now."""
    with bpy.context.temp_override(**window_context()):
        bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=2)


def open_tab() -> None:
    """Show the Understudy tab."""
    where = window_context()
    where["area"].spaces.active.show_region_ui = True
    draw()  # a region learns its tabs by being drawn
    sidebar = next(r for r in where["area"].regions if r.type == "UI")
    sidebar.active_panel_category = "Understudy"


def story() -> Iterator[None]:
    """Do it all, giving the window its time at every yield."""
    facts = {}
    bpy.context.preferences.view.show_splash = False
    bpy.context.scene.understudy.video = os.environ["PRESS_VIDEO"]
    bpy.context.view_layer.objects.active = rig()
    rig().select_set(True)
    open_tab()
    bpy.ops.ed.undo_push(message="Before")
    yield
    press()
    while running() and bpy.context.window_manager.understudy.progress <= 0.0:
        yield
    assert running(), "the work ended before it could be stopped"
    with bpy.context.temp_override(**window_context()):
        bpy.ops.understudy.cancel()
    while running():
        yield
    assert not animated(), "a cancelled run left keys"
    press()
    begun, seen, well_on = time.monotonic(), False, False
    while running():
        yield
        if running() and not well_on:  # a clip that was watched before is soon done
            draw()
            subprocess.run(["screenshot", os.environ["PRESS_SHOT"]], check=True)
            seen, well_on = True, bpy.context.window_manager.understudy.progress > 0.1
    facts["seconds"] = round(time.monotonic() - begun, 2)
    facts["outcome"] = bpy.context.window_manager.understudy.outcome
    assert seen, "the progress bar was never seen"
    assert animated(), f"no keys: {facts['outcome']}"
    yield
    with bpy.context.temp_override(**window_context()):
        bpy.ops.ed.undo()
    yield
    assert not animated(), "one undo did not take the keys back"
    sys.stdout.write("PRESSED " + json.dumps(facts) + "\n")


def play(steps: Iterator[None]) -> None:
    """Step through a story by a timer, within a time limit."""
    begun = time.monotonic()

    def tick() -> float:
        status = 1
        try:
            assert time.monotonic() - begun < LIMIT_S, f"not done after {LIMIT_S:.0f} s"
            next(steps)
            return TICK_S
        except StopIteration:
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    # Kept over the undo, which loads the file's earlier state.
    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)


if __name__ == "__main__":
    play(story())
