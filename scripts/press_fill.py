"""Press Fill In-betweens in a real Blender window, and undo it. Run by test_blender.py.

    blender-gui --factory-startup --python scripts/press_fill.py

PRESS_SAVE  a .blend to save while the live preview runs

Fills and undoes it once; accepts a live preview and undoes it once; cancels one; saves during one
and looks whether the ledger knows its keys. Prints one line of JSON after "PRESSED" and ends with
0, or with 1 and a line saying what went wrong.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))

import press_button as window  # noqa: E402

FRAMES = (1, 2, 3, 4, 20)


def build() -> None:
    """Make a rig of three bones, keyed on some frames."""
    rig = bpy.data.objects.new("Human", bpy.data.armatures.new("Human"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(3):
        bone = rig.data.edit_bones.new(f"bone{i}")
        bone.head, bone.tail = (0, 0, i), (0, 0.1, i + 1)
        if i:
            bone.parent = rig.data.edit_bones[f"bone{i - 1}"]
    bpy.ops.object.mode_set(mode="OBJECT")
    for i, bone in enumerate(rig.pose.bones):
        for frame in FRAMES:
            bone.rotation_quaternion = (1.0, 0.05 * (i + 1) * frame, 0.02 * frame, 0.0)
            bone.keyframe_insert("rotation_quaternion", frame=frame)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = FRAMES[0], FRAMES[-1]
    scene.understudy.inbetween.method = "plain"


def keys() -> dict[tuple[str, int], list[tuple[float, float, float, float]]]:
    """Return every key's frame, value and handles, by channel."""
    action = window.rig().animation_data.action
    bags = [b for layer in action.layers for s in layer.strips for b in s.channelbags]
    return {
        (c.data_path, c.array_index): [
            (*k.co, k.handle_left[1], k.handle_right[1]) for k in c.keyframe_points
        ]
        for bag in bags
        for c in bag.fcurves
    }


def count() -> int:
    """Return how many keys there are."""
    return sum(len(k) for k in keys().values())


def call(name: str, **given: object) -> set[str]:
    """Press a button of the sidebar; True, so that undo learns of it as it does of a press."""
    with bpy.context.temp_override(**window.window_context()):
        return getattr(bpy.ops.understudy, name)("INVOKE_DEFAULT", True, **given)


def undo() -> None:
    """Undo one step."""
    with bpy.context.temp_override(**window.window_context()):
        bpy.ops.ed.undo()


def previewing() -> bool:
    """Say whether the live preview runs."""
    return bool(bpy.context.window_manager.understudy.preview)


def preview(before: int) -> Iterator[None]:
    """Begin a live preview and wait until it shows something."""
    assert call("preview_inbetweens") == {"RUNNING_MODAL"}
    while count() == before:
        yield


def story() -> Iterator[None]:
    """Do it all, giving the window its time at every yield."""
    bpy.context.preferences.view.show_splash = False
    build()
    window.open_tab()
    bpy.ops.ed.undo_push(message="Before")
    yield
    mine, before = keys(), count()
    call("fill_inbetweens")
    while window.running() or count() == before:
        yield
    facts = {"own": before, "filled": count()}
    yield
    undo()
    yield
    assert keys() == mine, "one undo did not take the in-betweens back"
    yield from preview(before)
    bpy.context.scene.understudy.inbetween.strength = 0.5
    yield
    call("end_preview", accept=True)
    while previewing():
        yield
    facts["accepted"] = count()
    assert count() > before, "accepting the preview left nothing"
    yield
    undo()
    yield
    assert keys() == mine, "one undo did not take the accepted preview back"
    yield from preview(before)
    call("end_preview", accept=False)
    while previewing():
        yield
    assert keys() == mine, "a cancelled preview left something"
    yield from preview(before)
    bpy.ops.wm.save_as_mainfile(filepath=os.environ["PRESS_SAVE"])
    while previewing():
        yield
    facts["saved"], action = count(), window.rig().animation_data.action
    assert count() > before, "saving during the preview lost its keys"
    facts["ledger"] = bool([k for k in action.keys() if "understudy" in k])
    assert facts["ledger"], "the ledger does not know the keys that were saved"
    sys.stdout.write("PRESSED " + json.dumps(facts) + "\n")


if __name__ == "__main__":
    window.play(story())
