"""What a person does with the extension in a real window. Run by run.py inside Blender.

WINDOW_OUT    folder for the pictures and facts.json
WINDOW_CLIP   the clip to block
WINDOW_SCALE  the interface's scale

Each step is a function that yields while the window has time to work. Prints "WINDOW ok" and ends
with 0, or with 1 and what went wrong.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
import tempfile
import time
import traceback
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import addon_utils
import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hands  # noqa: E402

MODULE = hands.MODULE
OUT = Path(os.environ["WINDOW_OUT"])
CLIP = os.environ["WINDOW_CLIP"]
FACE = str(Path(CLIP).with_name("face_clip.mp4"))
SAID = "Who was that?"
LIMIT_S = 540.0
STALL_S = 0.05  # of our own code, while work is under way
TICK_S = 0.05
STEP_S = 60.0
TIMES = 20
RUNS = 50
SEEN, SHARE = 12.0, 0.002  # levels of 255, and share of the screen: what counts as a change

Steps = Iterator[None]
facts: dict = {}


def run() -> object:
    """Return what the panels show of the work."""
    return bpy.context.window_manager.understudy


def until(what: Callable[[], object], why: str, limit_s: float = STEP_S) -> Steps:
    """Wait until something is so."""
    end = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < end, f"not within {limit_s:.0f} s: {why}"
        yield


def pause(seconds: float) -> Steps:
    """Let the window work for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def rig() -> bpy.types.Object:
    """Return the example's rig anew: undo frees what an older name pointed at."""
    return next(o for o in bpy.data.scenes["Understudy Example"].objects if o.type == "ARMATURE")


def key_count() -> int:
    """Return how many keys the rig has."""
    addon = sys.modules[f"{MODULE}.addon.actions"]
    return sum(len(c.keyframe_points) for c in addon.curves_of(rig()).values())


def search(text: str) -> Steps:
    """Find an operator with F3 and run it, as one does who knows no menu."""
    hands.point_at_view()
    yield from pause(0.5)
    before = hands.pixels()
    hands.press(hands.F3)
    yield from changed(before, "the search opens")
    before = hands.pixels()
    hands.write(text)
    yield from changed(before, "the search finds something")
    yield from pause(1.5)
    hands.press("Return")
    yield from pause(0.5)


def changed(before: object, why: str) -> Steps:
    """Wait until the screen looks otherwise: software drawing takes its time."""

    def differs() -> bool:
        return (abs(hands.pixels() - before).max(-1) > SEEN).mean() > SHARE

    for _ in range(30):
        yield from pause(0.4)
        if differs():
            yield from pause(0.4)
            return
    raise AssertionError(f"nothing is to be seen: {why}")


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


def press_big_button(number: int) -> Steps:
    """Click one of the stages' buttons, counted from the top."""
    found = hands.settled_buttons()
    assert len(found) > number, f"button {number} is not to be seen among {found}"
    hands.click(*found[number])
    yield from pause(0.8)


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


def undo_redo(count: Callable[[], int], bare: int, what: str) -> Steps:
    """Take a result back with one Ctrl Z, and bring it again."""
    made = count()
    assert made != bare, f"nothing was made: {run().outcome}"
    hands.point_at_view()
    yield from pause(0.4)
    hands.press("ctrl+z")
    yield from until(lambda: count() == bare, f"one undo takes {what} back")
    hands.press("ctrl+shift+z")
    yield from until(lambda: count() == made, f"redo brings {what} again")


def fill_undo_redo() -> Steps:
    """Fill by a click, take it back, and bring it again."""
    hands.only("inbetween")
    bpy.ops.understudy.clear_generated()
    bpy.ops.ed.undo_push(message="Bare")
    bare = key_count()
    yield from press_big_button(0)
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


def fill_in_local_view() -> Steps:
    """Fill from a local view, and from another workspace."""
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.view3d.localview()
    space = hands.viewport()["area"].spaces.active
    yield from until(lambda: space.local_view is not None, "the local view")
    bpy.ops.understudy.clear_generated()
    bare = key_count()
    yield from press_big_button(0)
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


