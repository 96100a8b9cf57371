"""What is drawn under the keys of the Dope Sheet and the Timeline.

A strip says how far each frame can be trusted: green is sure, red is doubtful, nothing where no run
spoke. Above it lie the strokes of the face. Only what registers both is loaded when the extension
is enabled. Drawing reads no disk and takes next to no time: what draws is loaded, and what is drawn
is read, by a timer after the first drawing that misses it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType

import bpy
from bpy.types import SpaceDopeSheetEditor

from .about import LEDGER
from .props import animated

_handles: list[object] = []
_due: dict[str, Callable[[], object]] = {}


def _draw() -> None:
    """Draw over the region that Blender is drawing."""
    context = bpy.context
    run = context.window_manager.understudy
    if run.show_confidence:
        _draw_strip(context)
    if run.face_strokes or len(context.scene.understudy.face.strokes):
        strokedraw = _loaded("strokedraw")
        if strokedraw is not None:
            strokedraw.draw(context)


def _draw_strip(context: bpy.types.Context) -> None:
    owner = animated(context.object)
    action = owner.animation_data.action if owner is not None and owner.animation_data else None
    if action is not None and LEDGER in action:
        stripdraw = _loaded("stripdraw")
        if stripdraw is not None:
            stripdraw.draw(context, action)


def _loaded(name: str) -> ModuleType | None:
    """Return what draws; where it is not loaded yet, have that done and draw nothing."""
    module = f"{__package__}.{name}"
    if module not in sys.modules:
        soon(name, lambda: importlib.import_module(module))
    return sys.modules.get(module)


def soon(name: str, what: Callable[[], object]) -> None:
    """Have something done when nothing is being drawn, and draw again; the last of a name counts.

    `what` must hold no pointer to Blender's data, which may be gone by then.
    """
    _due[name] = what
    if not bpy.app.timers.is_registered(_catch_up):
        bpy.app.timers.register(_catch_up)


def _catch_up() -> None:
    while _due:
        _due.popitem()[1]()
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "DOPESHEET_EDITOR":
                area.tag_redraw()


def register() -> None:
    """Begin to draw."""
    _handles.append(SpaceDopeSheetEditor.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    """Draw no more."""
    while _handles:
        SpaceDopeSheetEditor.draw_handler_remove(_handles.pop(), "WINDOW")
    _due.clear()
    if bpy.app.timers.is_registered(_catch_up):
        bpy.app.timers.unregister(_catch_up)
