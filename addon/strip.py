"""What is drawn under the keys of the Dope Sheet and the Timeline.

A strip says how far each frame can be trusted: green is sure, red is doubtful, nothing where no run
spoke. Above it lie the strokes of the face. Only what registers both is loaded when the extension
is enabled; `stripdraw` and `strokedraw` are loaded with the first there is to draw.
"""

from __future__ import annotations

import bpy
from bpy.types import SpaceDopeSheetEditor

from .about import LEDGER
from .props import animated

_handles: list[object] = []


def _draw() -> None:
    """Draw over the region that Blender is drawing."""
    context = bpy.context
    run = context.window_manager.understudy
    if run.show_confidence:
        _draw_strip(context)
    if run.face_strokes or len(context.scene.understudy.face.strokes):
        from . import strokedraw

        strokedraw.draw(context)


def _draw_strip(context: bpy.types.Context) -> None:
    owner = animated(context.object)
    action = owner.animation_data.action if owner is not None and owner.animation_data else None
    if action is not None and LEDGER in action:
        from . import stripdraw

        stripdraw.draw(context, action)


def register() -> None:
    """Begin to draw."""
    _handles.append(SpaceDopeSheetEditor.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    """Draw no more."""
    while _handles:
        SpaceDopeSheetEditor.draw_handler_remove(_handles.pop(), "WINDOW")
