"""A strip under the keys of the Dope Sheet and the Timeline: how far each frame can be trusted.

Green is sure, red is doubtful, nothing where no run spoke. Only what registers it is loaded when
the extension is enabled; `stripdraw` is loaded with the first strip there is to draw.
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
    if not context.window_manager.understudy.show_confidence:
        return
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
