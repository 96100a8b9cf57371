"""What a person sees first: where to begin, while the scene has nothing for the tools."""

from __future__ import annotations

import bpy

from .base import SidebarPanel, lines

_FEW = 60  # objects: a scene with more is somebody's work, and would take time to look through


class UNDERSTUDY_PT_welcome(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_welcome"
    bl_label = "Begin Here"
    bl_options = {"HIDE_HEADER"}
    bl_order = -10

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        run, objects = context.window_manager.understudy, context.scene.objects
        if run.title or run.outcome or len(run.layouts) or len(objects) > _FEW:
            return False
        return not any(
            obj.type == "ARMATURE" or getattr(obj.data, "shape_keys", None) for obj in objects
        )

    def draw(self, context: bpy.types.Context) -> None:
        col = self.layout.column()
        text = "There is no character in this scene yet. Look at the example, or describe a place."
        lines(col, text, context.region.width, icon="INFO")
        col.separator()
        col.operator("understudy.open_example", icon="ARMATURE_DATA")


CLASSES = (UNDERSTUDY_PT_welcome,)
