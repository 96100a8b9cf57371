"""Face: the strokes that are drawn on the timeline."""

from __future__ import annotations

import bpy

from .base import Rows, SidebarPanel, column, hint, lines

_ICONS = {"amplitude": "FULLSCREEN_ENTER", "speed": "TIME", "hold": "PAUSE"}


class UNDERSTUDY_UL_face_strokes(Rows, bpy.types.UIList):
    bl_idname = "UNDERSTUDY_UL_face_strokes"

    def draw_row(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, item: object
    ) -> None:
        split = layout.split(factor=0.52)
        split.prop(item, "region", text="", emboss=False, icon=_ICONS[item.kind])
        split = split.split(factor=0.62)
        split.label(text=f"{item.start:g} – {item.end:g}", translate=False)
        amount = f"{min(item.amount, 1):.0%}" if item.kind == "hold" else f"× {item.amount:.2g}"
        split.label(text=amount, translate=False)


class UNDERSTUDY_PT_face_strokes(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_face_strokes"
    bl_parent_id = "UNDERSTUDY_PT_face"
    bl_label = "Strokes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.understudy.face, self.layout
        drawing = context.window_manager.understudy.face_strokes
        layout.row().prop(settings, "stroke_kind", expand=True)
        row = layout.row(align=True)
        row.prop(settings, "stroke_region", text="")
        row.operator("understudy.draw_face_strokes", icon="GREASEPENCIL", depress=drawing)
        if drawing:
            text = "Draw in the band under the keys: up is more, down is less"
            lines(layout, text, context.region.width, icon="INFO")
        row = layout.row()
        row.template_list(
            UNDERSTUDY_UL_face_strokes.bl_idname, "", settings, "strokes", settings,
            "active_stroke", rows=2,
        )  # fmt: skip
        side = row.column(align=True)
        side.operator("understudy.add_face_stroke", text="", icon="ADD")
        side.operator("understudy.remove_face_stroke", text="", icon="REMOVE")
        side.operator("understudy.clear_face_strokes", text="", icon="TRASH")
        if settings.active_stroke < len(settings.strokes):
            stroke = settings.strokes[settings.active_stroke]
            col = column(layout)
            for prop in ("kind", "region", "start", "end", "amount", "fade", "drawn"):
                col.prop(stroke, prop)
        elif not len(settings.strokes) and not drawing:
            text = (
                "A stroke makes a stretch of the timeline stronger, quicker, or holds it: draw one "
                "in the band under the keys, or add one"
            )
            hint(layout, text, context.region.width)
        layout.operator("understudy.apply_face_edits", icon="CHECKMARK")


class UNDERSTUDY_PT_draw_strokes(bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_draw_strokes"
    bl_label = "Face Strokes"
    bl_space_type = "DOPESHEET_EDITOR"
    bl_region_type = "UI"
    bl_category = "Understudy"

    draw = UNDERSTUDY_PT_face_strokes.draw


CLASSES = (
    UNDERSTUDY_UL_face_strokes,
    UNDERSTUDY_PT_face_strokes,
    UNDERSTUDY_PT_draw_strokes,
)
