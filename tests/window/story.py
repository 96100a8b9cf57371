"""What a person does with the extension in a real window. Run by run.py inside Blender.

WINDOW_OUT    folder for the pictures and facts.json
WINDOW_CLIP   the clip to block
WINDOW_SCALE  the interface's scale
WINDOW_STEPS  names of the steps to take, for whoever works on one; default: all

Each step is a function that yields while the window has time to work. Prints "WINDOW ok" and ends
with 0, or with 1 and what went wrong.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
import wave
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hands  # noqa: E402
from measures import drawing, memory, on_and_off  # noqa: E402
from player import play, say  # noqa: E402
from steps import (  # noqa: E402
    FACE,
    MODULE,
    OUT,
    Steps,
    changed,
    choose,
    face_keys,
    facts,
    head,
    key_count,
    no_worker_left,
    object_count,
    open_panel,
    pause,
    press_big_button,
    rig,
    run,
    search,
    undo_redo,
    until,
    work,
)

CLIPS, CLIP = os.path.split(os.environ["WINDOW_CLIP"])  # the folder is left out of the pictures
SAID = "Who was that?"
PIE = "UNDERSTUDY_MT_pie"
TICK_S = 0.05


def open_tab() -> Steps:
    """Open the sidebar with N, and click its tabs until the right one shows."""
    hands.point_at_view()
    yield from pause(0.5)
    if not hands.viewport()["area"].spaces.active.show_region_ui:
        hands.press("n")
    yield from until(lambda: hands.viewport()["area"].spaces.active.show_region_ui, "the sidebar")
    hands.draw()
    region, scale = hands.sidebar(), bpy.context.preferences.system.ui_scale
    steps = int(region.height / (14 * scale))
    for k in range(2, steps):
        if region.active_panel_category == hands.TAB:
            return
        hands.click(region.x + region.width - 9 * scale, region.y + region.height - 14 * scale * k)
        yield from pause(0.6)
    raise AssertionError("no click on the sidebar's tabs shows the extension's")


def example() -> Steps:
    """Open the example by its name in the search."""
    before = bpy.context.scene.name
    begun = time.monotonic()
    yield from search("Open Example")
    yield from until(lambda: "Understudy Example" in bpy.data.scenes, "the example's scene")
    yield from until(lambda: bpy.context.scene.name == "Understudy Example", "it is shown")
    facts["example_s"] = round(time.monotonic() - begun, 2)
    assert before in bpy.data.scenes
    hands.photograph(OUT / "example.png")


def fill_undo_redo() -> Steps:
    """Fill by a click, take it back, and bring it again."""
    hands.only("inbetween")
    bpy.ops.understudy.clear_generated()
    bpy.ops.ed.undo_push(message="Bare")
    bare = key_count()
    yield from press_big_button()
    yield from until(lambda: key_count() > bare and not run().title, "the in-betweens")
    hands.photograph(OUT / "filled.png")
    hands.point_at_view()
    yield from pause(0.5)
    before = hands.pixels()
    hands.press(hands.F9)
    yield from changed(before, "the redo panel opens")
    hands.photograph(OUT / "redo.png", anew=False)
    hands.press("Escape")
    yield from pause(0.5)
    yield from undo_redo(key_count, bare, "the in-betweens")


def fill_several() -> Steps:
    """Fill two rigs by one click, and take both back with one Ctrl Z."""
    choose(rig())
    bpy.ops.understudy.clear_generated()
    bpy.ops.object.duplicate()  # it is selected instead, with its own action
    twin = bpy.context.object.name
    rig().select_set(True)
    assert len(bpy.context.selected_objects) == 2

    def counts() -> tuple[int, int]:
        return key_count(), key_count(bpy.data.objects[twin])

    bpy.ops.ed.undo_push(message="Two bare rigs")
    bare = counts()
    yield from press_big_button()
    yield from until(lambda: not run().title and counts() != bare, "the in-betweens of both")
    assert min(counts()) > max(bare), f"not both were filled: {bare}, {counts()}"
    hands.photograph(OUT / "filled_two.png")
    yield from undo_redo(counts, bare, "the in-betweens of both rigs")
    bpy.data.objects.remove(bpy.data.objects[twin])
    choose(rig())


def pie() -> Steps:
    """Press the pie menu's shortcut: off at first; turned on, it shows the tools."""
    hands.point_at_view()
    yield from pause(0.5)
    user = bpy.context.window_manager.keyconfigs.user.keymaps["3D View"]
    item = next(i for i in user.keymap_items if getattr(i.properties, "name", "") == PIE)
    assert not item.active, "the shortcut is on without being asked"
    before = hands.settled()
    hands.press("ctrl+alt+u")
    yield from pause(1.0)
    same = hands.in_view(hands.settled()) == hands.in_view(before)
    assert same.all(), "the shortcut does something while it is off"
    item.active = True
    hands.press("ctrl+alt+u")
    yield from changed(before, "the pie menu opens")
    hands.photograph(OUT / "pie.png", anew=False)
    hands.press("Escape")
    yield from pause(0.5)
    item.active = False


