"""The bone map, shown and editable."""

from __future__ import annotations

import bpy

from .base import Rows, SidebarPanel, hint, lines, rig_of, say

_DOUBTFUL = 0.5


class UNDERSTUDY_UL_bone_map(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_bone_map"

    def draw_row(
        self, context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        split = layout.split(factor=0.4, align=True)
        doubtful = item.bone and item.reason and item.confidence < _DOUBTFUL
        split.label(text=_title(item.name), icon="QUESTION" if doubtful else "NONE")
        split.prop_search(item, "bone", context.object.data, "bones", text="", icon="BONE_DATA")


def _title(role: str) -> str:
    """Return a role as a person would write it.

    >>> _title("upper_arm.L"), _title("spine+")
    ('Upper Arm L', 'Spine (more)')
    """
    return (
        role.replace("_", " ")
        .replace(".", " ")
        .replace("+", " (more)")
        .title()
        .replace("(More)", "(more)")
    )


class UNDERSTUDY_PT_rig_map(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_rig_map"
    bl_label = "Bone Map"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 10

    def draw(self, context: bpy.types.Context) -> None:
        layout, rig = self.layout, rig_of(context)
        if rig is None:
            hint(layout, "Select a rig: an armature", context.region.width)
            return
        kept = rig.understudy
        if not len(kept.roles):
            text = "The bones are found by themselves. Find them now to see or change them."
            lines(layout, text, context.region.width, icon="INFO")
            layout.operator("understudy.map_rig", icon="VIEWZOOM")
            layout.operator("understudy.empty_rig_map", icon="ADD")
            row = layout.row(align=True)
            row.operator("understudy.load_rig_map", icon="FILE_FOLDER")
            row.operator("understudy.import_rig_map", text="", icon="IMPORT")
            return
        layout.template_list(
            UNDERSTUDY_UL_bone_map.bl_idname, "", kept, "roles", kept, "active_role", rows=8
        )
        if kept.active_role < len(kept.roles) and kept.roles[kept.active_role].reason:
            chosen = kept.roles[kept.active_role]
            text, width = "{share:.0%} sure: {reason}", context.region.width
            lines(layout, text, width, share=chosen.confidence, reason=say(chosen.reason))
        row = layout.row(align=True)
        row.operator("understudy.map_rig", icon="FILE_REFRESH")
        row.operator("understudy.clear_rig_map", text="", icon="X")
        row = layout.row(align=True)
        row.operator("understudy.load_rig_map", text="Load", icon="FILE_FOLDER")
        row.operator("understudy.save_rig_map", text="Save", icon="FILE_TICK")
        row.operator("understudy.import_rig_map", text="", icon="IMPORT")
        row.operator("understudy.export_rig_map", text="", icon="EXPORT")


CLASSES = (UNDERSTUDY_UL_bone_map, UNDERSTUDY_PT_rig_map)
