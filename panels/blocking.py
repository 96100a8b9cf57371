"""Block from Video."""

from __future__ import annotations

import bpy

from . import presets
from .base import SidebarPanel, column, draw_run, rig_of


class UNDERSTUDY_PT_blocking(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_blocking"
    bl_label = "Blocking"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        presets.UNDERSTUDY_PT_blocking_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.understudy
        col = column(self.layout)
        col.active = not context.window_manager.understudy.title
        col.prop(settings, "video")
        col.prop(settings, "person")
        if settings.person == "number":
            col.prop(settings, "person_number")
        col.prop(settings, "start_frame")
        col.separator()
        row = col.row()
        row.prop(settings, "key_choice", expand=True)
        col.prop(settings, "key_count" if settings.key_choice == "count" else "tolerance")
        col.prop(settings, "interpolation")
        col.prop(settings, "root_motion")
        button = draw_run(self.layout, context, "blocking", self._missing(context))
        if button is not None:
            button.operator("understudy.block_video", icon="ARMATURE_DATA")

    @staticmethod
    def _missing(context: bpy.types.Context) -> str:
        """Return the next thing to do before the button can be pressed."""
        rig = rig_of(context)
        if rig is None:
            return "Select the rig to animate"
        if rig.library is not None:
            return "This rig is linked: make a library override of it first"
        if not context.scene.understudy.video:
            return "Choose a video of the performance"
        return ""


class UNDERSTUDY_PT_blocking_more(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_blocking_more"
    bl_parent_id = "UNDERSTUDY_PT_blocking"
    bl_label = "More Options"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.understudy
        col = column(self.layout)
        col.prop(settings, "key_types")
        col.prop(settings, "sequence_rate")
        col.prop(settings, "use_range")
        part = col.column()
        part.active = settings.use_range
        part.prop(settings, "range_start")
        part.prop(settings, "range_end")


CLASSES = (UNDERSTUDY_PT_blocking, UNDERSTUDY_PT_blocking_more)
