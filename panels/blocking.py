"""Block from Video."""

from __future__ import annotations

import bpy

from ..addon.props import METARIG, is_metarig
from . import presets
from .base import SidebarPanel, column, draw_run, hint, lines, names_of, rig_of, say

# Key types in Blender's numbers.
_KEY_ICONS = {1: "KEYTYPE_EXTREME_VEC", 2: "KEYTYPE_BREAKDOWN_VEC", 0: "KEYTYPE_KEYFRAME_VEC"}

_NAMES = 0.4  # of the width: what Blender gives to the names of properties


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
        col.prop(settings.blocking, "camera")
        col.prop(settings.blocking, "fingers")
        self._draw_limbs(col, settings.blocking)
        rig = rig_of(context)
        if rig is not None and is_metarig(rig):
            hint(self.layout, METARIG, context.region.width)
        onto = names_of([rig] if rig else [])
        button = draw_run(self.layout, context, "blocking", self._missing(context), onto=onto)
        if button is not None:
            button.operator("understudy.block_video", icon="ARMATURE_DATA")

    @staticmethod
    def _draw_limbs(col: bpy.types.UILayout, settings: object) -> None:
        """Two limbs a line: four have no room for their names."""
        split = col.split(factor=_NAMES)
        name = split.row()
        name.alignment = "RIGHT"
        name.label(text="IK Limbs")
        grid = split.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
        grid.use_property_split = False  # or each would have its name twice
        for limb in settings.bl_rna.properties["ik_limbs"].enum_items_static:
            grid.prop_enum(settings, "ik_limbs", limb.identifier)

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
        col.active = not context.window_manager.understudy.title
        col.prop(settings, "key_types")
        col.prop(settings.blocking, "use_lifter")
        picked = col.column()
        picked.active = settings.blocking.use_lifter
        picked.prop(settings.blocking, "use_picker")
        col.prop(settings.blocking, "touch")
        col.prop(settings, "sequence_rate")
        col.prop(settings, "use_range")
        part = col.column()
        part.active = settings.use_range
        part.prop(settings, "range_start")
        part.prop(settings, "range_end")


class UNDERSTUDY_PT_blocking_preview(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_blocking_preview"
    bl_parent_id = "UNDERSTUDY_PT_blocking"
    bl_label = "Key Pose Preview"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.understudy, self.layout
        width = context.region.width
        layout.operator("understudy.preview_key_poses", icon="HIDE_OFF")
        proposal = settings.blocking.proposal(settings.key_count)
        if not proposal:
            hint(layout, "See which frames would be keyed, and how sure each is", width)
            return
        if settings.key_choice != "count":
            hint(layout, "The preview goes by count", width)
            return
        layout.prop(settings, "key_count")
        frames = settings.blocking.frames(settings.key_count)
        text = "{count} poses, {error:.1f}\u00b0 from the performance"
        lines(layout, text, width, count=len(frames), error=proposal["error_deg"])
        here, first = context.scene.frame_current, proposal["span"][0]
        row = layout.row(align=True)
        add = row.operator(
            "understudy.edit_key_poses", text=say("Add Frame {frame}", frame=here), icon="ADD"
        )
        add.frame, add.added = here, True
        row.operator("understudy.forget_key_poses", text="", icon="PANEL_CLOSE")
        kinds = dict(zip(proposal["frames"], proposal["types"], strict=True))
        box = layout.box().column(align=True)
        for frame in frames:
            row = box.row(align=True)
            row.label(text=f"{frame}", icon=_KEY_ICONS.get(kinds.get(frame, 0), "KEYFRAME"))
            sure = proposal["sure"][frame - first]
            row.progress(factor=sure, text=say("{share:.0%} sure", share=sure))
            drop = row.operator("understudy.edit_key_poses", text="", icon="X", emboss=False)
            drop.frame, drop.added = frame, False


CLASSES = (
    UNDERSTUDY_PT_blocking,
    UNDERSTUDY_PT_blocking_preview,
    UNDERSTUDY_PT_blocking_more,
)
