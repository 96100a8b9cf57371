"""Photograph each panel of the sidebar in each of its states. Run by run.py inside Blender.

WINDOW_OUT, WINDOW_CLIP, WINDOW_SCALE as for story.py; WINDOW_LANGUAGE for another language than
English, such as zh_HANS, where this Blender knows it; WINDOW_WATCH to watch each state being drawn
as well, and to leave what was measured in drawing.json.

A picture is <state>_<scale>.png, cropped to the panels.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hands  # noqa: E402
from drawing import Watch  # noqa: E402
from player import play, say  # noqa: E402

OUT, SCALE = Path(os.environ["WINDOW_OUT"]), os.environ["WINDOW_SCALE"]
CLIP, LANGUAGE = os.environ["WINDOW_CLIP"], os.environ.get("WINDOW_LANGUAGE", "")
FACE = Path(CLIP).with_name("face_clip.mp4")
WATCH = Watch() if os.environ.get("WINDOW_WATCH") else None
KEEP = 12  # rows of the sidebar below the last panel

Steps = Iterator[None]


def picture(name: str, *wanted: str) -> Steps:
    """Save what the sidebar shows of these panels."""
    hands.only(*wanted)
    hands.sidebar().active_panel_category = hands.TAB
    for _ in range(3):  # panels slide to their places, which takes Blender's own time
        hands.draw()
        yield
    screen, region = hands.settled()[::-1], hands.sidebar()
    x, y = hands.to_screen(region.x, region.y + region.height - 1)
    part = screen[y : y + region.height, x : x + region.width]
    inner = part[:, region.width // 10 : region.width * 3 // 4]  # beside the tabs
    busy = np.flatnonzero(inner.reshape(len(inner), -1).std(axis=1) > 0.5)
    end = busy[-1] + round(KEEP * float(SCALE))
    hands.save(OUT / f"{name}_{SCALE}.png", part[:end])
    if WATCH:
        WATCH.look(times=2)


def fill_window() -> Steps:
    """Let one 3D view with its sidebar be all there is."""
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.screen.screen_full_area(use_hide_panels=True)
    yield
    yield
    space = hands.viewport()["area"].spaces.active
    space.show_region_ui, space.overlay.show_overlays = True, False
    space.shading.type = "WIREFRAME"  # what lies beside the panels is not in the picture
    hands.point(2, 2)  # away from the panels
    hands.draw()
    yield


def nothing() -> Steps:
    """A new file: nothing is there yet."""
    bpy.context.view_layer.objects.active = None
    yield from picture("welcome", "welcome")
    for name in ("layout", "blocking", "inbetween", "face", "lipsync", "rig_map", "face_map"):
        yield from picture(f"{name}_nothing", name)
    yield from picture("takes_nothing", "takes")
    yield from picture("setup_nothing", "setup")
    yield


def layouts() -> Steps:
    """Words become pictures to choose from; one is used."""
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.variants = "medieval market square at dawn", 4
    yield from picture("layout_ready", "layout")
    at_work("layout", "Propose Layouts", "Placing things")
    yield from picture("layout_at_work", "layout")
    at_work("", "", "")
    bpy.ops.understudy.propose_layouts()
    yield
    yield from picture("layout_proposed", "layout")
    bpy.ops.understudy.keep_part(number=2, part="lights")
    yield from picture("layout_parts_kept", "layout")
    bpy.ops.understudy.release_part()
    bpy.ops.understudy.use_layout(number=1)
    yield from picture("layout_used", "layout")
    yield


def example() -> Steps:
    """The example's figure: filled, kept as takes, its bones mapped; the machine looked at."""
    bpy.ops.understudy.check_setup()
    yield from picture("setup_checked", "setup")
    bpy.ops.understudy.open_example()
    yield
    yield from picture("inbetween_filled", "inbetween")
    run = bpy.context.window_manager.understudy
    run.preview, run.preview_text = "LIVE", "31 ms"
    yield from picture("inbetween_live", "inbetween")
    run.preview = run.preview_text = ""
    yield from picture("takes_ready", "takes")
    yield from picture("rig_map_ready", "rig_map")
    bpy.ops.understudy.keep_take()
    bpy.context.scene.understudy.inbetween.variant = 1
    bpy.ops.understudy.fill_inbetweens()
    bpy.ops.understudy.keep_take()
    yield from picture("takes_kept", "takes")
    bpy.ops.understudy.map_rig()
    yield from picture("rig_map_found", "rig_map")
    yield