def other_words() -> Steps:
    """Find a tool under the name that other programs give it."""
    bpy.ops.understudy.clear_generated()
    bare = key_count()
    yield from search("tween between")
    yield from until(lambda: key_count() > bare and not run().title, "the search fills")


def linked_rigs() -> Steps:
    """Try to fill a rig that is linked, which is refused, and then its library override."""
    path = str(OUT / "library.blend")
    bpy.data.libraries.write(path, {rig()}, fake_user=True)
    with bpy.data.libraries.load(path, link=True) as (_there, wanted):
        wanted.objects = [rig().name]
    linked = wanted.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    choose(linked)
    hands.only("inbetween")
    yield from press_big_button()
    yield from until(lambda: "make a library override" in run().outcome, "a sentence says why not")
    hands.point_at_view()  # away from Blender's own message, which Escape closes
    yield from pause(1.0)
    hands.press("Escape")
    yield from pause(1.0)
    own = linked.override_create(remap_local_usages=True)
    own.override_library.is_system_override = False
    own.animation_data.action = linked.animation_data.action.copy()
    own.name = "Overridden"  # undo frees what is held by any other hand than its name
    choose(own)
    bpy.ops.understudy.clear_generated()
    bpy.ops.ed.undo_push(message="Overridden")

    def count() -> int:
        return key_count(bpy.data.objects["Overridden"])

    bare = count()
    yield from press_big_button()
    yield from until(lambda: count() > bare and not run().title, "the override is filled")
    yield from undo_redo(count, bare, "the in-betweens of an override")
    bpy.ops.wm.open_mainfile(filepath=str(OUT / "saved.blend"))
    yield from until(lambda: rig().library is None, "the file is as it was saved")


def fill_in_local_view() -> Steps:
    """Fill from a local view, and from another workspace."""
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.view3d.localview()
    space = hands.viewport()["area"].spaces.active
    yield from until(lambda: space.local_view is not None, "the local view")
    bpy.ops.understudy.clear_generated()
    bare = key_count()
    yield from press_big_button()
    yield from until(lambda: key_count() > bare and not run().title, "the in-betweens")
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.view3d.localview()
    yield from until(lambda: space.local_view is None, "the local view ends")
    window = bpy.context.window_manager.windows[0]
    before, window.workspace = window.workspace, bpy.data.workspaces["Animation"]
    yield from pause(1.0)
    with bpy.context.temp_override(**hands.viewport()):
        assert bpy.ops.understudy.fill_inbetweens("INVOKE_DEFAULT") == {"FINISHED"}
    hands.photograph(OUT / "workspace.png")
    window.workspace = before
    yield from pause(1.0)


def preview() -> Steps:
    """Start the live preview, change a slider, and cancel it with ESC."""
    before = key_count()
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.understudy.preview_inbetweens("INVOKE_DEFAULT")
    yield from until(lambda: run().preview_text, "the preview shows something")
    for strength in (0.2, 0.6, 1.0, 1.4):
        bpy.context.scene.understudy.inbetween.strength = strength
        yield from pause(0.4)
    facts["preview"] = run().preview_text
    hands.photograph(OUT / "preview.png")
    hands.point_at_view()
    yield from pause(0.4)
    hands.press("Escape")
    yield from until(lambda: not run().preview, "ESC ends the preview")
    assert key_count() == before, "a cancelled preview changed keys"


def block() -> Steps:
    """Block the clip on the example's rig."""
    hands.only("blocking")
    bpy.context.scene.understudy.video = CLIP
    yield from work(key_count, "blocking")


def perform() -> Steps:
    """Lay an actor's clip on the example's head."""
    hands.only("face")
    choose(head())
    bpy.context.scene.understudy.face.video = FACE
    yield from work(face_keys, "face")


