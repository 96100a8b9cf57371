"""In-betweens."""

from __future__ import annotations

import bpy

from . import presets
from .base import SidebarPanel, column, draw_run, lines, names_of, rig_of, say


class UNDERSTUDY_PT_inbetween(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_inbetween"
    bl_label = "In-betweens"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        presets.UNDERSTUDY_PT_inbetween_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        settings, run = context.scene.understudy.inbetween, context.window_manager.understudy
        col = column(self.layout)
        col.active = not run.title
        col.prop(settings, "strength", slider=True)
        col.prop(settings, "contact_hold", slider=True)
        col.prop(settings, "smoothness", slider=True)
        col.prop(settings, "variant")
        col.separator()
        col.prop(settings, "density")
        few = col.column()
        few.active = settings.density == "few"
        pair = few.column(align=True)
        pair.prop(settings, "tolerance")
        pair.prop(settings, "tolerance_size")
        if run.preview:
            self._draw_preview(context)
            return
        also = (("understudy.preview_inbetweens", "HIDE_OFF"),)
        missing, onto = self._missing(context), self._onto(context)
        button = draw_run(self.layout, context, "inbetween", missing, onto=onto, also=also)
        if button is not None:
            button.operator("understudy.fill_inbetweens", icon="IPO_EASE_IN_OUT")

    def _draw_preview(self, context: bpy.types.Context) -> None:
        run, col = context.window_manager.understudy, self.layout.column()
        text, width = "Live preview  {time}", context.region.width
        lines(col, text, width, icon="HIDE_OFF", time=run.preview_text)
        row = col.row(align=True)
        row.scale_y = 1.5
        row.operator("understudy.end_preview", text="Accept", icon="CHECKMARK").accept = True
        row.operator("understudy.end_preview", text="Cancel", icon="X").accept = False

    @staticmethod
    def _onto(context: bpy.types.Context) -> str:
        """Return what is filled: the chosen bones, or the selected rigs."""
        rig, settings = rig_of(context), context.scene.understudy.inbetween
        if rig is None:
            return ""
        bones = context.selected_pose_bones if context.mode == "POSE" else None
        if bones and settings.only_selected:
            return say("{count} selected bones", count=len(bones))
        others = [o for o in context.selected_objects if o.type == "ARMATURE" and o != rig]
        return names_of([rig, *others])

    @staticmethod
    def _missing(context: bpy.types.Context) -> str:
        """Return the next thing to do before the button can be pressed."""
        rig = rig_of(context)
        if rig is None:
            return "Select the rig whose poses you keyed"
        if rig.library is not None:
            return "This rig is linked: make a library override of it first"
        if rig.animation_data is None or rig.animation_data.action is None:
            return "Key at least two poses"
        return ""


class UNDERSTUDY_PT_inbetween_more(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_inbetween_more"
    bl_parent_id = "UNDERSTUDY_PT_inbetween"
    bl_label = "More Options"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.understudy.inbetween
        col = column(self.layout)
        col.active = not context.window_manager.understudy.title
        col.prop(settings, "only_selected")
        col.prop(settings, "align")
        col.prop(settings, "method")
        col.prop(settings, "use_range")
        part = col.column(align=True)
        part.active = settings.use_range
        part.prop(settings, "range_start")
        part.prop(settings, "range_end")


CLASSES = (UNDERSTUDY_PT_inbetween, UNDERSTUDY_PT_inbetween_more)
