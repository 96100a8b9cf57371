"""Fill In-betweens, and its live preview.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import time

import bpy

from ..ml.errors import Cancelled, RigError, UnderstudyError
from .base import redraw_sidebars

_POLL_S = 0.1
_PREVIEW_S = 0.04
_QUICK = 40_000  # bones times frames: less is done at once, without a worker process


def _can_fill(cls: type, context: bpy.types.Context) -> bool:
    run = context.window_manager.understudy
    if run.title or run.preview:
        cls.poll_message_set("Wait for the work under way, or cancel it")
        return False
    if context.object is None or context.object.type != "ARMATURE":
        cls.poll_message_set("Select a rig: an armature")
        return False
    data = context.object.animation_data
    if data is None or data.action is None:
        cls.poll_message_set("Key at least two poses first")
        return False
    return True


class UNDERSTUDY_OT_fill_inbetweens(bpy.types.Operator):
    bl_idname = "understudy.fill_inbetweens"
    bl_label = "Fill In-betweens"
    bl_description = (
        "Add generated keys between the poses you have keyed, on the selected bones in Pose Mode, "
        "else on every keyed bone. Your own keys stay as they are"
    )
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_fill(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Work until it is done: scripts, tests, small shots, and Blender without a window."""
        if not self._start(context, in_process=True):
            return {"CANCELLED"}
        return self._finish(context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if bpy.app.background:  # no timer ever fires there
            return self.execute(context)
        if not self._start(context, in_process=None):
            return {"CANCELLED"}
        if self._job.done:
            return self._finish(context)
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

    def _start(self, context: bpy.types.Context, in_process: bool | None) -> bool:
        from ..addon import inbetween, jobs

        # Names, not pointers: undo may free the object while the job runs.
        self._rig = context.object.name
        try:
            options = inbetween.options_from(context)
            self._asked = inbetween.request(context.scene, context.object, options)
            values = self._asked.arrays["values"]
            small = values.size < 4 * _QUICK
            here = small if in_process is None else in_process
            self._job = jobs.start(
                inbetween.TASK, self._asked.params, self._asked.arrays, in_process=here
            )
            while here and not self._job.poll():
                pass
        except UnderstudyError as exc:
            return _refuse(self, context, exc)
        return True

    def _show(self, context: bpy.types.Context) -> None:
        run, job = context.window_manager.understudy, self._job
        run.title, run.progress = self.bl_label, job.progress
        run.message = job.message or "Starting"
        context.window_manager.progress_update(int(100 * job.progress))
        redraw_sidebars(context)

    def _finish(self, context: bpy.types.Context) -> set[str]:
        from ..addon import inbetween

        try:
            result = self._job.result()
            rig = bpy.data.objects.get(self._rig)
            if rig is None:
                raise RigError(f"{self._rig} was removed meanwhile: nothing was written")
            report = inbetween.finish(rig, self._asked, result)
        except UnderstudyError as exc:  # a bug is no UnderstudyError: let it raise
            _refuse(self, context, exc)
            return {"CANCELLED"}
        return _done(self, context, report)

    def _close(self, context: bpy.types.Context) -> None:
        wm = context.window_manager
        wm.event_timer_remove(self._timer)
        wm.progress_end()
        run = wm.understudy
        run.title, run.message, run.progress, run.cancelling = "", "", 0.0, False
        redraw_sidebars(context)


class UNDERSTUDY_OT_preview_inbetweens(bpy.types.Operator):
    bl_idname = "understudy.preview_inbetweens"
    bl_label = "Live Preview"
    bl_description = (
        "Show the in-betweens while the sliders move and the timeline is scrubbed, until you "
        "accept or cancel them"
    )
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_fill(cls, context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        from ..addon.fillpreview import Preview

        try:
            self._preview = Preview(context)
        except UnderstudyError as exc:
            _refuse(self, context, exc)
            return {"CANCELLED"}
        wm = context.window_manager
        wm.understudy.preview = "LIVE"
        self._timer = wm.event_timer_add(_PREVIEW_S, window=context.window)
        wm.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        run = context.window_manager.understudy
        if event.type == "ESC" and event.value == "PRESS":
            run.preview = "CANCEL"
        elif event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            if run.preview == "LIVE":
                started = time.perf_counter()
                if self._preview.refresh(context):
                    run.preview_text = f"{1000 * (time.perf_counter() - started):.0f} ms"
                    redraw_sidebars(context)
                return {"RUNNING_MODAL"}
            accepted = run.preview == "ACCEPT"
            self._close(context)
            report = self._preview.close(context, accept=accepted)
        except UnderstudyError as exc:
            self._close(context)
            self._preview.close(context, accept=False)
            _refuse(self, context, exc)
            return {"CANCELLED"}
        if report is None:
            _refuse(self, context, Cancelled("Preview cancelled: your curves are as they were"))
            return {"CANCELLED"}
        return _done(self, context, report)

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender's call when a file is loaded or the window is closed."""
        self._close(context)

    def _close(self, context: bpy.types.Context) -> None:
        wm = context.window_manager
        if wm.understudy.preview:
            wm.event_timer_remove(self._timer)
        wm.understudy.preview = wm.understudy.preview_text = ""
        redraw_sidebars(context)


class UNDERSTUDY_OT_end_preview(bpy.types.Operator):
    bl_idname = "understudy.end_preview"
    bl_label = "End Preview"
    bl_description = "Keep what the preview shows, or put everything back as it was"
    bl_options = {"INTERNAL"}

    accept: bpy.props.BoolProperty(
        name="Accept",
        description="Keep the in-betweens that the preview shows",
        default=False,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.window_manager.understudy.preview == "LIVE"

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.understudy.preview = "ACCEPT" if self.accept else "CANCEL"
        return {"FINISHED"}


def _refuse(
    operator: bpy.types.Operator, context: bpy.types.Context, exc: UnderstudyError
) -> bool:
    operator.report({"WARNING" if isinstance(exc, Cancelled) else "ERROR"}, str(exc))
    context.window_manager.understudy.outcome = str(exc)
    return False


def _done(operator: bpy.types.Operator, context: bpy.types.Context, report: dict) -> set[str]:
    from ..addon import inbetween

    for note in report["notes"]:
        operator.report({"WARNING"}, note)
    text = inbetween.summary(report)
    operator.report({"INFO"}, text)
    run = context.window_manager.understudy
    run.provider = report["provider"]
    run.outcome = "\n".join([text, *report["notes"]])
    return {"FINISHED"}


CLASSES = (
    UNDERSTUDY_OT_fill_inbetweens,
    UNDERSTUDY_OT_preview_inbetweens,
    UNDERSTUDY_OT_end_preview,
)
