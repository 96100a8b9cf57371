"""What was generated: reported, and taken away again.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import json

import bpy

from ..addon.about import LEDGER
from ..addon.props import chosen_owners
from ..addon.translations import say
from .quick import QuickOperator

TEXT = "AI use statement"


def _generated(context: bpy.types.Context) -> list[bpy.types.ID]:
    """Return the selected objects and shape keys whose action holds generated keys."""
    return [o for o in chosen_owners(context) if LEDGER in o.animation_data.action]


class _Animated(QuickOperator):
    """What the operators on generated keys share: they act on every selected object."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not chosen_owners(context):
            cls.poll_message_set(say("Select an object with an action"))
            return False
        if not _generated(context):
            cls.poll_message_set(say("The action of this object holds no generated keys"))
            return False
        return True


class UNDERSTUDY_OT_report_ledger(_Animated, bpy.types.Operator):
    bl_idname = "understudy.report_ledger"
    bl_label = "Report Generated Keys"
    bl_description = (
        "Write down, as a text in this file, which keys of the selected objects were generated, "
        "edited, retimed or made by hand, and by what"
    )

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import ledger

        actions = {o.animation_data.action: None for o in _generated(context)}
        records = [ledger.report(action) for action in actions]
        text = bpy.data.texts.get(TEXT) or bpy.data.texts.new(TEXT)
        text.clear()
        for record in records:
            text.write(record["statement"] + "\n\n" + json.dumps(record, indent=2) + "\n\n")
        keys = {k: sum(record["keys"][k] for record in records) for k in records[0]["keys"]}
        return (
            f"{keys['ai']} keys as generated, {keys['edited'] + keys['retimed']} changed since, "
            f"{keys['human']} by hand: see the text {TEXT!r}"
        )


class UNDERSTUDY_OT_clear_generated(_Animated, bpy.types.Operator):
    bl_idname = "understudy.clear_generated"
    bl_label = "Remove Generated Keys"
    bl_description = "Remove the generated keys of the selected objects that nobody has changed"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import checks, fcurves

        owners = _generated(context)
        for owner in owners:  # all of them before the first is changed
            checks.check_owner(owner)
            checks.check_action(owner)
        return f"{sum(fcurves.clear_take(owner) for owner in owners)} generated keys removed"


CLASSES = (UNDERSTUDY_OT_report_ledger, UNDERSTUDY_OT_clear_generated)
