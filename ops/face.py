"""Faces: a performance laid on, edited, and laid on again.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty

from ..addon import fields
from ..addon.about import CONTEXT
from ..addon.translations import say
from ..ml.errors import UnderstudyError
from .base import StageOperator, hook_limit, is_idle, refuse

_LIVE_S = 0.15


def can_animate(cls: type, context: bpy.types.Context) -> bool:
    """Tell whether the active object may be a face, and say why not."""
    if not is_idle(cls, context):
        return False
    return has_face(cls, context)


def has_face(cls: type, context: bpy.types.Context) -> bool:
    """Tell whether the active object may be a face, and say why not."""
    if context.object is None or context.object.type not in ("MESH", "ARMATURE"):
        said = "Select the character's face: a mesh with shape keys, or its armature"
        cls.poll_message_set(say(said))
        return False
    if context.object.library is not None:
        cls.poll_message_set(say("The face is linked: make a library override of it first"))
        return False
    return True


class _FaceJob(StageOperator):
    """What the operators share that lay a performance on."""

    stage = "face"
    _again = False

    def _read(self, context: bpy.types.Context) -> object:
        from ..addon import face, work

        options = face.options_from(context, again=self._again)
        return work.perform(context.scene, context.object, options)

    def _is_quick(self) -> bool:
        return self._again


class UNDERSTUDY_OT_perform_face(_FaceJob, bpy.types.Operator):
    bl_idname = "understudy.perform_face"
    bl_label = "Perform"
    bl_description = (
        "Lay the video's or the recording's performance on the active face. Your own keys stay as "
        "they are"
    )
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        settings = context.scene.understudy.face
        if not (settings.video if settings.source == "video" else settings.recording):
            cls.poll_message_set(say("Choose an actor's video, or a recording"))
            return False
        return can_animate(cls, context)


class UNDERSTUDY_OT_apply_face_edits(_FaceJob, bpy.types.Operator):
    bl_idname = "understudy.apply_face_edits"
    bl_label = "Apply Edits"
    bl_description = (
        "Write the kept performance anew, with all edits, strokes and expressions. Nothing is "
        "captured again, and keys that you changed stay"
    )
    bl_options = {"UNDO"}
    _again = True

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        settings = context.scene.understudy.face
        if not len(settings.performances) and not len(settings.layers):
            cls.poll_message_set(say("Capture or load a performance, or add an expression first"))
            return False
        return can_animate(cls, context)


class UNDERSTUDY_OT_live_face_edits(bpy.types.Operator):
    bl_idname = "understudy.live_face_edits"
    bl_label = "Live Edits"
    bl_description = (
        "Write the keys anew whenever a slider has changed, until this is pressed again or Esc"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return UNDERSTUDY_OT_apply_face_edits.poll(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.invoke(context, None)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event | None) -> set[str]:
        run = context.window_manager.understudy
        if run.face_live or bpy.app.background:  # no timer ever fires there
            run.face_live = False
            return {"FINISHED"}
        from ..addon import work

        self._number, self._done = context.object.session_uid, None
        self._shown = self._seen = self._edits(context)
        try:
            doing = work.perform(context.scene, context.object, self._shown)
            doing.before(hook_limit(False))
        except UnderstudyError as exc:
            return refuse(self, context, exc)
        run.face_live = True
        self._timer = context.window_manager.event_timer_add(_LIVE_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        run = context.window_manager.understudy
        if (event.type == "ESC" and event.value == "PRESS") or not run.face_live:
            return self._end(context)
        if event.type != "TIMER" or run.title:
            return {"PASS_THROUGH"}
        edits, before = self._edits(context), self._seen
        self._seen = edits
        # Once the slider rests: writing takes longer than it takes to move on.
        if edits == before and edits != self._shown:
            self._shown = edits
            try:
                self._write(context)
            except UnderstudyError as exc:
                refuse(self, context, exc)
                return self._end(context)
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender's call when a file is loaded or the window is closed."""
        self._end(context)

    @staticmethod
    def _edits(context: bpy.types.Context) -> object:
        from ..addon import face

        return face.options_from(context, again=True)

    def _object(self) -> bpy.types.Object:
        obj = next((o for o in bpy.data.objects if o.session_uid == self._number), None)
        if obj is None:
            raise UnderstudyError("The face was removed meanwhile: nothing was written")
        return obj

    def _write(self, context: bpy.types.Context) -> None:
        from ..addon import work

        obj = self._object()
        doing = work.perform(context.scene, obj, self._shown)
        report = doing.finish(obj, doing.start(in_process=True).result())
        self._done = doing, report

    def _end(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.understudy.face_live = False
        context.window_manager.event_timer_remove(self._timer)
        if self._done is not None:  # the studio is told of all changes at once
            doing, report = self._done
            try:
                doing.owner = self._object()
                doing.after(report, hook_limit(False))
            except UnderstudyError as exc:
                self.report({"ERROR"}, str(exc))
        bpy.ops.ed.undo_push(message=self.bl_label)
        return {"FINISHED"}


class _ListOperator:
    """What the operators on lists share."""

    bl_options = {"REGISTER", "UNDO"}


class UNDERSTUDY_OT_reset_face_edits(_ListOperator, bpy.types.Operator):
    bl_idname = "understudy.reset_face_edits"
    bl_label = "Reset Edits"
    bl_description = "Set every slider back to the performance as it was captured"

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon.faceprops import REGION_NAMES

        settings = context.scene.understudy.face
        for name in REGION_NAMES:
            region = getattr(settings, name)
            for prop in region.bl_rna.properties:
                if not prop.is_readonly:
                    region.property_unset(prop.identifier)
        for name in ("micro", "micro_size", "head_amount", "travel_amount", "mix"):
            settings.property_unset(name)
        return {"FINISHED"}


class RemoveRow(_ListOperator):
    """Remove the active line of a list of the scene's face settings."""

    _rows, _active = "", ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(getattr(context.scene.understudy.face, cls._rows)):
            cls.poll_message_set(say("The list is empty"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.understudy.face
        rows, at = getattr(settings, self._rows), getattr(settings, self._active)
        at = min(at, len(rows) - 1)
        rows.remove(at)
        setattr(settings, self._active, max(min(at, len(rows) - 1), 0))
        return {"FINISHED"}


class UNDERSTUDY_OT_remove_face_layer(RemoveRow, bpy.types.Operator):
    bl_idname = "understudy.remove_face_layer"
    bl_label = "Remove Expression"
    bl_description = "Remove the chosen expression; Apply Edits then writes the motion without it"
    _rows, _active = "layers", "active_layer"


class UNDERSTUDY_OT_remove_performance(RemoveRow, bpy.types.Operator):
    bl_idname = "understudy.remove_performance"
    bl_label = "Forget Performance"
    bl_description = "Remove the chosen performance from the scene; its keys stay"
    _rows, _active = "performances", "active_performance"


_items: list[tuple[str, str, str]] = []


def _expressions(_self: object, _context: object) -> list[tuple[str, str, str]]:
    from ..ml.face import library

    # Blender keeps no reference to the strings: a list that lives on has to.
    _items[:] = [
        (e.name, e.title, f"{e.description}; {e.seconds:.1f} s") for e in library.load().values()
    ]
    return _items


class UNDERSTUDY_OT_add_expression(_ListOperator, bpy.types.Operator):
    bl_idname = "understudy.add_expression"
    bl_label = "Add Expression"
    bl_description = (
        "Lay an expression of the library over the face, beginning at the current frame; Apply "
        "Edits writes it"
    )
    bl_property = "expression"

    expression: EnumProperty(
        name="Expression",
        translation_context=CONTEXT,
        description="Expression or micro-expression of the library",
        items=_expressions,
    )
    amplitude: fields.times(
        "Amplitude", "How strong the expression is; 1 is as the library has it", most=4.0, usual=1.5
    )
    speed: fields.times("Speed", "How quickly the expression comes and goes", least=0.1, usual=4.0)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = context.scene
        settings = scene.understudy.face
        row = settings.layers.add()
        row.name, row.frame = self.expression, scene.frame_current
        row.amplitude, row.speed = self.amplitude, self.speed
        settings.active_layer = len(settings.layers) - 1
        return {"FINISHED"}


class UNDERSTUDY_OT_save_expressions(bpy.types.Operator):
    bl_idname = "understudy.save_expressions"
    bl_label = "Save as Assets"
    bl_description = (
        "Make an action asset of every expression of the library for this character, with a "
        "picture of it. What the character plays stays as it is"
    )
    bl_options = {"REGISTER", "UNDO"}

    only: StringProperty(
        name="Only",
        description="Names of expressions with commas between them; empty for the whole library",
        default="",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return can_animate(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import facelibrary
        from ..ml import progress
        from ..ml.face import library

        names = [n.strip() for n in self.only.split(",") if n.strip()] or list(library.load())
        manager = context.window_manager
        manager.progress_begin(0, 100)
        try:
            made = progress.run(
                facelibrary.save(context.scene, context.object, names),
                lambda step: manager.progress_update(int(100 * step.fraction)),
            )
        except UnderstudyError as exc:
            return refuse(self, context, exc)
        finally:
            manager.progress_end()
        self.report({"INFO"}, f"{made} expressions of {context.object.name} are assets now")
        return {"FINISHED"}


CLASSES = (
    UNDERSTUDY_OT_save_expressions,
    UNDERSTUDY_OT_perform_face,
    UNDERSTUDY_OT_apply_face_edits,
    UNDERSTUDY_OT_live_face_edits,
    UNDERSTUDY_OT_reset_face_edits,
    UNDERSTUDY_OT_remove_face_layer,
    UNDERSTUDY_OT_remove_performance,
    UNDERSTUDY_OT_add_expression,
)
