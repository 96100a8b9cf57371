"""Takes of the active object: kept, shown, compared, accepted and discarded.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import bpy

from ..addon.about import TAKE
from ..addon.props import animated
from ..addon.translations import say
from ..ml.errors import UnderstudyError
from .base import is_idle
from .quick import QuickOperator


class _OnTakes(QuickOperator):
    """What the operators share: they act on the active object, and say why where they cannot."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not is_idle(cls, context):
            return False
        owner = animated(context.object)
        if owner is None or owner.animation_data is None or owner.animation_data.action is None:
            cls.poll_message_set(say("Select an object with an action"))
            return False
        return True


class UNDERSTUDY_OT_keep_take(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.keep_take"
    bl_label = "Keep as Take"
    bl_description = (
        "Keep the animation of the selected objects as it is now beside the next attempts, to "
        "compare them and choose"
    )

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        objects = {o.name: o for o in (context.object, *context.selected_objects)}
        owners = [animated(obj) for obj in objects.values()]
        owners = [o for o in owners if o.animation_data and o.animation_data.action]
        for other in owners:  # all of them before the first is kept
            takes.check(other)
        kept = [takes.keep(other).name for other in owners]
        return f"Kept as {kept[0]}" + (f", and {len(kept) - 1} more" if len(kept) > 1 else "")


class UNDERSTUDY_OT_show_take(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.show_take"
    bl_label = "Show Take"
    bl_description = "Let the object play this take; nothing is lost of the others"

    name: bpy.props.StringProperty(
        name="Take",
        description="Name of the action that is the take",
        default="",
    )

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        owner = animated(context.object)
        action = bpy.data.actions.get(self.name)
        if action is None:
            raise UnderstudyError(f"There is no take {self.name!r}: choose one from the list")
        context.window_manager.understudy.other_take = owner.animation_data.action.name
        takes.show(owner, action)
        return f"{owner.name} plays {action.name}"


def _other(context: bpy.types.Context) -> bpy.types.Action | None:
    """Return the take that was shown before, else the newest that is not shown; None for none."""
    owner = animated(context.object)
    shown = owner.animation_data.action
    others = [a for a in bpy.data.actions if a.get(TAKE) == owner.name and a != shown]
    before = bpy.data.actions.get(context.window_manager.understudy.other_take)
    return before if before in others else max(others, key=lambda a: a.name, default=None)


class UNDERSTUDY_OT_reroll_take(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.reroll_take"
    bl_label = "Re-roll In-betweens"
    bl_description = (
        "Keep what is there as a take, and fill the in-betweens anew as the next variant"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and bpy.ops.understudy.fill_inbetweens.poll()

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        owner = animated(context.object)
        kept = takes.keep(owner)
        context.scene.understudy.inbetween.variant += 1
        try:
            bpy.ops.understudy.fill_inbetweens()
        except RuntimeError as exc:  # how bpy.ops says what went wrong
            takes.discard(owner, kept)
            context.scene.understudy.inbetween.variant -= 1
            raise UnderstudyError(str(exc).removeprefix("Error: ").strip()) from exc
        return f"{kept.name} is kept; this is variant {context.scene.understudy.inbetween.variant}"


class UNDERSTUDY_OT_compare_takes(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.compare_takes"
    bl_label = "Compare A/B"
    bl_description = "Change between the take that is shown and the one shown before it"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if _other(context) is None:
            cls.poll_message_set(say("Keep a take first, to compare with"))
            return False
        return True

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        owner = animated(context.object)
        run = context.window_manager.understudy
        other = _other(context)
        run.other_take = owner.animation_data.action.name
        takes.show(owner, other)
        return f"{owner.name} plays {other.name}"


class UNDERSTUDY_OT_accept_take(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.accept_take"
    bl_label = "Accept Take"
    bl_description = "Go on with the take that is shown, and discard the others"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        owner = animated(context.object)
        return f"Accepted; {takes.accept(owner)} other takes discarded"


class UNDERSTUDY_OT_discard_take(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.discard_take"
    bl_label = "Discard Take"
    bl_description = "Remove this take; the one that is shown cannot be removed"

    name: bpy.props.StringProperty(
        name="Take",
        description="Name of the action that is the take",
        default="",
    )

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        owner = animated(context.object)
        action = bpy.data.actions.get(self.name)
        if action is None or action.get(TAKE) != owner.name:
            raise UnderstudyError(f"There is no take {self.name!r} of {owner.name}")
        takes.discard(owner, action)
        return f"Discarded {self.name}"


class UNDERSTUDY_OT_takes_to_nla(_OnTakes, bpy.types.Operator):
    bl_idname = "understudy.takes_to_nla"
    bl_label = "Takes to NLA"
    bl_description = "Lay each take on a muted track of the NLA editor, to mix them there"

    def work(self, context: bpy.types.Context) -> str:
        from ..addon import takes

        owner = animated(context.object)
        return f"{takes.to_nla(owner)} takes laid on muted tracks"


CLASSES = (
    UNDERSTUDY_OT_keep_take,
    UNDERSTUDY_OT_show_take,
    UNDERSTUDY_OT_reroll_take,
    UNDERSTUDY_OT_compare_takes,
    UNDERSTUDY_OT_accept_take,
    UNDERSTUDY_OT_discard_take,
    UNDERSTUDY_OT_takes_to_nla,
)
