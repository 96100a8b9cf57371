"""The face map: found, changed line by line, saved and loaded.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty

from ..addon.translations import say
from ..ml.errors import UnderstudyError
from .base import JobOperator
from .face import can_animate, has_face
from .quick import JsonFileOperator, QuickOperator


class _MapOperator(QuickOperator):
    """What the operators on a face map share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return has_face(cls, context)


class _MappedOperator(_MapOperator):
    """The same for operators that need a map."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if not len(context.object.understudy.face_links):
            cls.poll_message_set(say("This face has no map yet: find one first"))
            return False
        return True


class UNDERSTUDY_OT_map_face_names(_MapOperator, bpy.types.Operator):
    bl_idname = "understudy.map_face_names"
    bl_label = "Find by Name"
    bl_description = "Find by their names which shape keys show which of the 52 expressions"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import facemaps, facerig

        obj = context.object
        face = facerig.find_face(obj)
        found = facemaps.from_names(face)
        if not found.links:
            raise UnderstudyError(
                f"No name of a shape key of {obj.name} says which expression it is: find the map "
                "by shape"
            )
        facemaps.store(obj, found)
        for note in [*face.notes, *found.notes]:
            self.report({"WARNING"}, note)
        return f"{len(found.quality)} of 52 expressions found on {obj.name}"


def _machine(context: bpy.types.Context) -> dict:
    from ..addon import prefs

    machine = prefs.find(context)
    return {
        "device": machine.device if machine else "auto",
        "accelerator": bpy.path.abspath(machine.accelerator) if machine else "",
    }


class UNDERSTUDY_OT_map_face_shape(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.map_face_shape"
    bl_label = "Find by Shape"
    bl_description = (
        "Find the face on the character, and which shape keys or bones move it as each expression "
        "moves a face. Names do not matter"
    )
    bl_options = {"UNDO"}
    stage = "face"

    bones: BoolProperty(
        name="Bones Too",
        description="Try the bones near the face even where shape keys move it",
        default=False,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return can_animate(cls, context)

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import facesolve

        return facesolve.start(context.object, _machine(context), bones=self.bones)

    def _write(self, obj: bpy.types.Object, result: tuple) -> tuple[dict, str]:
        from ..addon import facemaps, facesolve

        found = facesolve.map_of(result)
        facemaps.store(obj, found)
        report = {"notes": found.notes, "provider": ""}
        return report, f"{len(found.quality)} of 52 expressions found on {obj.name} by shape"


class UNDERSTUDY_OT_show_face_points(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.show_face_points"
    bl_label = "Points by Hand"
    bl_description = (
        "Show where the face's points were found as the vertices of an object. Move them where "
        "they are wrong; Find by Shape then goes by them"
    )
    bl_options = {"UNDO"}
    stage = "face"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return can_animate(cls, context)

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import facerig, facesolve, facesurface, jobs

        self._measured = facesurface.measure(facerig.find_face(context.object))
        return jobs.start(facesolve.TASK, _machine(context), self._measured.arrays())

    def _write(self, obj: bpy.types.Object, result: tuple) -> tuple[dict, str]:
        from ..addon import facesolve

        marks = facesolve.show_marks(obj, self._measured, result[1])
        return {"notes": [], "provider": ""}, f"The face's points are the vertices of {marks.name}"


class UNDERSTUDY_OT_clear_face_map(_MappedOperator, bpy.types.Operator):
    bl_idname = "understudy.clear_face_map"
    bl_label = "Forget Face Map"
    bl_description = "Remove the face map from this character; it is then found anew each time"

    def work(self, context: bpy.types.Context) -> str:
        obj = context.object
        obj.understudy.face_links.clear()
        return f"{obj.name} has no face map any more"


class UNDERSTUDY_OT_edit_face_map(_MappedOperator, bpy.types.Operator):
    bl_idname = "understudy.edit_face_map"
    bl_label = "Add or Remove a Line"
    bl_description = "Add a line for the chosen expression, or remove the chosen line"

    remove: BoolProperty(
        name="Remove", description="Remove the chosen line instead of adding one", default=False
    )

    def work(self, context: bpy.types.Context) -> str:
        obj = context.object
        kept = obj.understudy
        at = min(kept.active_face_link, len(kept.face_links) - 1)
        name = kept.face_links[at].name
        if self.remove:
            alone = sum(row.name == name for row in kept.face_links) == 1
            if alone:
                kept.face_links[at].control = ""
            else:
                kept.face_links.remove(at)
                self._unmeasure(kept, name)
            return f"A line of {name} was removed"
        row = kept.face_links.add()
        row.name, row.owner, row.method = name, kept.face_links[at].owner or obj.name, "hand"
        row.quality, row.measured = kept.face_links[at].quality, "-"
        kept.face_links.move(len(kept.face_links) - 1, at + 1)
        kept.active_face_link = at + 1
        return f"A line for {name} was added: choose its control"

    @staticmethod
    def _unmeasure(kept: object, name: str) -> None:
        """Note that an expression's quality was measured with a line that is gone."""
        for row in kept.face_links:
            if row.name == name:
                row.measured = "-"


class UNDERSTUDY_OT_save_face_map(JsonFileOperator, _MappedOperator, bpy.types.Operator):
    bl_idname = "understudy.save_face_map"
    bl_label = "Save Face Map"
    bl_description = "Save this character's face map as a file, to be used in other scenes"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import facemaps, files

        obj = context.object
        path = self.path()
        files.check_writable(path)
        facemaps.write_file(path, facemaps.stored(obj))
        return f"Face map saved as {path.name}"


class UNDERSTUDY_OT_load_face_map(JsonFileOperator, _MapOperator, bpy.types.Operator):
    bl_idname = "understudy.load_face_map"
    bl_label = "Load Face Map"
    bl_description = "Use a saved face map on this character"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import facemaps, facerig

        obj = context.object
        face = facerig.find_face(obj)
        there = [*facerig.shape_controls(face)[0], *facerig.bone_controls_there(face)]
        prefer = [o.name for o in (*face.meshes, face.armature) if o is not None]
        loaded = facemaps.renamed(facemaps.read_file(self.path()), there, prefer)
        loaded.check(there)
        facemaps.store(obj, loaded)
        return f"{obj.name} now uses the face map {self.path().name}"


CLASSES = (
    UNDERSTUDY_OT_map_face_names,
    UNDERSTUDY_OT_map_face_shape,
    UNDERSTUDY_OT_show_face_points,
    UNDERSTUDY_OT_clear_face_map,
    UNDERSTUDY_OT_edit_face_map,
    UNDERSTUDY_OT_save_face_map,
    UNDERSTUDY_OT_load_face_map,
)