def work(count: Callable[[], int], name: str, *, stop: bool = True) -> Steps:
    """Press the stage's button, stop it with ESC half-way, press again, undo, redo, and undo."""
    bare = count()
    if stop:
        yield from press_big_button(0)
        yield from until(lambda: run().title and run().progress > 0.02, "progress")
        hands.press("Escape")
        yield from until(lambda: not run().title, "ESC stops the work")
        assert count() == bare, f"{name}: a stopped run left something"
        yield from no_worker_left()
    bpy.ops.ed.undo_push(message=f"Before {name}")
    yield from press_big_button(0)
    yield from until(lambda: run().title and run().progress > 0.0, "it begins")
    hands.photograph(OUT / f"{name}_at_work.png")
    yield from watched(name)
    facts.setdefault("outcomes", {})[name] = run().outcome
    hands.photograph(OUT / f"{name}.png")
    yield from undo_redo(count, bare, name)
    hands.press("ctrl+z")
    yield from until(lambda: count() == bare, f"{name} is taken back")


def block() -> Steps:
    """Block the clip on the example's rig."""
    hands.only("blocking")
    bpy.context.scene.understudy.video = CLIP
    yield from work(key_count, "blocking")


def head() -> bpy.types.Object:
    """Return the example's head anew."""
    objects = bpy.data.scenes["Understudy Example"].objects
    return next(o for o in objects if o.name.startswith("Example Head"))


def face_keys() -> int:
    """Return how many keys the head's shape keys have."""
    actions = sys.modules[f"{MODULE}.addon.actions"]
    curves = actions.curves_of(head().data.shape_keys)
    return sum(len(c.keyframe_points) for c in curves.values())


def choose(obj: bpy.types.Object) -> None:
    """Select an object alone, as a click in the Outliner does."""
    for other in bpy.context.scene.objects:
        other.select_set(other == obj)
    bpy.context.view_layer.objects.active = obj


def perform() -> Steps:
    """Lay an actor's clip on the example's head."""
    hands.only("face")
    choose(head())
    bpy.context.scene.understudy.face.video = FACE
    yield from work(face_keys, "face")


def speak() -> Steps:
    """Let the head say a line that is spoken here and now."""
    hands.only("lipsync")
    hands.draw()
    hands.click_header()
    yield from pause(1.5)
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
    hands.only("layout")
    hands.draw()
    hands.click_header()
    yield from pause(1.5)
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.variants = "reading corner in an old library", 2
    for stop in (True, False):
        yield from press_big_button(0)
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
        bpy.ops.understudy.use_layout("INVOKE_DEFAULT", number=1)
    facts["outcomes"]["layout"] = run().outcome
    yield from undo_redo(object_count, bare, "the layout")
    hands.press("ctrl+z")
    yield from until(lambda: object_count() == bare, "the layout is taken back")


def object_count() -> int:
    """Return how many objects the example's scene has."""
    return len(bpy.data.scenes["Understudy Example"].objects)


def watched(name: str) -> Steps:
    """Wait for the work's end, and note how long our own code held the window each time."""
    base = sys.modules[f"{MODULE}.ops.base"].JobOperator
    own, spent = base.modal, []

    def timed(self, context, event):
        begun = time.perf_counter()
        try:
            return own(self, context, event)
        finally:
            spent.append((time.perf_counter() - begun, event.type, bool(run().title)))

    base.modal = timed
    try:
        yield from until(lambda: not run().title, "the work ends", 180.0)
    finally:
        base.modal = own
    during = [s for s, _kind, working in spent if working] or [0.0]
    writing = max((s for s, _kind, working in spent if not working), default=0.0)
    facts.setdefault("stall_ms", {})[name] = round(1000 * max(during), 1)
    facts.setdefault("writing_ms", {})[name] = round(1000 * writing, 1)
    assert max(during) < STALL_S, f"{name} held the window for {1000 * max(during):.0f} ms"


def no_worker_left() -> Steps:
    """See that no process and no folder of the work is left."""
    jobs = sys.modules[f"{MODULE}.addon.jobs"]
    yield from until(lambda: all(job.done for job in jobs._workers), "the worker ends")
    left = [p.name for p in Path(tempfile.gettempdir()).glob("understudy-*")]
    assert not left, f"temporary folders are left: {left}"


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
    bpy.context.view_layer.objects.active = rig()
    with bpy.context.temp_override(**hands.viewport()):
        bpy.ops.understudy.block_video("INVOKE_DEFAULT")
    assert run().title, "the work is not under way"
    yield  # only a moment: the clip has been watched before
    assert run().title, "the work ended before the file could be loaded"
    bpy.ops.wm.open_mainfile(filepath=str(OUT / "saved.blend"))
    yield from pause(1.0)
    assert not run().title
    yield from no_worker_left()


