"""What every operator with long work shares: run it, show it, stop it, write it, say it.

`execute` blocks and is what scripts, tests and redo call; `invoke` runs it beside the window and
polls. Both end in the same `_finish`.
"""

from __future__ import annotations

import json
import time

import bpy

from ..addon.translations import say
from ..ml.errors import Cancelled, RigError, UnderstudyError

_POLL_S = 0.1
_SHOW_S = 0.4
# Before this share and this time the work's pace is not known.
_FORETELL, _FORETELL_S = 0.05, 2.0
_MINUTE = 75.0


def redraw_sidebars(context: bpy.types.Context) -> None:
    """Draw the sidebars again, and only them: a viewport may take longer than the work."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def refuse(
    operator: bpy.types.Operator, context: bpy.types.Context, exc: UnderstudyError
) -> set[str]:
    """Tell the person why nothing was done, below the button too."""
    operator.report({"WARNING" if isinstance(exc, Cancelled) else "ERROR"}, str(exc))
    _keep_outcome(operator, context, str(exc))
    return {"CANCELLED"}


def relay(operator: bpy.types.Operator, exc: RuntimeError) -> set[str]:
    """Tell the person what an operator said that this one called: bpy.ops raises it."""
    operator.report({"ERROR"}, str(exc).removeprefix("Error: ").strip())
    return {"CANCELLED"}


def say_done(
    operator: bpy.types.Operator, context: bpy.types.Context, report: dict, text: str
) -> set[str]:
    """Tell the person what was done, with the notes, below the button too."""
    for note in report["notes"]:
        operator.report({"WARNING"}, note)
    operator.report({"INFO"}, text)
    run = context.window_manager.understudy
    run.provider = report.get("provider", "")
    if "schema" in report:
        run.report = json.dumps(report)
    _keep_outcome(operator, context, "\n".join([text, *report["notes"]]))
    return {"FINISHED"}


def blame(operator: bpy.types.Operator, report: dict, exc: UnderstudyError) -> None:
    """Tell the person that a hook failed after the work: what was written is one undo away."""
    said = f"{exc}. What was written stays: undo takes it back"
    report["notes"] = [*report["notes"], said]
    operator.report({"ERROR"}, said)


def _keep_outcome(operator: bpy.types.Operator, context: bpy.types.Context, text: str) -> None:
    """Let the stage's own panel show how it ended."""
    run = context.window_manager.understudy
    run.stage, run.outcome = getattr(operator, "stage", ""), text


def is_idle(cls: type, context: bpy.types.Context) -> bool:
    """Tell an operator's `poll` whether no other work is under way, and the person why not."""
    run = context.window_manager.understudy
    if run.title or run.preview:
        cls.poll_message_set(say("Wait for the work under way, or cancel it"))
        return False
    return True


def time_left(fraction: float, seconds: float) -> str:
    """Say how long work will still take that took `seconds` for `fraction` of it.

    >>> time_left(0.5, 90.0), time_left(0.9, 90.0), time_left(0.01, 1.0)
    ('about 2 min left', 'about 10 s left', '')
    """
    if fraction < _FORETELL or seconds < _FORETELL_S:
        return ""
    left = seconds * (1.0 - fraction) / fraction
    minutes = left >= _MINUTE
    said = "about {count:.0f} min left" if minutes else "about {count:.0f} s left"
    return say(said, count=left / 60 if minutes else left)


