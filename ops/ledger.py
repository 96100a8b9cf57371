"""What was generated: reported, and taken away again.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import json

import bpy

from ..addon.about import LEDGER
from ..ml.errors import UnderstudyError

TEXT = "AI use statement"


class _Animated:
    """What the operators on an action's generated keys share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        data = context.object.animation_data if context.object else None
        action = data.action if data else None
        if action is None:
            cls.poll_message_set("Select an object with an action")
            return False
        if LEDGER not in action:
            cls.poll_message_set("The action of this object holds no generated keys")
            return False
        return True


class UNDERSTUDY_OT_report_ledger(_Animated, bpy.types.Operator):
    bl_idname = "understudy.report_ledger"
    bl_label = "Report Generated Keys"
    bl_description = (
        "Write down, as a text in this file, which keys were generated, edited, retimed or made "
        "by hand, and by what"
    )
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import ledger

        record = ledger.report(context.object.animation_data.action)
        text = bpy.data.texts.get(TEXT) or bpy.data.texts.new(TEXT)
        text.clear()
        text.write(record["statement"] + "\n\n" + json.dumps(record, indent=2) + "\n")
        keys = record["keys"]
        self.report(
            {"INFO"},
            f"{keys['ai']} keys as generated, {keys['edited'] + keys['retimed']} changed since, "
            f"{keys['human']} by hand: see the text {TEXT!r}",
        )
        return {"FINISHED"}


class UNDERSTUDY_OT_clear_generated(_Animated, bpy.types.Operator):
    bl_idname = "understudy.clear_generated"
    bl_label = "Remove Generated Keys"
    bl_description = "Remove the generated keys of this object that nobody has changed"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import fcurves

        try:
            count = fcurves.clear_take(context.object)
        except UnderstudyError as exc:
            self.report({"ERROR"}, str(exc))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{count} generated keys removed")
        return {"FINISHED"}


CLASSES = (UNDERSTUDY_OT_report_ledger, UNDERSTUDY_OT_clear_generated)