def memory() -> Steps:
    """Fill and take back many times: the memory stays."""
    bpy.context.view_layer.objects.active = rig()
    sizes = []
    for k in range(RUNS):
        assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
        bpy.ops.understudy.clear_generated()
        if k % 10 == 9:
            gc.collect()
            sizes.append(resident_mb())
            yield
    facts["memory_mb"] = sizes
    assert sizes[-1] - sizes[0] < 30, f"it grows: {sizes}"


def resident_mb() -> float:
    """Return the memory this process holds, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def draw_times() -> Steps:
    """Open every panel, and note how long each takes to draw."""
    hands.only(*hands.panels())
    hands.draw()
    spent: dict[str, list[float]] = {}
    panels = [c for c in bpy.types.Panel.__subclasses__() if c.__module__.startswith(MODULE)]
    for cls in panels:
        cls.draw = _timed(cls.draw, spent.setdefault(cls.__name__, []))
    for _ in range(12):
        hands.draw()
        yield
    best = {name: round(1000 * sorted(s)[len(s) // 2], 3) for name, s in spent.items() if s}
    facts["draw_ms"] = best
    for cls in panels:
        cls.draw = cls.draw.__wrapped__


def _timed(own: Callable, spent: list[float]) -> Callable:
    def draw(self, context):
        begun = time.perf_counter()
        own(self, context)
        spent.append(time.perf_counter() - begun)

    draw.__wrapped__ = own
    return draw


def on_and_off() -> Steps:
    """Disable and enable many times: nothing is left, and it stays quick."""

    def left() -> dict:
        handlers = {
            name: [str(h) for h in listed if MODULE in getattr(h, "__module__", "")]
            for name in dir(bpy.app.handlers)
            if isinstance(listed := getattr(bpy.app.handlers, name), list)
        }
        keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
        return {
            "classes": [n for n in dir(bpy.types) if "UNDERSTUDY" in n or "Understudy" in n],
            "handlers": {k: v for k, v in handlers.items() if v},
            "keys": [
                i.idname
                for keymap in keymaps
                for i in keymap.keymap_items
                if "UNDERSTUDY" in str(getattr(i.properties, "name", ""))
            ],
            "menus": [
                f.__module__
                for menu in (bpy.types.VIEW3D_MT_object, bpy.types.VIEW3D_MT_pose)
                for f in menu._dyn_ui_initialize()
                if MODULE in f.__module__
            ],
        }

    hands.only(*hands.panels())
    hands.forget_panels()
    strip = f"{MODULE}.addon.strip"
    on, off = [], []
    for _ in range(TIMES):
        begun = time.perf_counter()
        addon_utils.disable(MODULE)
        off.append(time.perf_counter() - begun)
        there = left()
        assert not any(there.values()), f"left behind: {there}"
        assert strip not in sys.modules or not sys.modules[strip]._handles
        begun = time.perf_counter()
        addon_utils.enable(MODULE)
        on.append(time.perf_counter() - begun)
        yield
    facts["enable_ms"] = round(1000 * sorted(on)[TIMES // 2], 1)
    facts["disable_ms"] = round(1000 * sorted(off)[TIMES // 2], 1)


def story() -> Steps:
    """Do it all, in the order of a first day."""
    yield from pause(1.0)
    yield from open_tab()
    hands.photograph(OUT / "first.png")
    yield from example()
    for step in STEPS:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {step.__name__}\n")
        sys.stdout.flush()
        yield from step()


STEPS = (
    fill_undo_redo,
    fill_in_local_view,
    preview,
    block,
    perform,
    speak,
    lay_out,
    take_panels,
    draw_times,
    save_and_reload,
    load_while_working,
    memory,
    on_and_off,
)


def main() -> None:
    """Step through the story by a timer, within a time limit."""
    bpy.context.preferences.view.show_splash = False  # read when the window opens, after this
    bpy.context.preferences.view.ui_scale = float(os.environ.get("WINDOW_SCALE", "1"))
    bpy.context.preferences.use_preferences_save = False
    steps, begun = story(), time.monotonic()

    def tick() -> float:
        status = 1
        try:
            assert time.monotonic() - begun < LIMIT_S, f"not done after {LIMIT_S:.0f} s"
            next(steps)
            return TICK_S
        except StopIteration:
            status = 0
        except BaseException:
            traceback.print_exc()
            with contextlib.suppress(Exception):
                hands.photograph(OUT / "failed.png")
        (OUT / "facts.json").write_text(json.dumps(facts, indent=2), "utf-8")
        sys.stdout.write(f"WINDOW {'failed' if status else 'ok'} {json.dumps(facts)}\n")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    # Kept over undo and loading.
    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)


main()
