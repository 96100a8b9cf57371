"""Block from Video: the operator, and the one that stops it.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy

from ..ml.errors import Cancelled, RigError, UnderstudyError

_POLL_S = 0.1


def _redraw_sidebars(context: bpy.types.Context) -> None:
    # Only the sidebar: drawing the viewport again may take longer than the work's own steps.
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


class UNDERSTUDY_OT_block_video(bpy.types.Operator):
    bl_idname = "understudy.block_video"
    bl_label = "Block from Video"
    bl_description = "Turn the performance in the video into key poses on the active rig"
    # Not REGISTER: it would offer to repeat minutes of work for want of any option to change.
    bl_options = {"UNDO"}

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

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Block until it is done: scripts, tests, and Blender without a window."""
        if not self._start(context):
            return {"CANCELLED"}
        return self._finish(context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if bpy.app.background:  # no timer ever fires there
            return self.execute(context)
        if not self._start(context):
            return {"CANCELLED"}
        wm = context.window_manager
        wm.progress_begin(0, 100)
        self._timer = wm.event_timer_add(_POLL_S, window=context.window)
        wm.modal_handler_add(self)
        self._show(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        run = context.window_manager.understudy
        if (event.type == "ESC" and event.value == "PRESS") or run.cancelling:
            self._job.cancel()
        elif event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not self._job.poll():
            self._show(context)
            return {"RUNNING_MODAL"}
        self._close(context)
        return self._finish(context)

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender's call when a file is loaded or the window is closed."""
        self._job.cancel()
        self._close(context)

    def _start(self, context: bpy.types.Context) -> bool:
        from ..addon import blocking, jobs

        # Names, not pointers: undo may free the object while the job runs.
        self._rig = context.object.name
        try:
            self._options = blocking.options_from(context)
            params, arrays = blocking.request(context.scene, context.object, self._options)
            self._job = jobs.start(blocking.TASK, params, arrays)
        except UnderstudyError as exc:
            return self._refuse(context, exc)
        return True

    def _refuse(self, context: bpy.types.Context, exc: UnderstudyError) -> bool:
        self.report({"WARNING" if isinstance(exc, Cancelled) else "ERROR"}, str(exc))
        context.window_manager.understudy.outcome = str(exc)
        return False

    def _show(self, context: bpy.types.Context) -> None:
        run, job = context.window_manager.understudy, self._job
        percent, message = int(100 * job.progress), job.message or "Starting"
        if run.title and (int(100 * run.progress), run.message) == (percent, message):
            return
        run.title, run.progress, run.message = self.bl_label, job.progress, message
        context.window_manager.progress_update(percent)
        _redraw_sidebars(context)

    def _finish(self, context: bpy.types.Context) -> set[str]:
        from ..addon import blocking

        try:
            result = self._job.result()
            rig = bpy.data.objects.get(self._rig)
            if rig is None:
                raise RigError(f"{self._rig} was removed meanwhile: nothing was written")
            report = blocking.finish(rig, self._options, result)
        except UnderstudyError as exc:  # a bug is no UnderstudyError: let it raise
            self._refuse(context, exc)
            return {"CANCELLED"}
        context.window_manager.understudy.provider = report["provider"]
        for note in report["notes"]:
            self.report({"WARNING"}, note)
        text = blocking.summary(report)
        self.report({"INFO"}, text)
        context.window_manager.understudy.outcome = "\n".join([text, *report["notes"]])
        return {"FINISHED"}

    def _close(self, context: bpy.types.Context) -> None:
        wm = context.window_manager
        wm.event_timer_remove(self._timer)
        wm.progress_end()
        run = wm.understudy
        run.title, run.message, run.progress, run.cancelling = "", "", 0.0, False
        _redraw_sidebars(context)


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
