"""Takes: what was generated on the active object, kept side by side."""

from __future__ import annotations

import bpy

from ..addon.about import STAGE, TAKE
from ..addon.props import animated
from .base import SidebarPanel, lines

_ICONS = {
    "blocking": "ARMATURE_DATA",
    "inbetween": "IPO_EASE_IN_OUT",
    "face": "MONKEY",
    "lipsync": "SPEAKER",
}
"""Those of the stages' buttons: which wrote on the take last."""


class UNDERSTUDY_PT_takes(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_takes"
    bl_label = "Takes"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 20

    def draw(self, context: bpy.types.Context) -> None:
        col, width = self.layout.column(), context.region.width
        owner = animated(context.object)
        data = owner.animation_data if owner is not None else None
        action = data.action if data is not None else None
        if action is None:
            lines(col, "Select an animated object", width, icon="INFO")
            return
        kept = [a for a in bpy.data.actions if a.get(TAKE) == owner.name]
        if not kept:
            text = "Keep what is there now as a take, then try again and compare"
            lines(col, text, width, icon="INFO")
        for take in sorted(kept, key=lambda a: a.name):
            self._line(col, take, take == action)
        col.separator()
        row = col.row(align=True)
        row.operator("understudy.keep_take", icon="ADD")
        row.operator("understudy.reroll_take", text="", icon="FILE_REFRESH")
        if kept:
            row = col.row(align=True)
            row.operator("understudy.compare_takes", icon="ARROW_LEFTRIGHT")
            row.operator("understudy.accept_take", icon="CHECKMARK")
            col.operator("understudy.takes_to_nla", icon="NLA")

    @staticmethod
    def _line(col: bpy.types.UILayout, take: bpy.types.Action, shown: bool) -> None:
        row = col.row(align=True)
        icon = "RADIOBUT_ON" if shown else "RADIOBUT_OFF"
        row.operator(
            "understudy.show_take", text=take.name, icon=icon, depress=shown
        ).name = take.name
        row.label(text="", icon=_ICONS.get(take.get(STAGE, ""), "ACTION"))
        gone = row.row(align=True)
        gone.enabled = not shown
        gone.operator("understudy.discard_take", text="", icon="X").name = take.name


class UNDERSTUDY_PT_generated(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_generated"
    bl_parent_id = "UNDERSTUDY_PT_takes"
    bl_label = "Generated Keys"

    def draw(self, context: bpy.types.Context) -> None:
        col = self.layout.column()
        run = context.window_manager.understudy
        col.prop(run, "show_confidence")
        col.operator("understudy.report_ledger", icon="TEXT")
        col.operator("understudy.clear_generated", icon="TRASH")


CLASSES = (UNDERSTUDY_PT_takes, UNDERSTUDY_PT_generated)