def blocked() -> Steps:
    """A clip: chosen, looked at for its key poses, and at work."""
    settings = bpy.context.scene.understudy
    settings.video = "//reference/leap.mp4"
    yield from picture("blocking_ready", "blocking")
    settings.video = CLIP
    bpy.ops.understudy.preview_key_poses()
    yield
    settings.video = "//reference/leap.mp4"
    yield from picture("blocking_preview", "blocking")
    settings.blocking.forget()
    with contextlib.suppress(RuntimeError):  # how bpy.ops says that it is refused
        bpy.ops.understudy.block_video()
    yield from picture("blocking_refused", "blocking")
    at_work("blocking", "Block from Video", "Looking for the performer")
    yield from picture("blocking_at_work", "blocking")
    yield from picture("others_at_work", "inbetween")
    at_work("", "", "")
    yield from linked()
    yield


def linked() -> Steps:
    """A rig that is linked from another file, which nobody can animate."""
    path, scene = str(OUT / "library.blend"), bpy.context.scene
    own = bpy.context.object
    bpy.data.libraries.write(path, {own}, fake_user=True)
    with bpy.data.libraries.load(path, link=True) as (_there, wanted):
        wanted.objects = [own.name]
    rig = wanted.objects[0]
    scene.collection.objects.link(rig)
    choose(rig)
    yield from picture("blocking_linked", "blocking")
    yield from picture("inbetween_linked", "inbetween")
    bpy.data.objects.remove(rig)
    choose(own)


def choose(obj: bpy.types.Object) -> None:
    """Select an object alone."""
    for other in bpy.context.scene.objects:
        other.select_set(other == obj)
    bpy.context.view_layer.objects.active = obj


def at_work(stage: str, title: str, message: str) -> None:
    """Let the panels show work under way, as an operator would."""
    run = bpy.context.window_manager.understudy
    run.stage, run.title, run.message = stage, title, message
    run.progress, run.left = (0.42, "about 8 s left") if title else (0.0, "")


def faces() -> Steps:
    """The example's head: found by name, moved by an expression, and told what to say."""
    scene = bpy.context.scene
    head = next(o for o in scene.objects if o.name.startswith("Example Head"))
    choose(head)
    scene.understudy.face.video = "//reference/face.mp4"
    yield from picture("face_ready", "face")
    yield from picture("face_map_ready", "face_map")
    bpy.ops.understudy.map_face_names()
    yield from picture("face_map_found", "face_map")
    scene.understudy.face.video = str(FACE)
    bpy.ops.understudy.perform_face()
    scene.understudy.face.video = "//reference/face.mp4"
    yield
    bpy.ops.understudy.add_face_stroke()
    bpy.ops.understudy.add_expression(expression="surprise")
    yield from picture("face_performed", "face")
    run = bpy.context.window_manager.understudy
    run.face_strokes = True
    yield from picture("face_drawing", "face")
    run.face_strokes = False
    yield from picture("lipsync_bare", "lipsync")
    line = scene.understudy.lipsync.lines.add()
    line.sound, line.text = "//voice/line.wav", "I never said that!"
    bpy.ops.understudy.suggest_expressions()
    yield
    yield from picture("lipsync_ready", "lipsync")


def story() -> Steps:
    """Every state, one after the other."""
    hands.only(*hands.panels(), opened=True)  # before the first drawing, which would fold some
    yield from fill_window()
    with WATCH.around() if WATCH else contextlib.nullcontext():
        for state in (nothing, layouts, example, blocked, faces):
            say(f"{time.strftime('%H:%M:%S')} {state.__name__}")
            yield from state()
    if WATCH:
        (OUT / "drawing.json").write_text(json.dumps(WATCH.verdict(), indent=2), "utf-8")


def main() -> None:
    """Step through it by a timer."""
    preferences = bpy.context.preferences
    preferences.view.show_splash, preferences.view.ui_scale = False, float(SCALE)
    preferences.system.use_region_overlap = False  # the sidebar on a plain ground
    preferences.use_preferences_save = False
    if LANGUAGE and LANGUAGE not in bpy.app.translations.locales:
        say("ALBUM no such language")
        os._exit(0)
    if LANGUAGE:
        preferences.view.language, preferences.view.use_translate_interface = LANGUAGE, True
    play(story(), 0.4, 1.5, lambda good: say("ALBUM ok") if good else None)


main()
