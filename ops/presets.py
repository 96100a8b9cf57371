"""Presets of each stage's settings, kept as Blender keeps its own."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
from bl_operators.presets import AddPresetBase

from ..addon.faceprops import REGION_NAMES

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
    "source",
    "seed",
    "mix",
    "stroke_kind",
    "stroke_region",
    "lights_of",
    "colours_of",
    "lock_room",
    "lock_items",
    "lock_lights",
    "lock_atmosphere",
    "lock_palette",
    "lock_shots",
}
_KEPT = {"BOOLEAN", "INT", "FLOAT", "ENUM"}


class _AddPreset(AddPresetBase):
    """Made for each stage: `groups` names its groups of settings below the scene's."""

    bl_options = {"REGISTER", "INTERNAL"}
    preset_defines = ["settings = bpy.context.scene.understudy"]
    groups: tuple[str, ...] = ()

    @property
    def preset_values(self) -> list[str]:
        return list(self.kept())

    @classmethod
    def kept(cls) -> Iterator[str]:
        """Yield what a preset of this stage keeps, as expressions on `settings`."""
        for path in cls.groups:
            owner = bpy.context.scene.understudy
            group = owner.path_resolve(path) if path else owner
            # Switches come last: setting a value may set its own.
            for prop in sorted(group.bl_rna.properties, key=lambda p: p.type == "BOOLEAN"):
                name = prop.identifier
                chosen_line = name.startswith("active_")
                if prop.type in _KEPT and name not in _OF_THE_SHOT and not chosen_line:
                    yield ".".join(filter(None, ("settings", path, name)))


class UNDERSTUDY_OT_layout_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.layout_preset"
    bl_label = "Add Layout Preset"
    bl_description = "Keep the layout settings under a name, or remove the chosen preset"
    preset_menu = "UNDERSTUDY_PT_layout_presets"
    preset_subdir = "understudy/layout"
    groups = ("layout",)


class UNDERSTUDY_OT_blocking_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.blocking_preset"
    bl_label = "Add Blocking Preset"
    bl_description = "Keep the blocking settings under a name, or remove the chosen preset"
    preset_menu = "UNDERSTUDY_PT_blocking_presets"
    preset_subdir = "understudy/blocking"
    groups = ("", "blocking")


class UNDERSTUDY_OT_inbetween_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.inbetween_preset"
    bl_label = "Add In-betweens Preset"
    bl_description = "Keep the in-between settings under a name, or remove the chosen preset"
    preset_menu = "UNDERSTUDY_PT_inbetween_presets"
    preset_subdir = "understudy/inbetween"
    groups = ("inbetween",)


class UNDERSTUDY_OT_face_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.face_preset"
    bl_label = "Add Face Preset"
    bl_description = (
        "Keep the face settings and the edits of every region under a name, or remove the chosen "
        "preset"
    )
    preset_menu = "UNDERSTUDY_PT_face_presets"
    preset_subdir = "understudy/face"
    groups = ("face", *(f"face.{name}" for name in REGION_NAMES))


class UNDERSTUDY_OT_lipsync_preset(_AddPreset, bpy.types.Operator):
    bl_idname = "understudy.lipsync_preset"
    bl_label = "Add Lip Sync Preset"
    bl_description = "Keep the lip sync settings under a name, or remove the chosen preset"
    preset_menu = "UNDERSTUDY_PT_lipsync_presets"
    preset_subdir = "understudy/lipsync"
    groups = ("lipsync",)


CLASSES = (
    UNDERSTUDY_OT_layout_preset,
    UNDERSTUDY_OT_blocking_preset,
    UNDERSTUDY_OT_inbetween_preset,
    UNDERSTUDY_OT_face_preset,
    UNDERSTUDY_OT_lipsync_preset,
)
