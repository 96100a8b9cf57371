"""Face: a performance, its edits, the library of expressions and the face map."""

from __future__ import annotations

import re

import bpy

from . import presets, strokes
from .base import Rows, SidebarPanel, column, draw_run, hint, lines, names_of, say

_REGIONS = ("brows", "eyes", "lids", "cheeks", "nose", "mouth", "jaw")
_DOUBTFUL = 0.5


def face_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """Return the active object if it may be a face."""
    obj = context.object
    return obj if obj is not None and obj.type in ("MESH", "ARMATURE") else None


class UNDERSTUDY_PT_face(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_face"
    bl_label = "Face"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        presets.UNDERSTUDY_PT_face_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.understudy.face
        col = column(self.layout)
        col.active = not context.window_manager.understudy.title
        row = col.row()
        row.prop(settings, "source", expand=True)
        col.prop(settings, "video" if settings.source == "video" else "recording")
        col.prop(settings, "start_frame")
        col.prop(settings, "tolerance")
        col.prop(settings, "every_frame")
        row = col.row(heading="Turn")
        row.prop(settings, "use_head")
        row.prop(settings, "use_eyes")
        travel = col.column()
        travel.active = settings.use_head
        travel.prop(settings, "travel")
        face = face_of(context)
        onto = names_of([face] if face else [])
        button = draw_run(self.layout, context, "face", self._missing(context), onto=onto)
        if button is not None:
            button.operator("understudy.perform_face", icon="MONKEY")

    @staticmethod
    def _missing(context: bpy.types.Context) -> str:
        """Return the next thing to do before the button can be pressed."""
        settings, face = context.scene.understudy.face, face_of(context)
        if face is None:
            return "Select the character's face: a mesh with shape keys, or its armature"
        if face.library is not None:
            return "This face is linked: make a library override of it first"
        if not (settings.video if settings.source == "video" else settings.recording):
            return "Choose an actor's video, or a recording"
        return ""


class UNDERSTUDY_UL_performances(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_performances"

    def draw_row(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        layout.prop(item, "name", text="", emboss=False, icon="MONKEY")


class UNDERSTUDY_PT_face_edit(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_face_edit"
    bl_parent_id = "UNDERSTUDY_PT_face"
    bl_label = "Edit"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.understudy.face
        layout = self.layout
        if len(settings.performances):
            row = layout.row()
            row.template_list(
                UNDERSTUDY_UL_performances.bl_idname,
                "",
                settings,
                "performances",
                settings,
                "active_performance",
                rows=2,
            )
            row.operator("understudy.remove_performance", text="", icon="X")
            if settings.active_performance < len(settings.performances):
                chosen = settings.performances[settings.active_performance]
                lines(layout, chosen.note, context.region.width)
        else:
            hint(layout, "Captured and loaded performances are kept here", context.region.width)
        col = column(layout)
        col.prop(settings, "micro")
        small = col.column()
        small.active = settings.micro != 1.0
        small.prop(settings, "micro_size", slider=True)
        col.prop(settings, "head_amount")
        col.prop(settings, "travel_amount")
        if len(settings.performances) > 1:
            col.prop_search(settings, "other", settings, "performances", icon="MONKEY")
            if settings.other:
                col.prop(settings, "mix", slider=True)
        layout.label(text="Amplitude of Each Region")
        for name in _REGIONS:
            self._draw_region(context, name)
        row = layout.row(align=True)
        row.scale_y = 1.3
        row.operator("understudy.apply_face_edits", icon="CHECKMARK")
        live = context.window_manager.understudy.face_live
        row.operator("understudy.live_face_edits", text="", icon="HIDE_OFF", depress=live)
        row.operator("understudy.reset_face_edits", text="", icon="LOOP_BACK")

    def _draw_region(self, context: bpy.types.Context, name: str) -> None:
        settings = context.scene.understudy.face
        region = getattr(settings, name)
        # From 4.1 a layout folds by itself, and remembers whether it is open.
        header, body = self.layout.panel(f"understudy_face_{name}", default_closed=True)
        header.label(text=name.title())
        header.prop(region, "amplitude", text="")
        if body is None:
            return
        col = column(body)
        for prop in ("speed", "offset", "hold", "asymmetry", "ease"):
            col.prop(region, prop)
        if settings.other:
            col.prop(region, "mix", slider=True)


class UNDERSTUDY_UL_face_layers(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_face_layers"

    def draw_row(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        split = layout.split(factor=0.5)
        split.label(text=item.name.replace("_", " ").capitalize(), icon="EXPERIMENTAL")
        at = say("frame {frame:g}", frame=item.frame)
        split.label(text=f"{at}   × {item.amplitude:.2g}", translate=False)


class UNDERSTUDY_PT_face_library(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_face_library"
    bl_parent_id = "UNDERSTUDY_PT_face"
    bl_label = "Expressions"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.understudy.face, self.layout
        row = layout.row()
        row.template_list(
            UNDERSTUDY_UL_face_layers.bl_idname, "", settings, "layers", settings, "active_layer",
            rows=2,
        )  # fmt: skip
        side = row.column(align=True)
        side.operator("understudy.add_expression", text="", icon="ADD")
        side.operator("understudy.remove_face_layer", text="", icon="REMOVE")
        if settings.active_layer < len(settings.layers):
            layer = settings.layers[settings.active_layer]
            col = column(layout)
            for prop in ("frame", "amplitude", "speed"):
                col.prop(layer, prop)
        elif not len(settings.layers):
            text = "Lay named expressions over the face, from the current frame on: add one"
            hint(layout, text, context.region.width)
        layout.operator("understudy.apply_face_edits", icon="CHECKMARK")
        layout.operator("understudy.save_expressions", icon="ASSET_MANAGER")


class UNDERSTUDY_UL_face_map(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_face_map"

    def draw_row(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        changed = not item.is_measured
        doubtful = not item.control or (item.quality < _DOUBTFUL and not changed)
        split = layout.split(factor=0.68, align=True)
        icon = "QUESTION" if doubtful else "GREASEPENCIL" if changed else "NONE"
        split.label(text=title_of(item.name), icon=icon, translate=False)
        split.label(text=item.control, translate=False)


def title_of(expression: str) -> str:
    """Return an expression's name in words, short enough for a line of a list.

    >>> title_of("eyeBlinkLeft"), title_of("jawOpen")
    ('Eye Blink L', 'Jaw Open')
    """
    words = re.sub("([A-Z])", r" \1", expression).title()
    return words.replace(" Left", " L").replace(" Right", " R")


class UNDERSTUDY_PT_face_map(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_face_map"
    bl_label = "Face Map"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 11

    def draw(self, context: bpy.types.Context) -> None:
        layout, face = self.layout, face_of(context)
        if face is None:
            text = "Select the character's face: a mesh with shape keys, or its armature"
            hint(layout, text, context.region.width)
            return
        kept = face.understudy
        if not len(kept.face_links):
            text = "The map is found by itself. Find it now to see or change it."
            lines(layout, text, context.region.width, icon="INFO")
        else:
            self._draw_lines(layout, kept)
        row = layout.row(align=True)
        row.operator("understudy.map_face_names", icon="VIEWZOOM")
        row.operator("understudy.map_face_shape", icon="MONKEY")
        if len(kept.face_links):
            row.operator("understudy.clear_face_map", text="", icon="X")
        layout.operator("understudy.show_face_points", icon="STICKY_UVS_VERT")
        row = layout.row(align=True)
        row.operator("understudy.load_face_map", text="Load", icon="FILE_FOLDER")
        row.operator("understudy.save_face_map", text="Save", icon="FILE_TICK")

    def _draw_lines(self, layout: bpy.types.UILayout, kept: object) -> None:
        row = layout.row()
        row.template_list(
            UNDERSTUDY_UL_face_map.bl_idname, "", kept, "face_links", kept, "active_face_link",
            rows=8,
        )  # fmt: skip
        side = row.column(align=True)
        side.operator("understudy.edit_face_map", text="", icon="ADD").remove = False
        side.operator("understudy.edit_face_map", text="", icon="REMOVE").remove = True
        if kept.active_face_link < len(kept.face_links):
            chosen = kept.face_links[kept.active_face_link]
            col = column(layout)
            self._draw_control(col, chosen)
            if chosen.control:
                self._draw_quality(col, kept, chosen)
            col.prop(chosen, "weight")
            col.prop(chosen, "kind")
            if chosen.kind != "key":
                col.prop(chosen, "axis")

    @staticmethod
    def _draw_quality(col: bpy.types.UILayout, kept: object, chosen: object) -> None:
        width = bpy.context.region.width
        alike = (row for row in kept.face_links if row.name == chosen.name)
        if all(row.is_measured for row in alike):
            text = "{share:.0%} of the expression is shown"
            lines(col, text, width, share=chosen.quality)
        else:
            text = "Changed by hand: how much of the expression it shows was not measured"
            lines(col, text, width, icon="INFO")

    @staticmethod
    def _draw_control(col: bpy.types.UILayout, link: object) -> None:
        """Let the shape key or the bone be chosen among those that there are."""
        owner = bpy.data.objects.get(link.owner)
        keys = owner.data.shape_keys if owner is not None and owner.type == "MESH" else None
        if link.kind == "key" and keys is not None:
            col.prop_search(link, "control", keys, "key_blocks", icon="SHAPEKEY_DATA")
        elif owner is not None and owner.type == "ARMATURE":
            col.prop_search(link, "control", owner.data, "bones", icon="BONE_DATA")
        else:
            col.prop(link, "control")


CLASSES = (
    UNDERSTUDY_UL_performances,
    UNDERSTUDY_UL_face_layers,
    UNDERSTUDY_UL_face_map,
    UNDERSTUDY_PT_face,
    UNDERSTUDY_PT_face_edit,
    *strokes.CLASSES,
    UNDERSTUDY_PT_face_library,
    UNDERSTUDY_PT_face_map,
)
