"""Fill In-betweens, and its live preview.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import contextlib
import time

import bpy

from ..addon.fillprops import UnderstudyInbetween
from ..addon.operations.arguments import Argument, properties_of
from ..addon.translations import say
from ..ml.errors import Cancelled, RigError, UnderstudyError
from .base import JobOperator, blame, hook_limit, is_idle, redraw_sidebars, refuse, say_done

_PREVIEW_S = 0.04
_QUICK = 40_000  # bones times frames: less is done at once, without a worker process


def _can_fill(cls: type, context: bpy.types.Context) -> bool:
    if not is_idle(cls, context):
        return False
    if context.object is None or context.object.type != "ARMATURE":
        cls.poll_message_set(say("Select a rig: an armature"))
        return False
    rigs = [obj for obj in (context.object, *context.selected_objects) if obj.type == "ARMATURE"]
    if not any(rig.animation_data and rig.animation_data.action for rig in rigs):
        cls.poll_message_set(say("Key at least two poses first"))
        return False
    return True


_ADJUSTED = (
    "strength",
    "contact_hold",
    "smoothness",
    "variant",
    "density",
    "tolerance",
    "tolerance_size",
    "align",
    "method",
)
"""Settings that can be changed after a fill, in the redo panel (F9)."""

_PROPERTIES = properties_of(UnderstudyInbetween)


class UNDERSTUDY_OT_fill_inbetweens(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.fill_inbetweens"
    bl_label = "Fill In-betweens"
    bl_description = (
        "Add generated keys between the poses you have keyed, on the selected bones in Pose Mode, "
        "else on every keyed bone, of every selected rig. Your own keys stay as they are"
    )
    bl_options = {"REGISTER", "UNDO"}
    stage = "inbetween"
    __annotations__ = {name: Argument(name, _PROPERTIES[name]).declared() for name in _ADJUSTED}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_fill(cls, context)

    def draw(self, _context: bpy.types.Context) -> None:
        """Show the settings in the redo panel."""
        col = self.layout
        col.use_property_split, col.use_property_decorate = True, False
        for name in _ADJUSTED:
            col.prop(self, name)

    def _share_settings(self, context: bpy.types.Context) -> None:
        """Let the panel and the redo panel show the same: what was given counts in both."""
        settings = context.scene.understudy.inbetween
        for name in _ADJUSTED:
            if self.properties.is_property_set(name):
                setattr(settings, name, getattr(self, name))
            else:
                setattr(self, name, getattr(settings, name))

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import inbetween, jobs, work

        self._share_settings(context)
        asked, self._left_out = inbetween.request_all(context, inbetween.options_from(context))
        self._works = [
            (rig.session_uid, wanted, work.filling(rig, wanted)) for rig, wanted in asked
        ]
        self._limit = hook_limit(waits)
        for _uid, _wanted, doing in self._works:
            doing.before(self._limit)
        size = sum(wanted.arrays["values"].size for _rig, wanted in asked)
        here = waits or size < 4 * _QUICK

        def starter(doing: object) -> object:
            return lambda: doing.start(in_process=here or None)

        job = jobs.Jobs([starter(doing) for _uid, _wanted, doing in self._works])
        while here and not job.poll():
            pass
        return job

    def _write(self, _obj: bpy.types.Object, results: list) -> tuple[dict, str]:
        from ..addon import inbetween, reports

        there, done, self._made = {obj.session_uid: obj for obj in bpy.data.objects}, [], []
        for (uid, wanted, doing), result in zip(self._works, results, strict=True):
            if uid in there:  # else it was removed meanwhile
                doing.owner = there[uid]
                done.append((there[uid], wanted, result))
                self._made.append(doing)
        if not done:
            raise RigError("The rigs were removed meanwhile: nothing was written")
        self._reports = inbetween.finish_all(done)
        notes = [*self._left_out, *(note for r in self._reports for note in r["notes"])]
        report = reports.whole(self._reports[0] | {"notes": notes}, self._made[0].begun)
        return report, inbetween.summary_all(self._reports)

    def _after(self, report: dict) -> None:
        for doing, own in zip(self._made, self._reports, strict=True):
            doing.after(own, self._limit)
            if "studio" in own:
                report["studio"] = own["studio"]


class UNDERSTUDY_OT_preview_inbetweens(bpy.types.Operator):
    bl_idname = "understudy.preview_inbetweens"
    bl_label = "Live Preview"
    bl_description = (
        "Show the in-betweens while the sliders move and the timeline is scrubbed, until you "
        "accept or cancel them"
    )
    bl_options = {"UNDO"}
    stage = "inbetween"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_fill(cls, context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        from ..addon.fillpreview import Preview

        try:
            self._preview = Preview(context)
        except UnderstudyError as exc:
            return refuse(self, context, exc)
        try:
            self._preview.work().before(hook_limit(False))
        except UnderstudyError as exc:
            self._preview.close(context, accept=False)
            return refuse(self, context, exc)
        wm = context.window_manager
        wm.understudy.preview = "LIVE"
        self._timer = wm.event_timer_add(_PREVIEW_S, window=context.window)
        wm.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..addon import inbetween

        run = context.window_manager.understudy
        undo = event.type == "Z" and (event.ctrl or event.oskey)
        if (event.type == "ESC" or undo) and event.value == "PRESS":
            run.preview = "CANCEL"
            return {"RUNNING_MODAL"}  # and nothing else is undone
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            if run.preview == "LIVE" and not self._preview.ended:
                started = time.perf_counter()
                if self._preview.refresh(context):
                    run.preview_text = f"{1000 * (time.perf_counter() - started):.0f} ms"
                    redraw_sidebars(context)
                return {"RUNNING_MODAL"}
            accepted = run.preview == "ACCEPT"
            self._close(context)
            report = self._preview.close(context, accept=accepted)
        except UnderstudyError as exc:
            self._end(context)
            return refuse(self, context, exc)
        if report is None:
            cancelled = Cancelled("Preview cancelled: your curves are as they were")
            return refuse(self, context, cancelled)
        try:
            self._preview.work().after(report, hook_limit(False))
        except UnderstudyError as exc:
            blame(self, report, exc)
        return say_done(self, context, report, inbetween.summary(report))

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender's call when a file is loaded or the window is closed."""
        self._end(context)

    def _end(self, context: bpy.types.Context) -> None:
        self._close(context)
        with contextlib.suppress(UnderstudyError):  # the rig was removed: nothing to put back
            self._preview.close(context, accept=False)

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


CLASSES = (
    UNDERSTUDY_OT_fill_inbetweens,
    UNDERSTUDY_OT_preview_inbetweens,
    UNDERSTUDY_OT_end_preview,
)
