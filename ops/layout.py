"""Layout: propose variants from words, use one, lock things, keep a storyboard.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ..addon import layoutprops
from ..addon.translations import say
from ..ml.errors import UnderstudyError
from .base import JobOperator, blame, hook_limit, is_idle, redraw_sidebars, refuse, relay, say_done
from .quick import QuickOperator


def _is_free(cls: type, context: bpy.types.Context) -> bool:
    if not is_idle(cls, context):
        return False
    if context.mode != "OBJECT":
        cls.poll_message_set(say("Leave edit or pose mode first"))
        return False
    return True


def _has_layout(cls: type, context: bpy.types.Context) -> bool:
    from ..addon import scene

    if scene.root_of(context.scene) is None:
        cls.poll_message_set(say("This scene has no layout: use one first"))
        return False
    return True


class UNDERSTUDY_OT_propose_layouts(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.propose_layouts"
    bl_label = "Propose Layouts"
    bl_description = "Turn the words into several layouts to choose from; the scene stays as it is"
    bl_options = {"INTERNAL"}
    stage = "layout"
    _for_object = False

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not context.scene.understudy.layout.prompt.strip():
            cls.poll_message_set(say("Say what place it should be"))
            return False
        return _is_free(cls, context)

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import jobs, layout

        options = layout.options_from(context)
        self._asked = layout.request(context.scene, options)
        return jobs.start(layout.TASK, self._asked.params, {}, in_process=waits or None)

    def _write(self, _obj: bpy.types.Object, result: tuple) -> tuple[dict, str]:
        from ..addon import layoutviews

        meta, arrays = result
        run = bpy.context.window_manager.understudy
        icons = layoutviews.show(arrays["pictures"])
        run.layouts.clear()
        for packed, icon in zip(meta["layouts"], icons, strict=True):
            variant = run.layouts.add()
            variant.data, variant.picture = json.dumps(packed), icon
        made = {k: v for k, v in meta.items() if k != "layouts"}
        run.layouts_made = json.dumps({"params": self._asked.params, "meta": made})
        redraw_sidebars(bpy.context)
        notes = [*self._asked.notes, *meta["notes"]]
        report = {"notes": notes, "provider": meta.get("provider", "")}
        return report, say("{count} layouts: choose one", count=len(meta["layouts"]))


class UNDERSTUDY_OT_reroll_layouts(bpy.types.Operator):
    bl_idname = "understudy.reroll_layouts"
    bl_label = "Re-roll"
    bl_description = "Propose other layouts for the same words, by the next seed"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return UNDERSTUDY_OT_propose_layouts.poll(context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return self._propose(context, "INVOKE_DEFAULT")

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self._propose(context, "EXEC_DEFAULT")

    def _propose(self, context: bpy.types.Context, how: str) -> set[str]:
        context.scene.understudy.layout.seed += 1
        try:
            bpy.ops.understudy.propose_layouts(how)
        except RuntimeError as exc:
            return relay(self, exc)
        return {"FINISHED"}


class UNDERSTUDY_OT_keep_part(bpy.types.Operator):
    bl_idname = "understudy.keep_part"
    bl_label = "Keep"
    bl_description = "Keep a zone, or another part, of this proposal for the next proposals"
    bl_options = {"INTERNAL"}

    number: IntProperty(
        name="Number",
        description="Which of the proposed layouts, from 1",
        default=1,
        min=1,
    )
    part: EnumProperty(
        name="Part",
        description="What of it is kept",
        items=layoutprops.KEPT_PARTS,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return UNDERSTUDY_OT_use_layout.poll(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        run = context.window_manager.understudy
        if self.number > len(run.layouts):
            self.report({"ERROR"}, f"There are only {len(run.layouts)} layouts to choose")
            return {"CANCELLED"}
        same = next((k for k in run.layout_kept if k.part == self.part), None)
        kept = same or run.layout_kept.add()
        kept.part, kept.number = self.part, self.number
        kept.data = run.layouts[self.number - 1].data
        redraw_sidebars(context)
        return {"FINISHED"}


class UNDERSTUDY_OT_release_part(bpy.types.Operator):
    bl_idname = "understudy.release_part"
    bl_label = "Let Go"
    bl_description = "Let this part be made anew by the next proposals"
    bl_options = {"INTERNAL"}

    index: IntProperty(
        name="Index",
        description="Which of the kept parts, from 0; -1 lets all go",
        default=-1,
        min=-1,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(len(context.window_manager.understudy.layout_kept))

    def execute(self, context: bpy.types.Context) -> set[str]:
        kept = context.window_manager.understudy.layout_kept
        if self.index < 0:
            kept.clear()
        elif self.index < len(kept):
            kept.remove(self.index)
        redraw_sidebars(context)
        return {"FINISHED"}


class UNDERSTUDY_OT_use_layout(bpy.types.Operator):
    bl_idname = "understudy.use_layout"
    bl_label = "Use Layout"
    bl_description = (
        "Put this layout into the scene, in the place of an earlier one. What you moved or locked "
        "stays, and so does everything of your own"
    )
    bl_options = {"REGISTER", "UNDO"}
    stage = "layout"

    number: IntProperty(
        name="Number",
        description="Which of the proposed layouts, from 1",
        default=1,
        min=1,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(context.window_manager.understudy.layouts):
            cls.poll_message_set(say("Propose layouts first"))
            return False
        return _is_free(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import layout, reports
        from ..addon.pipeline import hooks

        run, settings = context.window_manager.understudy, context.scene.understudy.layout
        begun, limit = time.monotonic(), hook_limit(False)
        made = json.loads(run.layouts_made)
        meta = made["meta"] | {"layouts": [json.loads(v.data) for v in run.layouts]}
        try:
            asked = layout.request(context.scene, layout.options_from(context))
            asked.params = made["params"]
            parts = {}
            if settings.lights_of:
                parts |= dict.fromkeys(("lights", "atmosphere"), settings.lights_of - 1)
            if settings.colours_of:
                parts["palette"] = settings.colours_of - 1
            pick = self.number - 1
            if pick >= len(meta["layouts"]):
                raise UnderstudyError(f"There are only {len(meta['layouts'])} layouts to choose")
            mixed = layout.mix(meta, pick, parts)
            event = hooks.Event(layout.STAGE, context.scene, asked.params)
            hooks.run("pre", event, limit)
            made = layout.finish(context.scene, asked, meta, pick, mixed)
        except UnderstudyError as exc:
            return refuse(self, context, exc)
        event.report = report = reports.whole(made, begun)
        try:
            hooks.run("post", event, limit)
        except UnderstudyError as exc:
            blame(self, report, exc)
        return say_done(self, context, report, layout.summary(report))


class UNDERSTUDY_OT_lock_items(bpy.types.Operator):
    bl_idname = "understudy.lock_items"
    bl_label = "Lock"
    bl_description = "Keep the selected things of the layout as they are when it is made anew"
    bl_options = {"REGISTER", "UNDO"}

    lock: BoolProperty(
        name="Lock",
        description="Lock the things, else let them go again",
        default=True,
    )
    zone: BoolProperty(
        name="Whole Zone",
        description="Also everything else in the part of the place where they stand",
        default=False,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        from ..addon.surfaces import ITEM

        if not any(ITEM in obj for obj in context.selected_objects):
            cls.poll_message_set(say("Select things of a layout"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import scene

        count = scene.lock(context.scene, list(context.selected_objects), self.lock, self.zone)
        self.report({"INFO"}, f"{count} things {'locked' if self.lock else 'let go'}")
        return {"FINISHED"}


class UNDERSTUDY_OT_remove_layout(bpy.types.Operator):
    bl_idname = "understudy.remove_layout"
    bl_label = "Remove Layout"
    bl_description = "Remove what the layout made. What you moved, locked or added stays"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _has_layout(cls, context) and _is_free(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import scene

        count = scene.remove(context.scene)
        if not count:
            self.report({"WARNING"}, "This scene has no layout")
            return {"CANCELLED"}
        self.report({"INFO"}, f"{count} objects removed")
        return {"FINISHED"}


class UNDERSTUDY_OT_save_storyboard(ExportHelper, QuickOperator, bpy.types.Operator):
    bl_idname = "understudy.save_storyboard"
    bl_label = "Save Storyboard"
    bl_description = "Write a sheet with a picture of each shot, its lens, move and duration"
    bl_options = {"INTERNAL"}
    filename_ext = ".png"

    filter_glob: StringProperty(
        name="Filter",
        description="Which files are shown",
        default="*.png;*.jpg",
        options={"HIDDEN"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _has_layout(cls, context)

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import layout, scene

        now = scene.stored(context.scene)
        if now is None:
            raise UnderstudyError("This scene has no layout: use one first")
        layout.save_picture(Path(self.filepath), layout.board(now, context.scene))
        return f"Storyboard saved: {self.filepath}"


CLASSES = (
    UNDERSTUDY_OT_propose_layouts,
    UNDERSTUDY_OT_reroll_layouts,
    UNDERSTUDY_OT_keep_part,
    UNDERSTUDY_OT_release_part,
    UNDERSTUDY_OT_use_layout,
    UNDERSTUDY_OT_lock_items,
    UNDERSTUDY_OT_remove_layout,
    UNDERSTUDY_OT_save_storyboard,
)
