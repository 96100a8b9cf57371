"""Presets of each stage's settings, kept as Blender keeps its own."""

from __future__ import annotations

import bpy
from bl_operators.presets import AddPresetBase

# What belongs to a shot, not to a way of working.
_OF_THE_SHOT = {
    "rna_type",
    "name",
    "video",
    "person_number",
    "use_range",
    "range_start",
    "range_end",
    "start_frame",
    "only_selected",
    "variant",
}


class _AddPreset(AddPresetBase):
    """Made for each stage: `group` names its settings below the scene's."""

    bl_options = {"REGISTER", "INTERNAL"}
    group = ""

    @property
    def preset_defines(self) -> list[str]:
        return [f"settings = bpy.context.scene.understudy{self.group}"]

    @property
    def preset_values(self) -> list[str]:
        owner = bpy.context.scene.understudy
        group = owner.path_resolve(self.group[1:]) if self.group else owner
        kept = [
            prop.identifier
            for prop in group.bl_rna.properties
            if prop.type in {"BOOLEAN", "INT", "FLOAT", "ENUM"}
            and prop.identifier not in _OF_THE_SHOT
        ]
        return [f"settings.{name}" for name in kept]


class UNDERSTUDY_OT_blocking_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.blocking_preset"
    bl_label = "Add Blocking Preset"
    bl_description = "Keep the blocking settings under a name, or remove the chosen preset"
    preset_menu = "UNDERSTUDY_PT_blocking_presets"
    preset_subdir = "understudy/blocking"


class UNDERSTUDY_OT_inbetween_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.inbetween_preset"
    bl_label = "Add In-betweens Preset"
    bl_description = "Keep the in-between settings under a name, or remove the chosen preset"
    preset_menu = "UNDERSTUDY_PT_inbetween_presets"
    preset_subdir = "understudy/inbetween"
    group = ".inbetween"


CLASSES = (UNDERSTUDY_OT_blocking_preset, UNDERSTUDY_OT_inbetween_preset)
