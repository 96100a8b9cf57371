"""A person's hands in a Blender window: real mouse and key events through the X server."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

MODULE = "bl_ext.user_default.understudy"
TAB = "Understudy"
_BUTTON_ROWS = 22  # pixels at a scale of 1: only the stages' own buttons are as high
_BUTTON_SHARE = 0.55  # of the sidebar's width
F3, F9 = "69", "75"  # their keys' numbers: the virtual screen's map has them not by name
_SAME = 3.0  # levels of 255 by which a button's fill may differ from pixel to pixel


def viewport() -> dict:
    """Return window, area and region of the 3D view, as `temp_override` takes them."""
    window = bpy.context.window_manager.windows[0]
    area = max(
        (a for a in window.screen.areas if a.type == "VIEW_3D"), key=lambda a: a.width * a.height
    )
    region = next(r for r in area.regions if r.type == "WINDOW")
    return {"window": window, "area": area, "region": region}


def sidebar() -> bpy.types.Region:
    """Return the 3D view's sidebar."""
    return next(r for r in viewport()["area"].regions if r.type == "UI")


def draw() -> None:
    """Draw the window now."""
    where = viewport()
    for area in where["window"].screen.areas:
        area.tag_redraw()
    with bpy.context.temp_override(**where):
        bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=2)  # a layout settles once


def to_screen(x: float, y: float) -> tuple[int, int]:
    """Turn window pixels (from the bottom left) into the screen's (from the top left)."""
    window = bpy.context.window_manager.windows[0]
    return int(window.x + x), int(window.y + window.height - 1 - y)


def _do(*words: object) -> None:
    # Not waited for: Blender has to handle the events meanwhile.
    subprocess.Popen(["xdotool", *map(str, words)])


def point(x: float, y: float) -> None:
    """Move the mouse to window pixels."""
    _do("mousemove", *to_screen(x, y))


def point_at_view() -> None:
    """Move the mouse into the 3D view, which then gets the keys."""
    region = viewport()["region"]
    point(region.x + 0.3 * region.width, region.y + 0.5 * region.height)


def click(x: float, y: float) -> None:
    """Move the mouse to window pixels and click."""
    # From the side: a button that appears under a mouse that rests is not yet awake.
    _do("mousemove", *to_screen(x - 25, y), "sleep", 0.2, "mousemove", *to_screen(x, y))
    _do("sleep", 0.6, "mousedown", 1, "sleep", 0.08, "mouseup", 1)


def drag(x0: float, y0: float, x1: float, y1: float) -> None:
    """Drag with the left button."""
    start, end = to_screen(x0, y0), to_screen(x1, y1)
    steps: list[object] = ["mousemove", *start, "sleep", 0.3, "mousedown", 1]
    for k in range(1, 9):
        x, y = (int(a + (b - a) * k / 8) for a, b in zip(start, end, strict=True))
        steps += ["sleep", 0.08, "mousemove", x, y]
    _do(*steps, "sleep", 0.1, "mouseup", 1)


def press(*keys: str) -> None:
    """Press keys one after the other, such as "n" or "ctrl+z"."""
    _do("key", "--delay", 80, *keys)


def write(text: str) -> None:
    """Type a text."""
    _do("type", "--delay", 60, text)


def photograph(path: Path | str, *, anew: bool = True) -> None:
    """Take a picture of the screen as the X server shows it, drawn anew first."""
    if anew:
        draw()
    subprocess.run(["screenshot", str(path)], check=True)


def pixels(*, anew: bool = False) -> np.ndarray:
    """Return the screen, (height, width, 3) levels 0 to 255, first row at the bottom."""
    import cv2  # the extension brings it along

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "screen.png")
        photograph(path, anew=anew)
        return cv2.imread(path)[::-1, :, ::-1].astype(np.float32)


def settled() -> np.ndarray:
    """Return the screen once it looks the same twice: panels slide to their places."""
    screen = pixels(anew=True)
    for _ in range(8):
        time.sleep(0.2)
        before, screen = screen, pixels(anew=True)
        if np.array_equal(before, screen):
            break
    return screen


def in_view(screen: np.ndarray) -> np.ndarray:
    """Return what lies in the 3D view: the status bar's last word fades when it likes."""
    window, region = viewport()["window"], viewport()["region"]
    x, y = window.x + region.x, len(screen) - window.y - window.height + region.y
    return screen[y : y + region.height, x : x + region.width]


def save(path: Path, picture: np.ndarray) -> None:
    """Write (height, width, 3) levels as a picture, first row at the top."""
    import cv2

    cv2.imwrite(str(path), np.ascontiguousarray(picture[:, :, ::-1]).round().astype(np.uint8))


@functools.cache
def panels() -> dict[str, list[type]]:
    """Return the panels of the 3D view's tab by stage: a panel, and its own below it."""
    found: dict[str, list[type]] = {}
    for cls in sys.modules[f"{MODULE}.panels"].CLASSES:
        here = getattr(cls, "bl_space_type", "") == "VIEW_3D" and getattr(cls, "bl_category", "")
        if issubclass(cls, bpy.types.Panel) and here:
            parent = getattr(cls, "bl_parent_id", cls.bl_idname)
            found.setdefault(parent.removeprefix("UNDERSTUDY_PT_"), []).append(cls)
    return found


_shown: list[type] = []


def only(*wanted: str, opened: bool = False) -> None:
    """Leave only these stages' panels in the tab, as if the others were scrolled away.

    `opened` lets panels be open that Blender has not drawn yet.
    """
    _shown[:] = _shown or [cls for group in panels().values() for cls in group]
    for cls in reversed(_shown):
        bpy.utils.unregister_class(cls)
    _shown[:] = [cls for name in wanted for cls in panels()[name]]
    for cls in _shown:
        if opened:
            cls.bl_options = getattr(cls, "bl_options", set()) - {"DEFAULT_CLOSED"}
        bpy.utils.register_class(cls)


def forget_panels() -> None:
    """Forget the panels: they are other classes once the extension was enabled again."""
    panels.cache_clear()
    _shown.clear()


def click_header() -> None:
    """Click the header of the tab's first panel, which opens or folds it."""
    region, scale = sidebar(), bpy.context.preferences.system.ui_scale
    click(region.x + 80 * scale, region.y + region.height - 14 * scale)


def big_buttons() -> list[tuple[float, float]]:
    """Find the high buttons in the sidebar by looking; return their middles, top first.

    A button is a stretch of rows, as high as only the stages' buttons are, of which most of the
    width is one even colour that is not the panel's.
    """
    region, scale = sidebar(), bpy.context.preferences.system.ui_scale
    window = bpy.context.window_manager.windows[0]
    screen = pixels(anew=True)
    bottom = screen.shape[0] - window.y - window.height
    part = screen[bottom + region.y :][: region.height, window.x + region.x :][:, : region.width]
    margin = int(8 * scale)
    # To the left of a button's words: its fill, and beside it the panel.
    inner = part[:, margin * 3 : int(region.width * 0.85)]
    typical = np.median(inner, axis=1)
    even = (np.abs(inner - typical[:, None]).max(-1) <= _SAME).mean(axis=1) >= _BUTTON_SHARE
    panel = np.median(typical[even], axis=0)
    other = even & (np.abs(typical - panel).max(-1) > 2 * _SAME)
    found, start = [], None
    for row, inside in enumerate(np.append(other, False)):
        if inside and start is None:
            start = row
        elif not inside and start is not None:
            if row - start >= _BUTTON_ROWS * scale:
                found.append((region.x + region.width * 0.45, region.y + (start + row) / 2))
            start = None
    return found[::-1]
