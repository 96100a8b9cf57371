"""Blender's own preset menu, for the header of each stage's panel."""

from __future__ import annotations

import bpy
from bl_ui.utils import PresetPanel


class _Presets(PresetPanel):  # shown by a header, not in the sidebar
    preset_operator = "script.execute_preset"


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


CLASSES = (UNDERSTUDY_PT_blocking_presets, UNDERSTUDY_PT_inbetween_presets)
