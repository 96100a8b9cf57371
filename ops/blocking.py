"""Block from Video: the operator, and the one that stops it.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy

from ..addon.translations import say
from .base import JobOperator, StageOperator, is_idle


class UNDERSTUDY_OT_block_video(StageOperator, bpy.types.Operator):
    bl_idname = "understudy.block_video"
    bl_label = "Block from Video"
    bl_description = "Turn the performance in the video into key poses on the active rig"
    # Not REGISTER: it would offer to repeat minutes of work for want of any option to change.
    bl_options = {"UNDO"}
    stage = "blocking"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not is_idle(cls, context):
            return False
        if context.object is None or context.object.type != "ARMATURE":
            cls.poll_message_set(say("Select a rig: an armature"))
            return False
        if not context.scene.understudy.video:
            cls.poll_message_set(say("Choose a video"))
            return False
        return True

    def _read(self, context: bpy.types.Context) -> object:
        from ..addon import blocking, work

        return work.block(context.scene, context.object, blocking.options_from(context))


class UNDERSTUDY_OT_preview_key_poses(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.preview_key_poses"
    bl_label = "Preview Key Poses"
    bl_description = "Show which frames would be keyed, for any count; nothing is written"
    bl_options = {"INTERNAL"}
    stage = "blocking"
    _for_object = False

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not is_idle(cls, context):
            return False
        if not context.scene.understudy.video:
            cls.poll_message_set(say("Choose a video"))
            return False
        return True

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import blocking, jobs

        self._scene = context.scene.name
        params = blocking.preview_request(context.scene, blocking.options_from(context))
        return jobs.start(blocking.PREVIEW, params, {})

    def _write(self, obj: None, result: tuple) -> tuple[dict, str]:
        from ..addon import blocking

        report = blocking.keep_preview(bpy.data.scenes[self._scene], result)
        first, last = report["span"]
        said = "Frames {first} to {last} were looked at: choose a count, edit the frames"
        return report, say(said, first=first, last=last)


class UNDERSTUDY_OT_edit_key_poses(bpy.types.Operator):
    bl_idname = "understudy.edit_key_poses"
    bl_label = "Edit Key Poses"
    bl_description = "Add a frame to the key poses that will be written, or take it away"
    bl_options = {"INTERNAL", "UNDO"}

    frame: bpy.props.IntProperty(name="Frame", description="Scene frame", default=1)
    added: bpy.props.BoolProperty(
        name="Added", description="Add the frame, or take it away", default=True
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not context.scene.understudy.blocking.is_previewed:
            cls.poll_message_set(say("Preview the key poses first"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.understudy
        first, last = settings.blocking.proposal(settings.key_count)["span"]
        if not first <= self.frame <= last:
            self.report({"ERROR"}, f"The person is seen from frame {first} to {last}: go there")
            return {"CANCELLED"}
        settings.blocking.edit(self.frame, self.added)
        return {"FINISHED"}


class UNDERSTUDY_OT_forget_key_poses(bpy.types.Operator):
    bl_idname = "understudy.forget_key_poses"
    bl_label = "Close Preview"
    bl_description = "Forget the previewed key poses; they are chosen anew when they are written"
    bl_options = {"INTERNAL", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.understudy.blocking.forget()
        return {"FINISHED"}


class UNDERSTUDY_OT_cancel(bpy.types.Operator):
    bl_idname = "understudy.cancel"
    bl_label = "Cancel"
    bl_description = "Stop the work under way; nothing is written"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(context.window_manager.understudy.title)

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.understudy.cancelling = True
        return {"FINISHED"}


CLASSES = (
    UNDERSTUDY_OT_block_video,
    UNDERSTUDY_OT_preview_key_poses,
    UNDERSTUDY_OT_edit_key_poses,
    UNDERSTUDY_OT_forget_key_poses,
    UNDERSTUDY_OT_cancel,
)
