"""The bone map: found, emptied, saved and loaded.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty

from ..addon.translations import say
from ..ml.errors import RigError
from .quick import JsonFileOperator, QuickOperator


class _RigOperator(QuickOperator):
    """What the operators on a bone map share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.object is None or context.object.type != "ARMATURE":
            cls.poll_message_set(say("Select a rig: an armature"))
            return False
        if context.object.library is not None:
            cls.poll_message_set(say("The rig is linked: make a library override of it first"))
            return False
        return True


class _MappedOperator(_RigOperator):
    """The same for operators that need a map."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if not len(context.object.understudy.roles):
            cls.poll_message_set(say("This rig has no bone map yet: find one first"))
            return False
        return True


class UNDERSTUDY_OT_map_rig(_RigOperator, bpy.types.Operator):
    bl_idname = "understudy.map_rig"
    bl_label = "Find Bones"
    bl_description = "Find by itself which bone plays which part of the body"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import bonemaps, rigs
        from ..ml.blocking.bonemap import auto_map

        rig = context.object
        bones = auto_map(rigs.read_rig(rig))
        bonemaps.store(rig, bones)
        for note in bones.notes:
            self.report({"WARNING"}, note)
        return f"{len(bones.roles)} parts of the body found on {rig.name}"


class UNDERSTUDY_OT_empty_rig_map(_RigOperator, bpy.types.Operator):
    bl_idname = "understudy.empty_rig_map"
    bl_label = "Map by Hand"
    bl_description = "Begin an empty bone map, to choose every bone by hand"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import bonemaps
        from ..ml.blocking.bonemap import BoneMap

        rig = context.object
        bonemaps.store(rig, BoneMap(roles={}))
        return "Choose the bones in the list"


class UNDERSTUDY_OT_clear_rig_map(_MappedOperator, bpy.types.Operator):
    bl_idname = "understudy.clear_rig_map"
    bl_label = "Forget Bone Map"
    bl_description = "Remove the bone map from this rig; the bones are then found anew each time"

    def work(self, context: bpy.types.Context) -> str:
        rig = context.object
        rig.understudy.roles.clear()
        return f"{rig.name} has no bone map any more"


class UNDERSTUDY_OT_save_rig_map(_MappedOperator, bpy.types.Operator):
    bl_idname = "understudy.save_rig_map"
    bl_label = "Save Bone Map"
    bl_description = "Save this rig's bone map, to be used on other rigs and in other files"

    name: StringProperty(
        name="Name",
        description="Name under which the bone map is saved",
        default="",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        self.name = self.name or context.object.name
        return context.window_manager.invoke_props_dialog(self)

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import bonemaps, rigs

        rig = context.object
        bones = bonemaps.stored(rig)
        bones.check(rigs.read_rig(rig, bones.names()))
        path = bonemaps.preset_path(self.name)
        bonemaps.write_file(path, bones)
        return f"Bone map saved as {path.stem}"


_items: list[tuple[str, str, str]] = []


def _preset_items(_self: object, _context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    from ..addon import bonemaps

    # Blender keeps no reference to the strings: a list that lives on has to.
    _items[:] = [(name, name, "Load this bone map") for name in bonemaps.presets()]
    return _items


class UNDERSTUDY_OT_load_rig_map(_RigOperator, bpy.types.Operator):
    bl_idname = "understudy.load_rig_map"
    bl_label = "Load Bone Map"
    bl_description = "Use a saved bone map on this rig"

    preset: EnumProperty(
        name="Bone Map",
        description="The saved bone map to use",
        items=_preset_items,
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self)

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import bonemaps, rigs

        rig = context.object
        if not self.preset:
            raise RigError("No bone map was saved yet: save one first")
        bones = bonemaps.read_file(bonemaps.preset_path(self.preset))
        bones.check(rigs.read_rig(rig, bones.names()))
        bonemaps.store(rig, bones)
        return f"{rig.name} now uses the bone map {self.preset}"


class UNDERSTUDY_OT_export_rig_map(JsonFileOperator, _MappedOperator, bpy.types.Operator):
    bl_idname = "understudy.export_rig_map"
    bl_label = "Export Bone Map"
    bl_description = "Write this rig's bone map to a JSON file, for others or for the command line"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import bonemaps, files

        rig = context.object
        path = self.path()
        files.check_writable(path)
        bonemaps.write_file(path, bonemaps.stored(rig))
        return f"Bone map written to {path.name}"


class UNDERSTUDY_OT_import_rig_map(JsonFileOperator, _RigOperator, bpy.types.Operator):
    bl_idname = "understudy.import_rig_map"
    bl_label = "Import Bone Map"
    bl_description = "Read a bone map from a JSON file and use it on this rig"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import bonemaps, rigs

        rig = context.object
        bones = bonemaps.read_file(self.path())
        bones.check(rigs.read_rig(rig, bones.names()))
        bonemaps.store(rig, bones)
        return f"{rig.name} now uses the bone map {self.path().name}"


CLASSES = (
    UNDERSTUDY_OT_map_rig,
    UNDERSTUDY_OT_empty_rig_map,
    UNDERSTUDY_OT_clear_rig_map,
    UNDERSTUDY_OT_save_rig_map,
    UNDERSTUDY_OT_load_rig_map,
    UNDERSTUDY_OT_export_rig_map,
    UNDERSTUDY_OT_import_rig_map,
)