def speak() -> Steps:
    """Let the head say a line that is spoken here and now."""
    yield from open_panel("lipsync")
    settings = bpy.context.scene.understudy.lipsync
    line = settings.lines.add()
    line.sound, line.text = str(record(OUT / "line.wav")), SAID
    yield from work(face_keys, "lipsync", stop=False)
    choose(rig())


def record(path: Path) -> Path:
    """Write a recording of `SAID`."""
    import numpy as np

    spoken = importlib.import_module(f"{MODULE}.ml.face.espeak").speak(SAID, sound=True)
    samples = np.pad(spoken.samples, (spoken.rate // 2, spoken.rate // 2))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, spoken.rate, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def lay_out() -> Steps:
    """Propose layouts from words, and use one."""
    yield from open_panel("layout")
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.variants = "reading corner in an old library", 2
    for stop in (True, False):
        yield from press_big_button(rest_s=0.0)
        yield from until(lambda: run().title, "it begins")
        if stop:
            hands.press("Escape")
        yield from until(lambda: not run().title, "it ends", 120.0)
        assert len(run().layouts) == (0 if stop else 2), run().outcome
    yield from no_worker_left()
    hands.photograph(OUT / "layout.png")
    bpy.ops.ed.undo_push(message="Before a layout")
    bare = object_count()
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.understudy.use_layout("INVOKE_DEFAULT", True, number=1)  # with an undo step
    facts.setdefault("outcomes", {})["layout"] = run().outcome
    yield from undo_redo(object_count, bare, "the layout")
    hands.press("ctrl+z")
    yield from until(lambda: object_count() == bare, "the layout is taken back")


def take_panels() -> Steps:
    """Keep, show and compare takes, with the panel open."""
    bpy.ops.understudy.keep_take()
    bpy.context.scene.understudy.inbetween.strength = 0.0
    bpy.ops.understudy.fill_inbetweens()
    takes = sys.modules[f"{MODULE}.addon.takes"]
    name = next(t.name for t in takes.takes_of(rig()) if t != rig().animation_data.action)
    bpy.ops.understudy.show_take(name=name)
    bpy.ops.understudy.compare_takes()
    yield from pause(0.3)
    bpy.context.scene.understudy.inbetween.strength = 1.0


def save_and_reload() -> Steps:
    """Save and load: the record of the keys comes along."""
    ledger = sys.modules[f"{MODULE}.addon.ledger"]
    before = ledger.report(rig().animation_data.action)["keys"]
    path = str(OUT / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    yield from pause(1.0)
    assert ledger.report(rig().animation_data.action)["keys"] == before


def load_while_working() -> Steps:
    """Load a file in the middle of the work: it ends, and nothing breaks."""
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.variants = "reading corner in an old library", 24  # a long work
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.understudy.propose_layouts("INVOKE_DEFAULT")
    yield
    assert run().title, "the work is not under way"
    bpy.ops.wm.open_mainfile(filepath=str(OUT / "saved.blend"))
    yield from pause(1.0)
    assert not run().title
    yield from no_worker_left()


def story() -> Steps:
    """Do it all, in the order of a first day."""
    yield from pause(1.0)
    before = hands.pixels()
    yield from open_tab()
    yield from changed(before, "the tab")  # it fades in, which takes Blender's own time
    hands.photograph(OUT / "first.png")
    yield from example()
    wanted = os.environ.get("WINDOW_STEPS", "").split()
    for step in (step for step in STEPS if not wanted or step.__name__ in wanted):
        say(f"{time.strftime('%H:%M:%S')} {step.__name__}")
        yield from step()


STEPS = (
    fill_undo_redo,
    fill_several,
    pie,
    other_words,
    fill_in_local_view,
    preview,
    block,
    perform,
    speak,
    lay_out,
    take_panels,
    drawing,
    save_and_reload,
    linked_rigs,
    load_while_working,
    memory,
    on_and_off,
)


def main() -> None:
    """Play the story, and tell what was found."""

    def ended(good: bool) -> None:
        if not good:
            with contextlib.suppress(Exception):
                hands.photograph(OUT / "failed.png")
        (OUT / "facts.json").write_text(json.dumps(facts, indent=2), "utf-8")
        say(f"WINDOW {'ok' if good else 'failed'} {json.dumps(facts)}")

    bpy.context.preferences.view.show_splash = False  # read when the window opens, after this
    bpy.context.preferences.view.ui_scale = float(os.environ.get("WINDOW_SCALE", "1"))
    bpy.context.preferences.use_preferences_save = False
    os.chdir(CLIPS)
    play(story(), TICK_S, 1.0, ended)


main()
