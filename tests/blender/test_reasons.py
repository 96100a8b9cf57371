"""A button that cannot be pressed says why, in every state of the scene."""

from __future__ import annotations

import bpy
import pytest

NOT_SHOWN = {"cancel", "end_preview", "release_part"}
"""Buttons that are only there while they can be pressed."""


def _nothing() -> None:
    bpy.context.view_layer.objects.active = None


def _bare_rig() -> bpy.types.Object:
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.context.view_layer.update()
    return rig


def _bare_head() -> None:
    head = bpy.data.objects.new("Head", bpy.data.meshes.new("Head"))
    bpy.context.scene.collection.objects.link(head)
    bpy.context.view_layer.objects.active = head
    head.select_set(True)


def _pose_mode() -> None:
    _bare_rig()
    bpy.ops.object.mode_set(mode="POSE")


def _at_work() -> None:
    _bare_rig()
    bpy.context.window_manager.understudy.title = "Block from Video"


def _previewing() -> None:
    _bare_rig()
    bpy.context.window_manager.understudy.preview = "LIVE"


STATES = (_nothing, _bare_rig, _bare_head, _pose_mode, _at_work, _previewing)


def reason(name: str) -> str | None:
    """Return why an operator cannot be used now; None where it can."""
    operator = getattr(bpy.ops.understudy, name)
    if operator.poll():
        return None
    with pytest.raises(RuntimeError) as refused:
        operator()
    return str(refused.value).split(".poll() ")[-1].strip()


@pytest.mark.parametrize("state", STATES, ids=lambda s: s.__name__.strip("_"))
def test_a_button_that_cannot_be_pressed_says_why(state):
    state()
    run = bpy.context.window_manager.understudy
    try:
        reasons = {name: reason(name) for name in sorted(dir(bpy.ops.understudy))}
    finally:
        run.title = run.preview = ""
        if bpy.context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
    grey = {name: why for name, why in reasons.items() if why is not None}
    assert grey
    silent = [n for n, why in grey.items() if "context is incorrect" in why and n not in NOT_SHOWN]
    assert not silent
