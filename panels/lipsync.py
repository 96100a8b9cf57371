"""Lip Sync: the lines, how they are spoken, and the expressions proposed for them."""

from __future__ import annotations

import bpy

from . import presets
from .base import Rows, SidebarPanel, column, draw_run, lines, names_of, say
from .face import face_of


class UNDERSTUDY_UL_lines(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_lines"

    def draw_row(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        split = layout.split(factor=0.72)
        named = item.text or bpy.path.basename(item.sound) or say("No sound")
        split.label(text=named, icon="SOUND", translate=False)
        split.label(text=item.marker or f"{item.frame}", translate=False)


class UNDERSTUDY_PT_lipsync(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_lipsync"
    bl_label = "Lip Sync"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        presets.UNDERSTUDY_PT_lipsync_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        scene, layout = context.scene, self.layout
        settings = scene.understudy.lipsync
        row = layout.row()
        row.active = not context.window_manager.understudy.title
        row.template_list(
            UNDERSTUDY_UL_lines.bl_idname, "", settings, "lines", settings, "active_line", rows=2
        )
        side = row.column(align=True)
        side.operator("understudy.add_line", text="", icon="ADD")
        side.operator("understudy.remove_line", text="", icon="REMOVE")
        if settings.active_line < len(settings.lines):
            self._draw_line(scene, settings.lines[settings.active_line])
        col = column(layout)
        for prop in ("jaw", "lips", "precision"):
            col.prop(settings, prop, slider=True)
        kept = scene.understudy.face
        if len(kept.performances):
            col.prop_search(settings, "dub", kept, "performances", icon="MONKEY")
        col.prop(settings, "tolerance")
        col.prop(settings, "every_frame")
        col.prop(settings, "add_strip")
        face = face_of(context)
        onto = names_of([face] if face else [])
        button = draw_run(layout, context, "lipsync", self._missing(context), onto=onto)
        if button is not None:
            button.operator("understudy.sync_lips", icon="PLAY_SOUND")

    def _draw_line(self, scene: bpy.types.Scene, line: object) -> None:
        col = column(self.layout)
        col.prop(line, "sound")
        col.prop(line, "text")
        col.prop(line, "language")
        if line.language == "other":
            col.prop(line, "code")
        if len(scene.timeline_markers):
            col.prop_search(line, "marker", scene, "timeline_markers")
        place = col.column()
        place.active = not line.marker
        place.prop(line, "frame")

    @staticmethod
    def _missing(context: bpy.types.Context) -> str:
        """Return the next thing to do before the button can be pressed."""
        settings, face = context.scene.understudy.lipsync, face_of(context)
        if face is None:
            return "Select the character's face: a mesh with shape keys, or its armature"
        if face.library is not None:
            return "This face is linked: make a library override of it first"
        if not len(settings.lines):
            return "Add a line: its recording, and what is said"
        return ""


class UNDERSTUDY_UL_proposals(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_proposals"

    def draw_row(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        row = layout.row()
        row.prop(item, "use", text="")
        split = row.split(factor=0.7)
        split.label(text=f"{item.rank + 1}   {item.name.replace('_', ' ').capitalize()}")
        split.label(text=f"{item.frame:.0f}   {item.score:.0%}")


class UNDERSTUDY_PT_suggest(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_suggest"
    bl_parent_id = "UNDERSTUDY_PT_lipsync"
    bl_label = "Suggest Expressions"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.understudy.lipsync, self.layout
        button = draw_run(layout, context, "suggest", self._missing(settings))
        if button is not None:
            button.operator("understudy.suggest_expressions", icon="OUTLINER_OB_LIGHT")
        if not len(settings.proposals):
            return
        layout.template_list(
            UNDERSTUDY_UL_proposals.bl_idname, "", settings, "proposals", settings,
            "active_proposal", rows=4,
        )  # fmt: skip
        if settings.active_proposal < len(settings.proposals):
            chosen = settings.proposals[settings.active_proposal]
            if chosen.clause:
                lines(layout, f"“{chosen.clause}”", context.region.width)
            col = column(layout)
            for prop in ("frame", "amplitude", "speed"):
                col.prop(chosen, prop)
            apply = layout.operator(
                "understudy.apply_suggestion", icon="CHECKMARK",
                text=say("Apply Proposal {number}", number=chosen.rank + 1),
            )  # fmt: skip
            apply.rank = chosen.rank

    @staticmethod
    def _missing(settings: object) -> str:
        """Return the next thing to do before the button can be pressed."""
        if settings.active_line >= len(settings.lines):
            return "Add a line above first"
        if not settings.lines[settings.active_line].text.strip():
            return "Write the text of the chosen line first"
        return ""


CLASSES = (
    UNDERSTUDY_UL_lines,
    UNDERSTUDY_UL_proposals,
    UNDERSTUDY_PT_lipsync,
    UNDERSTUDY_PT_suggest,
)
