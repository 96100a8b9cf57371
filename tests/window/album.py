"""Photograph every panel of the sidebar, open, in three states. Run by run.py inside Blender.

WINDOW_OUT, WINDOW_SCALE as for story.py
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hands  # noqa: E402

MODULE = "bl_ext.user_default.understudy"
OUT, SCALE = Path(os.environ["WINDOW_OUT"]), os.environ["WINDOW_SCALE"]
LIMIT_S = 240.0


def open_all() -> None:
    """Let every panel be open from the first: a person would click their headers."""
    listed = sys.modules[f"{MODULE}.panels"].CLASSES
    panels = [cls for cls in listed if issubclass(cls, bpy.types.Panel)]
    for cls in reversed(panels):
        bpy.utils.unregister_class(cls)
    for cls in panels:
        cls.bl_options = getattr(cls, "bl_options", set()) - {"DEFAULT_CLOSED"}
        bpy.utils.register_class(cls)


def picture(name: str) -> None:
    """Save what the sidebar shows now."""
    path = OUT / f"{name}_{SCALE}.png"
    for _ in range(4):  # panels slide to their places
        hands.draw()
        time.sleep(0.3)
    hands.photograph(path)
    region, image = hands.sidebar(), bpy.data.images.load(str(path))
    x, y = hands.to_screen(region.x, region.y + region.height - 1)
    crop(image, x, y, region.width, region.height, path)


def crop(image: bpy.types.Image, x: int, y: int, width: int, height: int, path: Path) -> None:
    """Keep a part of a picture; x and y are of its top left corner, from the top."""
    import numpy as np

    columns, rows = image.size
    values = np.empty(columns * rows * 4, np.float32)
    image.pixels.foreach_get(values)
    values = values.reshape(rows, columns, 4)[::-1][y : y + height, x : x + width][::-1]
    part = bpy.data.images.new("part", values.shape[1], values.shape[0])
    part.pixels.foreach_set(np.ascontiguousarray(values).ravel())
    part.filepath_raw, part.file_format = str(path), "PNG"
    part.save()
    for used in (image, part):
        bpy.data.images.remove(used)


def story() -> Iterator[None]:
    """Nothing selected, the example's rig with takes, and a rig with its map."""
    open_all()
    where = hands.viewport()
    with bpy.context.temp_override(**where):
        bpy.ops.screen.screen_full_area(use_hide_panels=True)
    yield
    yield
    hands.viewport()["area"].spaces.active.show_region_ui = True
    hands.draw()
    yield
    hands.sidebar().active_panel_category = hands.TAB
    hands.draw()
    yield
    bpy.context.view_layer.objects.active = None
    picture("nothing")
    yield
    bpy.ops.understudy.check_setup()
    bpy.ops.understudy.open_example()
    yield
    bpy.ops.understudy.keep_take()
    bpy.context.scene.understudy.video = "//reference/leap.mp4"
    bpy.ops.understudy.map_rig()
    picture("rig")


def main() -> None:
    """Step through it by a timer."""
    view = bpy.context.preferences.view
    view.show_splash, view.ui_scale = False, float(SCALE)
    bpy.context.preferences.use_preferences_save = False
    steps, begun = story(), time.monotonic()

    def tick() -> float:
        status = 1
        try:
            assert time.monotonic() - begun < LIMIT_S, f"not done after {LIMIT_S:.0f} s"
            next(steps)
            return 0.6
        except StopIteration:
            status = 0
            sys.stdout.write("ALBUM ok\n")
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    bpy.app.timers.register(tick, first_interval=1.5, persistent=True)


main()
