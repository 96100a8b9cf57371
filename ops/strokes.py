"""Strokes: drawn under the keys of the Dope Sheet and the Timeline, or set from the panel."""

from __future__ import annotations

import bpy

from ..addon.translations import say
from .face import RemoveRow

_REACH = 6  # pixels within which an end is taken hold of
_HINT = (
    "Draw in the band under the keys: up is more, down is less. Shift: level, Ctrl: draw over a "
    "stroke, X: remove, Esc: end"
)
_OVER, _UNDER = 1.2, 1.0  # half heights about the middle in which the band takes the mouse


def redraw(context: bpy.types.Context) -> None:
    """Draw the timelines anew."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("DOPESHEET_EDITOR", "VIEW_3D"):
                area.tag_redraw()


class UNDERSTUDY_OT_draw_face_strokes(bpy.types.Operator):
    bl_idname = "understudy.draw_face_strokes"
    bl_label = "Draw Strokes"
    bl_description = (
        "Draw with the mouse, in the band under the keys of the Timeline or the Dope Sheet, where "
        "the face is stronger, quicker, or held. Press again, or Esc over the band, to end"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.invoke(context, None)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event | None) -> set[str]:
        run = context.window_manager.understudy
        if run.face_strokes or bpy.app.background:  # no mouse is ever there
            run.face_strokes = False
            redraw(context)
            return {"FINISHED"}
        run.face_strokes = True
        self._gesture = None
        context.window_manager.modal_handler_add(self)
        context.workspace.status_text_set(bpy.app.translations.pgettext_tip(_HINT))
        redraw(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not context.window_manager.understudy.face_strokes:
            return self._end(context)
        if self._gesture is not None:
            return self._follow(context, event)
        place = self._place(context, event)
        if place is None or event.value != "PRESS":
            return {"PASS_THROUGH"}
        if event.type == "LEFTMOUSE":
            self._press(context, event, place)
        elif event.type in ("X", "DEL"):
            bpy.ops.understudy.remove_face_stroke()
            redraw(context)
        elif event.type == "ESC":
            return self._end(context)
        else:
            return {"PASS_THROUGH"}
        return {"RUNNING_MODAL"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender's call when a file is loaded or the window is closed."""
        self._end(context)

    def _place(self, context: bpy.types.Context, event: bpy.types.Event) -> tuple | None:
        """Return (region, frame, height) under the mouse, where that is a band."""
        from ..addon.strokedraw import band

        for area in context.window.screen.areas:
            if area.type != "DOPESHEET_EDITOR":
                continue
            for region in area.regions:
                x, y = event.mouse_x - region.x, event.mouse_y - region.y
                inside = 0 <= x < region.width and 0 <= y < region.height
                if region.type == "WINDOW" and inside:
                    middle, half = band(region, context.preferences.system.ui_scale)
                    height = (y - middle) / half
                    if -_UNDER <= height <= _OVER:
                        return region, region.view2d.region_to_view(x, y)[0], height
        return None

    def _press(self, context: bpy.types.Context, event: bpy.types.Event, place: tuple) -> None:
        from ..addon.strokes import Gesture

        self._region, frame, height = place
        x = event.mouse_x - self._region.x
        view = self._region.view2d
        reach = _REACH * context.preferences.system.ui_scale
        frames = abs(view.region_to_view(x + reach, 0)[0] - view.region_to_view(x, 0)[0])
        settings = context.scene.understudy.face
        self._gesture = Gesture(settings, frame, height, frames, draw=event.ctrl)

    def _follow(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..addon.strokedraw import band

        if event.type == "ESC":
            self._gesture.cancel()
            self._gesture = None
        elif event.type == "MOUSEMOVE":
            middle, half = band(self._region, context.preferences.system.ui_scale)
            x, y = event.mouse_x - self._region.x, event.mouse_y - self._region.y
            frame = self._region.view2d.region_to_view(x, y)[0]
            self._gesture.drag(frame, (y - middle) / half, level=event.shift)
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE":
            if self._gesture.end():
                bpy.ops.ed.undo_push(message=self.bl_label)
            self._gesture = None
        redraw(context)
        return {"RUNNING_MODAL"}

    def _end(self, context: bpy.types.Context) -> set[str]:
        if getattr(self, "_gesture", None) is not None:
            self._gesture.cancel()
            self._gesture = None
        context.window_manager.understudy.face_strokes = False
        context.workspace.status_text_set(None)
        redraw(context)
        return {"FINISHED"}


class UNDERSTUDY_OT_add_face_stroke(bpy.types.Operator):
    bl_idname = "understudy.add_face_stroke"
    bl_label = "Add Stroke"
    bl_description = (
        "Add a level stroke of the chosen kind and region: over the preview range where one is "
        "set, else a second from the current frame on"
    )
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = context.scene
        settings = scene.understudy.face
        row = settings.strokes.add()
        row.kind, row.region = settings.stroke_kind, settings.stroke_region
        row.amount = 1.0 if row.kind == "hold" else 1.5
        row.start = scene.frame_current
        row.end = scene.frame_current + round(scene.render.fps / scene.render.fps_base)
        if scene.use_preview_range:
            row.start, row.end = scene.frame_preview_start, scene.frame_preview_end
        settings.active_stroke = len(settings.strokes) - 1
        redraw(context)
        return {"FINISHED"}


class UNDERSTUDY_OT_remove_face_stroke(RemoveRow, bpy.types.Operator):
    bl_idname = "understudy.remove_face_stroke"
    bl_label = "Remove Stroke"
    bl_description = "Remove the chosen stroke; Apply Edits then writes the motion without it"
    _rows, _active = "strokes", "active_stroke"


class UNDERSTUDY_OT_clear_face_strokes(bpy.types.Operator):
    bl_idname = "understudy.clear_face_strokes"
    bl_label = "Clear Strokes"
    bl_description = "Remove every stroke; Apply Edits then writes the motion without them"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(context.scene.understudy.face.strokes):
            cls.poll_message_set(say("There is no stroke"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.understudy.face.strokes.clear()
        context.scene.understudy.face.active_stroke = 0
        redraw(context)
        return {"FINISHED"}


CLASSES = (
    UNDERSTUDY_OT_draw_face_strokes,
    UNDERSTUDY_OT_add_face_stroke,
    UNDERSTUDY_OT_remove_face_stroke,
    UNDERSTUDY_OT_clear_face_strokes,
)
