"""Blender's own preset menu, for the header of each stage's panel."""

from __future__ import annotations

import bpy
from bl_ui.utils import PresetPanel


class _Presets(PresetPanel):  # shown by a header, not in the sidebar
    preset_operator = "script.execute_preset"


class UNDERSTUDY_PT_layout_presets(_Presets, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_layout_presets"
    bl_label = "Layout Presets"
    preset_subdir = "understudy/layout"
    preset_add_operator = "understudy.layout_preset"


class UNDERSTUDY_PT_blocking_presets(_Presets, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_blocking_presets"
    bl_label = "Blocking Presets"
    preset_subdir = "understudy/blocking"
    preset_add_operator = "understudy.blocking_preset"


class UNDERSTUDY_PT_inbetween_presets(_Presets, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_inbetween_presets"
    bl_label = "In-betweens Presets"
    preset_subdir = "understudy/inbetween"
    preset_add_operator = "understudy.inbetween_preset"


class UNDERSTUDY_PT_face_presets(_Presets, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_face_presets"
    bl_label = "Face Presets"
    preset_subdir = "understudy/face"
    preset_add_operator = "understudy.face_preset"


class UNDERSTUDY_PT_lipsync_presets(_Presets, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_lipsync_presets"
    bl_label = "Lip Sync Presets"
    preset_subdir = "understudy/lipsync"
    preset_add_operator = "understudy.lipsync_preset"


CLASSES = (
    UNDERSTUDY_PT_layout_presets,
    UNDERSTUDY_PT_blocking_presets,
    UNDERSTUDY_PT_inbetween_presets,
    UNDERSTUDY_PT_face_presets,
    UNDERSTUDY_PT_lipsync_presets,
)
