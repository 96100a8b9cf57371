"""The pie menu, and the entries that Blender's own menus gain."""

from __future__ import annotations

import bpy


class UNDERSTUDY_MT_pie(bpy.types.Menu):
    bl_idname = "UNDERSTUDY_MT_pie"
    bl_label = "Understudy"

    def draw(self, _context: bpy.types.Context) -> None:
        pie = self.layout.menu_pie()
        pie.operator("understudy.fill_inbetweens", icon="IPO_EASE_IN_OUT")
        pie.operator("understudy.block_video", icon="ARMATURE_DATA")
        pie.operator("understudy.preview_inbetweens", icon="HIDE_OFF")
        pie.operator("understudy.keep_take", icon="ADD")
        pie.operator("understudy.compare_takes", icon="ARROW_LEFTRIGHT")
        pie.operator("understudy.clear_generated", icon="TRASH")
        pie.operator("understudy.report_ledger", icon="TEXT")


class UNDERSTUDY_MT_main(bpy.types.Menu):
    bl_idname = "UNDERSTUDY_MT_main"
    bl_label = "Understudy"

    def draw(self, _context: bpy.types.Context) -> None:
        col = self.layout
        col.operator_context = "INVOKE_DEFAULT"
        col.operator("understudy.block_video", icon="ARMATURE_DATA")
        col.operator("understudy.fill_inbetweens", icon="IPO_EASE_IN_OUT")
        col.operator("understudy.preview_inbetweens", icon="HIDE_OFF")
        col.separator()
        col.operator("understudy.keep_take", icon="ADD")
        col.operator("understudy.compare_takes", icon="ARROW_LEFTRIGHT")
        col.separator()
        col.operator("understudy.clear_generated", icon="TRASH")
        col.operator("understudy.report_ledger", icon="TEXT")
        col.separator()
        col.operator("understudy.check_setup", icon="CHECKMARK")
        col.operator("understudy.open_example", icon="ARMATURE_DATA")


def draw_entry(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Draw the submenu at the end of one of Blender's menus: it is what F3 searches."""
    self.layout.separator()
    self.layout.menu(UNDERSTUDY_MT_main.bl_idname)


CLASSES = (UNDERSTUDY_MT_pie, UNDERSTUDY_MT_main)
