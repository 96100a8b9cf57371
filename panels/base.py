"""What every panel of the sidebar shares."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable

import blf
import bpy

from ..addon.about import CONTEXT

_TABS = 26
"""Pixels at a scale of 1 that the sidebar's own tabs and edges take."""

_ICON = 24
_MARGIN = 30
_LEAST = 80  # pixels: what is narrower shows nothing in any case
_FONT = 0  # the interface's own

_WORDS = "[\u2e80-\uffff]|[^\\s\u2e80-\uffff]+ ?|\\s"  # compiled with the first use: it takes 3 ms


class SidebarPanel:
    """A panel in the Understudy tab of the 3D view's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Understudy"
    bl_translation_context = CONTEXT


class Rows:
    """A list that shows an item by its class's `draw_row(context, layout, item)`."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: object,
        item: object,
        _icon: int,
        _active: object,
        _active_name: str,
        _index: int = 0,
        _flags: int = 0,
    ) -> None:
        self.draw_row(context, layout, item)


def column(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """Return a column that shows names to the left of values."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    return layout.column()


def say(text: str, /, **values: object) -> str:
    """Return a sentence in the interface's language, with its {places} filled."""
    said = bpy.app.translations.pgettext_iface(text) if text else ""  # "" asks for the file's head
    return said.format(**values) if values else said


def lines(
    layout: bpy.types.UILayout, text: str, width: int, icon: str = "NONE", **values: object
) -> None:
    """Show sentences in the interface's language, in lines that fit `width` pixels.

    The first line has the icon. `values` fill the {places} of a single sentence.
    """
    preferences = bpy.context.preferences
    scale = preferences.system.ui_scale
    room = max(width - (_TABS + _MARGIN + (_ICON if icon != "NONE" else 0)) * scale, _LEAST)
    size = preferences.ui_styles[0].widget.points * scale
    box = layout.column(align=True)
    box.scale_y = 0.8
    for part in text.splitlines():
        for line in _fitted(say(part, **values), room, size):
            box.label(text=line, icon=icon, translate=False)
            icon = "BLANK1" if icon != "NONE" else "NONE"


@functools.lru_cache(maxsize=256)
def _fitted(text: str, room: float, size: float) -> tuple[str, ...]:
    """Return the lines of a sentence as the interface's font, `size` points high, needs them."""
    blf.size(_FONT, size)
    return tuple(wrapped(text, room, lambda part: blf.dimensions(_FONT, part)[0]))


def wrapped(text: str, room: float, wide: Callable[[str], float] = len) -> list[str]:
    """Break a sentence into lines that are at most `room` wide.

    A label cannot wrap by itself. Chinese and the like have no blanks to break at.

    >>> wrapped("one two three", 7), wrapped("\u9009\u62e9\u7ed1\u5b9a", 2)
    (['one two', 'three'], ['\u9009\u62e9', '\u7ed1\u5b9a'])
    """
    found, line = [], ""
    for word in re.findall(_WORDS, text):
        if line and wide((line + word).rstrip()) > room:
            found.append(line.rstrip())
            line = ""
        line += word
    return [*found, line.rstrip()]


def hint(layout: bpy.types.UILayout, text: str, width: int) -> None:
    """Say what an empty list is for, or what is to be known here."""
    lines(layout, text, width, icon="INFO")


def draw_run(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    stage: str,
    missing: str = "",
    *,
    onto: str = "",
    also: Iterable[tuple[str, str]] = (),
) -> bpy.types.UILayout | None:
    """Draw what every stage's panel ends with, above and below its button.

    While a stage works, its panel shows the progress and Cancel, and the others wait. Else the
    next thing to do is named where there is one.

    Parameters
    ----------
    onto : what the result is written on, shown above the button
    also : operators and icons of smaller buttons below it

    Returns
    -------
    UILayout or None
        Where the stage's own button belongs, large; None while something is at work.
    """
    run, width = context.window_manager.understudy, context.region.width
    col = layout.column()
    col.separator()
    if run.title and run.stage == stage:
        col.progress(factor=run.progress, text=f"{run.progress:.0%}  {run.left}")
        lines(col, run.message, width)
        col.operator("understudy.cancel", icon="CANCEL")
        return None
    if run.title:
        title = bpy.app.translations.pgettext_iface(run.title, "Operator")
        text = "{title} is at work: wait for it, or cancel it"
        lines(col, text, width, icon="TIME", title=title)
        return None
    if missing:
        hint(col, missing, width)
    elif onto:
        col.label(text=onto, icon="FORWARD", translate=False)
    button = col.column()
    button.scale_y = 1.5
    for operator, icon in also:
        col.operator(operator, icon=icon)
    if run.outcome and run.stage == stage:
        lines(col, run.outcome, width, icon="INFO")
    return button


def rig_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """Return the active object if it is a rig."""
    obj = context.object
    return obj if obj is not None and obj.type == "ARMATURE" else None


def names_of(objects: list[bpy.types.Object]) -> str:
    """Return what is written on, short enough for a line."""
    if len(objects) < 2:
        return objects[0].name if objects else ""
    return say("{name} and {count} more", name=objects[0].name, count=len(objects) - 1)
