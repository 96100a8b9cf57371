"""What every panel of the sidebar shares."""

from __future__ import annotations

import re

import bpy

_WIDE = 0x2E7F
"""Letters beyond this are those of Chinese, Japanese and Korean."""

_WORDS = "[\u2e80-\uffff]|[^\\s\u2e80-\uffff]+ ?|\\s"  # compiled with the first use: it takes 3 ms


class SidebarPanel:
    """A panel in the Understudy tab of the 3D view's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Understudy"


def column(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """Return a column that shows names to the left of values."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    return layout.column()


def lines(layout: bpy.types.UILayout, text: str, width: int, icon: str = "NONE") -> None:
    """Show sentences in the interface's language, in lines that fit `width` pixels.

    The first line has the icon.
    """
    # A label cannot wrap by itself. A character takes about 7 pixels at the usual size.
    scale = bpy.context.preferences.system.ui_scale
    room = max(int((width - 60 * scale) / (7 * scale)), 20)
    box = layout.column(align=True)
    for part in text.splitlines():
        for line in wrapped(bpy.app.translations.pgettext_iface(part), room):
            box.label(text=line, icon=icon, translate=False)
            icon = "BLANK1" if icon != "NONE" else "NONE"


def wrapped(text: str, room: int) -> list[str]:
    """Break a sentence into lines of at most `room` letters' width.

    Chinese and the like have no blanks to break at, and their characters are twice as wide.

    >>> wrapped("one two three", 7), wrapped("\u9009\u62e9\u7ed1\u5b9a", 4)
    (['one two', 'three'], ['\u9009\u62e9', '\u7ed1\u5b9a'])
    """
    found, line, used = [], "", 0
    for word in re.findall(_WORDS, text):
        size = sum(2 if ord(letter) > _WIDE else 1 for letter in word)
        if line and used + size - (word[-1] == " ") > room:
            found.append(line.rstrip())
            line, used = "", 0
        line, used = line + word, used + size
    return [*found, line.rstrip()]


def draw_run(
    layout: bpy.types.UILayout, context: bpy.types.Context, stage: str, missing: str = ""
) -> bpy.types.UILayout | None:
    """Draw what every stage's panel ends with, above and below its button.

    While a stage works, its panel shows the progress and Cancel, and the others wait. Else the
    next thing to do is named where there is one.

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
        lines(col, f"{run.title} is at work: wait for it, or cancel it", width, icon="TIME")
        return None
    if missing:
        lines(col, missing, width, icon="INFO")
    button = col.column()
    button.scale_y = 1.5
    if run.outcome and run.stage == stage:
        lines(col, run.outcome, width, icon="INFO")
    return button


def rig_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """Return the active object if it is a rig."""
    obj = context.object
    return obj if obj is not None and obj.type == "ARMATURE" else None
