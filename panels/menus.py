"""The pie menu, and the entries that Blender's own menus gain."""

from __future__ import annotations

import bpy

STAGES = (
    ("understudy.propose_layouts", "WORLD"),
    ("understudy.block_video", "ARMATURE_DATA"),
    ("understudy.fill_inbetweens", "IPO_EASE_IN_OUT"),
    ("understudy.perform_face", "MONKEY"),
    ("understudy.sync_lips", "SPEAKER"),
)
"""Operator and icon of each stage, in the order of the tab."""


class UNDERSTUDY_MT_pie(bpy.types.Menu):
    bl_idname = "UNDERSTUDY_MT_pie"
    bl_label = "Understudy"

    def draw(self, _context: bpy.types.Context) -> None:
        pie = self.layout.menu_pie()
        for name, icon in STAGES:
            pie.operator(name, icon=icon)
        pie.operator("understudy.preview_inbetweens", icon="HIDE_OFF")
        pie.operator("understudy.keep_take", icon="ADD")
        pie.operator("understudy.compare_takes", icon="ARROW_LEFTRIGHT")


class UNDERSTUDY_MT_other_names(bpy.types.Menu):
    """The tools under the names that other programs give them: F3 searches the words of menus."""

    bl_idname = "UNDERSTUDY_MT_other_names"
    bl_label = "Also Known As"

    def draw(self, _context: bpy.types.Context) -> None:
        col = self.layout
        col.operator_context = "INVOKE_DEFAULT"
        col.operator("understudy.fill_inbetweens", text="Tween Between Poses")
        col.operator("understudy.block_video", text="Motion Capture from Video")
        col.operator("understudy.perform_face", text="Facial Capture from Video")
        col.operator("understudy.sync_lips", text="Lip Sync from Audio")
        col.operator("understudy.propose_layouts", text="Set Dressing from Words")
        col.operator("understudy.propose_layouts", text="Previs Scene from Words")


class UNDERSTUDY_MT_main(bpy.types.Menu):
    bl_idname = "UNDERSTUDY_MT_main"
    bl_label = "Understudy"

    def draw(self, _context: bpy.types.Context) -> None:
        col = self.layout
        col.operator_context = "INVOKE_DEFAULT"
        for name, icon in STAGES:
            col.operator(name, icon=icon)
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
        col.separator()
        col.menu(UNDERSTUDY_MT_other_names.bl_idname)


def draw_entry(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Draw the submenu at the end of one of Blender's menus: it is what F3 searches."""
    self.layout.separator()
    self.layout.menu(UNDERSTUDY_MT_main.bl_idname)


CLASSES = (UNDERSTUDY_MT_pie, UNDERSTUDY_MT_other_names, UNDERSTUDY_MT_main)
