"""What every panel of the sidebar shares."""

from __future__ import annotations

import bpy


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
    """Show sentences, broken into lines that fit `width` pixels; the first has the icon."""
    # A label cannot wrap by itself. A character takes about 7 pixels at the usual size.
    scale = bpy.context.preferences.system.ui_scale
    room = max(int((width - 60 * scale) / (7 * scale)), 20)
    box = layout.column(align=True)
    for part in text.splitlines():
        line = ""
        for word in part.split():
            if line and len(line) + 1 + len(word) > room:
                box.label(text=line, icon=icon)
                line, icon = word, "BLANK1" if icon != "NONE" else "NONE"
            else:
                line = f"{line} {word}".strip()
        box.label(text=line, icon=icon)
        icon = "BLANK1" if icon != "NONE" else "NONE"


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
