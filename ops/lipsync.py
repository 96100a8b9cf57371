"""Lip sync of recorded lines, and expressions proposed for what is said.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy
from bpy.props import IntProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ..addon.translations import say
from ..ml.errors import UnderstudyError
from .base import JobOperator, StageOperator, is_idle, refuse, relay
from .face import can_animate


class UNDERSTUDY_OT_sync_lips(StageOperator, bpy.types.Operator):
    bl_idname = "understudy.sync_lips"
    bl_label = "Sync Lips"
    bl_description = (
        "Make the active face say the lines: mouth, jaw and tongue alone are keyed. Your own keys "
        "stay as they are"
    )
    bl_options = {"UNDO"}
    stage = "lipsync"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(context.scene.understudy.lipsync.lines):
            cls.poll_message_set(say("Add a line, and choose its recording"))
            return False
        return can_animate(cls, context)

    def _read(self, context: bpy.types.Context) -> object:
        from ..addon import lipsync, work

        return work.speak(context.scene, context.object, lipsync.options_from(context))


class UNDERSTUDY_OT_add_line(ImportHelper, bpy.types.Operator):
    bl_idname = "understudy.add_line"
    bl_label = "Add Line"
    bl_description = "Choose a recorded line, which begins at the current frame"
    bl_options = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(
        default="*.wav;*.mp3;*.ogg;*.flac;*.aac;*.m4a;*.aif;*.aiff;*.mp4;*.mov;*.mkv;*.webm",
        options={"HIDDEN"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.understudy.lipsync
        row = settings.lines.add()
        row.sound, row.frame = self.filepath, context.scene.frame_current
        if len(settings.lines) > 1:
            before = settings.lines[len(settings.lines) - 2]
            row.language, row.code = before.language, before.code
        settings.active_line = len(settings.lines) - 1
        return {"FINISHED"}


class UNDERSTUDY_OT_remove_line(bpy.types.Operator):
    bl_idname = "understudy.remove_line"
    bl_label = "Remove Line"
    bl_description = "Remove the chosen line from the list; its keys and its sound strip stay"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(context.scene.understudy.lipsync.lines):
            cls.poll_message_set(say("The list is empty"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.understudy.lipsync
        at = min(settings.active_line, len(settings.lines) - 1)
        settings.lines.remove(at)
        settings.active_line = max(min(at, len(settings.lines) - 1), 0)
        return {"FINISHED"}


class UNDERSTUDY_OT_suggest_expressions(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.suggest_expressions"
    bl_label = "Suggest Expressions"
    bl_description = (
        "Propose expressions of the library, with their timing, for the words of the chosen line. "
        "Nothing is keyed until you apply them"
    )
    bl_options = {"UNDO"}
    stage = "suggest"
    _for_object = False

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        settings = context.scene.understudy.lipsync
        if not is_idle(cls, context):
            return False
        if settings.active_line >= len(settings.lines):
            cls.poll_message_set(say("Add a line first"))
            return False
        if not settings.lines[settings.active_line].text.strip():
            cls.poll_message_set(say("Write the text of the chosen line first"))
            return False
        return True

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import jobs, suggest

        self._scene = context.scene.name
        params = suggest.request(context)
        job = jobs.start(suggest.TASK, params, {}, in_process=waits or None)
        while waits and not job.poll():
            pass
        return job

    def _write(self, _obj: object, result: tuple) -> tuple[dict, str]:
        from ..addon import suggest

        scene = bpy.data.scenes.get(self._scene)
        if scene is None:
            raise UnderstudyError(f"The scene {self._scene} was removed meanwhile: run again")
        report = suggest.finish(scene, result)
        return report, suggest.summary(report)


class UNDERSTUDY_OT_apply_suggestion(bpy.types.Operator):
    bl_idname = "understudy.apply_suggestion"
    bl_label = "Apply"
    bl_description = (
        "Lay the ticked expressions of a proposal over the active face, on top of what it says"
    )
    bl_options = {"REGISTER", "UNDO"}

    rank: IntProperty(
        name="Proposal", description="Number of the proposal, the best is 0", default=0, min=0
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(context.scene.understudy.lipsync.proposals):
            cls.poll_message_set(say("Suggest expressions first"))
            return False
        return can_animate(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import suggest

        try:
            added = suggest.apply(context.scene, self.rank)
        except UnderstudyError as exc:
            return refuse(self, context, exc)
        try:
            bpy.ops.understudy.apply_face_edits()
        except RuntimeError as exc:  # how bpy.ops says what went wrong; it has been reported
            suggest.take_back(context.scene, added)
            return relay(self, exc)
        return {"FINISHED"}


CLASSES = (
    UNDERSTUDY_OT_sync_lips,
    UNDERSTUDY_OT_add_line,
    UNDERSTUDY_OT_remove_line,
    UNDERSTUDY_OT_suggest_expressions,
    UNDERSTUDY_OT_apply_suggestion,
)
