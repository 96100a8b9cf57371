"""Layout: the words, the proposals as pictures, what is kept of a layout."""

from __future__ import annotations

import bpy

from . import presets
from .base import SidebarPanel, column, draw_run, hint

_LOCKS = ("lock_room", "lock_items", "lock_lights", "lock_atmosphere", "lock_palette", "lock_shots")


class UNDERSTUDY_PT_layout(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_layout"
    bl_label = "Layout"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        presets.UNDERSTUDY_PT_layout_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        settings, run = context.scene.understudy.layout, context.window_manager.understudy
        layout = self.layout
        layout.prop(settings, "prompt", text="", placeholder="A place, in words", icon="WORLD")
        col = column(layout)
        col.active = not run.title
        for use, value in (("use_density", "density"), ("use_mood", "mood")):
            # Dim while the words decide; dragging it takes over, the tick gives it back.
            row = col.row(heading=settings.bl_rna.properties[value].name)
            row.prop(settings, use, text="")
            part = row.row()
            part.active = getattr(settings, use)
            part.prop(settings, value, text="", slider=True)
        col.prop(settings, "camera_style")
        row = col.row(align=True)
        row.prop(settings, "seed")
        row.operator("understudy.reroll_layouts", text="", icon="FILE_REFRESH")
        col.prop(settings, "folder")
        button = draw_run(layout, context, "layout", self._missing(context))
        if button is not None:
            button.operator("understudy.propose_layouts", icon="WORLD")
        if len(run.layouts):
            self._draw_variants(context)

    @staticmethod
    def _missing(context: bpy.types.Context) -> str:
        """Return the next thing to do before the button can be pressed."""
        if not context.scene.understudy.layout.prompt.strip():
            return "Say what place it should be, such as: medieval market square at dawn"
        if context.mode != "OBJECT":
            return "Go back to Object Mode first"
        return ""

    def _draw_variants(self, context: bpy.types.Context) -> None:
        settings, run = context.scene.understudy.layout, context.window_manager.understudy
        grid = self.layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
        for number, variant in enumerate(run.layouts, 1):
            cell = grid.column(align=True)
            if variant.picture:
                cell.template_icon(icon_value=variant.picture, scale=6.0)
            row = cell.row(align=True)
            row.operator("understudy.use_layout", text=f"Use {number}").number = number
            row.operator_menu_enum("understudy.keep_part", "part", text="Keep").number = number
        if len(run.layout_kept):
            self._draw_taken(run)
        col = column(self.layout)
        col.prop(settings, "lights_of")
        col.prop(settings, "colours_of")

    def _draw_taken(self, run: bpy.types.PropertyGroup) -> None:
        """List what the next proposals keep of these, with the button that makes the rest."""
        box = self.layout.box()
        for index, kept in enumerate(run.layout_kept):
            row = box.row()
            name = kept.bl_rna.properties["part"].enum_items[kept.part].name
            of = bpy.app.translations.pgettext_iface("{part} of {number}")
            part = bpy.app.translations.pgettext_iface(name)
            row.label(text=of.format(part=part, number=kept.number), icon="PINNED", translate=False)
            row.operator("understudy.release_part", text="", icon="X", emboss=False).index = index
        box.operator("understudy.reroll_layouts", text="Re-roll the Rest", icon="FILE_REFRESH")


class UNDERSTUDY_PT_layout_kept(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_layout_kept"
    bl_parent_id = "UNDERSTUDY_PT_layout"
    bl_label = "Keep"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.understudy.layout, self.layout
        text = "What is switched on here stays as it is in the scene when another layout is used"
        hint(layout, text, context.region.width)
        grid = layout.grid_flow(columns=3, even_columns=True, align=True)
        for name in _LOCKS:
            grid.prop(settings, name, toggle=True)
        row = layout.row(align=True)
        row.operator("understudy.lock_items", icon="LOCKED").lock = True
        row.operator("understudy.lock_items", text="Let Go", icon="UNLOCKED").lock = False
        layout.operator("understudy.save_storyboard", icon="IMAGE_DATA")
        layout.operator("understudy.remove_layout", icon="TRASH")


class UNDERSTUDY_PT_layout_more(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_layout_more"
    bl_parent_id = "UNDERSTUDY_PT_layout"
    bl_label = "More Options"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.understudy.layout
        col = column(self.layout)
        col.active = not context.window_manager.understudy.title
        col.prop(settings, "variants")
        col.prop(settings, "libraries")
        col.prop(settings, "use_world")


CLASSES = (UNDERSTUDY_PT_layout, UNDERSTUDY_PT_layout_kept, UNDERSTUDY_PT_layout_more)