class JobOperator:
    """Mixed into an operator that runs a job, mostly for the active object.

    The operator gives `_begin`, which starts the job, and `_write`, which writes its result onto
    the object and returns the report and a sentence.
    """

    stage = ""
    """The panel that shows the progress and the outcome."""

    _for_object = True

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        """Read what is needed and return the started job; `waits`: nobody watches meanwhile."""
        raise NotImplementedError

    def _write(self, obj: bpy.types.Object, result: tuple) -> tuple[dict, str]:
        """Write the result whole or not at all; return the report and what to say."""
        raise NotImplementedError

    def _after(self, report: dict) -> None:
        """Do what is to be done once the result is written."""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Block until it is done: scripts, tests, and Blender without a window."""
        return self._finish(context) if self._start(context, True) else {"CANCELLED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if bpy.app.background:  # no timer ever fires there
            return self.execute(context)
        if not self._start(context, False):
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

    def _start(self, context: bpy.types.Context, waits: bool) -> bool:
        # No pointer: undo may free the object while the job runs. Its number outlives that, and
        # a new name.
        self._object, self._number = "", 0
        if self._for_object:
            self._object, self._number = context.object.name, context.object.session_uid
        try:
            self._job = self._begin(context, waits)
        except UnderstudyError as exc:
            refuse(self, context, exc)
            return False
        return True

    def _show(self, context: bpy.types.Context) -> None:
        run, job = context.window_manager.understudy, self._job
        if not run.title:
            self._begun = time.monotonic()
        percent, message = int(100 * job.progress), job.message or "Starting"
        if run.title:
            same = (int(100 * run.progress), run.message) == (percent, message)
            # Setting these draws the window again, which may take longer than the work's steps.
            if same or time.monotonic() - self._shown < _SHOW_S:
                return
        self._shown = time.monotonic()
        run.title, run.progress, run.message = self.bl_label, job.progress, message
        run.stage, run.left = self.stage, time_left(job.progress, self._shown - self._begun)
        context.window_manager.progress_update(percent)
        translated = bpy.app.translations.pgettext_iface
        label = translated(self.bl_label, "Operator")
        hint = (f"{label}: {percent} %", run.left, translated("Esc: Cancel"))
        context.workspace.status_text_set("  |  ".join(filter(None, hint)))
        redraw_sidebars(context)

    def _finish(self, context: bpy.types.Context) -> set[str]:
        try:
            result = self._job.result()
            things = (*bpy.data.objects, *bpy.data.scenes)
            obj = next((o for o in things if o.session_uid == self._number), None)
            if obj is None and self._object:
                raise RigError(f"{self._object} was removed meanwhile: nothing was written")
            report, text = self._write(obj, result)
        except UnderstudyError as exc:  # a bug is no UnderstudyError: let it raise
            return refuse(self, context, exc)
        try:
            self._after(report)
        except UnderstudyError as exc:
            blame(self, report, exc)
        return say_done(self, context, report, text)

    def _close(self, context: bpy.types.Context) -> None:
        wm = context.window_manager
        wm.event_timer_remove(self._timer)
        wm.progress_end()
        for workspace in bpy.data.workspaces:  # another may be shown than when it began
            workspace.status_text_set(None)
        run = wm.understudy
        run.title = run.message = run.left = ""
        run.progress, run.cancelling = 0.0, False
        redraw_sidebars(context)


class StageOperator(JobOperator):
    """Mixed into an operator that carries out a stage's work, with the studio's hooks around it.

    The operator gives `_read`, which reads what the work needs.
    """

    def _read(self, context: bpy.types.Context) -> object:
        """Return the `addon.work.Work`; nothing is changed yet."""
        raise NotImplementedError

    def _is_quick(self) -> bool:
        """Tell whether the work is done sooner than a worker process would start."""
        return False

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        self._work, self._limit = self._read(context), hook_limit(waits)
        owner = self._work.owner
        self._object, self._number = owner.name, owner.session_uid
        self._work.before(self._limit)
        here = waits or self._is_quick()
        job = self._work.start(in_process=here or None)
        while here and not job.poll():
            pass
        return job

    def _write(self, obj: bpy.types.ID, result: tuple) -> tuple[dict, str]:
        from ..addon import reports

        self._work.owner = obj  # as it is now: undo may have freed what was read
        made = self._work.finish(obj, result)
        report = reports.whole(made, self._work.begun)
        return report, self._work.summary(report)

    def _after(self, report: dict) -> None:
        self._work.after(report, self._limit)


def hook_limit(waits: bool) -> float | None:
    """Return how long a hook may take; `waits`: nobody watches a window meanwhile."""
    from ..addon.pipeline import hooks

    return None if waits or bpy.app.background else hooks.window_limit_s()
