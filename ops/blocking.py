"""Block from Video: the operator, and the one that stops it.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy

from .base import JobOperator


class UNDERSTUDY_OT_block_video(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.block_video"
    bl_label = "Block from Video"
    bl_description = "Turn the performance in the video into key poses on the active rig"
    # Not REGISTER: it would offer to repeat minutes of work for want of any option to change.
    bl_options = {"UNDO"}
    stage = "blocking"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.window_manager.understudy.title:
            cls.poll_message_set("Wait for the work under way, or cancel it")
            return False
        if context.object is None or context.object.type != "ARMATURE":
            cls.poll_message_set("Select a rig: an armature")
            return False
        if not context.scene.understudy.video:
            cls.poll_message_set("Choose a video")
            return False
        return True

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import blocking, jobs

        self._options = blocking.options_from(context)
        params, arrays = blocking.request(context.scene, context.object, self._options)
        return jobs.start(blocking.TASK, params, arrays)

    def _write(self, obj: bpy.types.Object, result: tuple) -> tuple[dict, str]:
        from ..addon import blocking

        report = blocking.finish(obj, self._options, result)
        return report, blocking.summary(report)


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


CLASSES = (UNDERSTUDY_OT_block_video, UNDERSTUDY_OT_cancel)
