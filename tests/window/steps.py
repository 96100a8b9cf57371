"""What the story's steps are made of: waiting, looking, pressing, and seeing that it works."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import hands

MODULE = hands.MODULE
OUT = Path(os.environ["WINDOW_OUT"])
FACE = "face_clip.mp4"  # in the clips' folder, which is the working one: it is left out of pictures
STEP_S = 60.0
STALL_S = 0.05  # of our own code, while work is under way
FAR = 0.1  # share of the work by which there is something to see of it
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


def head() -> bpy.types.Object:
    """Return the example's head anew."""
    objects = bpy.data.scenes["Understudy Example"].objects
    return next(o for o in objects if o.name.startswith("Example Head"))


def key_count(obj: bpy.types.Object | None = None) -> int:
    """Return how many keys an object has, at first the example's rig."""
    return _keys(obj or rig())


def face_keys() -> int:
    """Return how many keys the head's shape keys have."""
    return _keys(head().data.shape_keys)


def _keys(owner: bpy.types.ID) -> int:
    actions = importlib.import_module(f"{MODULE}.addon.actions")
    return sum(len(c.keyframe_points) for c in actions.curves_of(owner).values())


def object_count() -> int:
    """Return how many objects the example's scene has."""
    return len(bpy.data.scenes["Understudy Example"].objects)


def choose(obj: bpy.types.Object) -> None:
    """Select an object alone, as a click in the Outliner does."""
    for other in bpy.context.scene.objects:
        other.select_set(other == obj)
    bpy.context.view_layer.objects.active = obj


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


def open_panel(name: str) -> Steps:
    """Open a stage's panel, which is folded at first, by a click on its header."""
    hands.only(name)
    before = hands.settled()
    hands.click_header()
    yield from changed(before, "the panel opens")


def press_big_button(rest_s: float = 0.8) -> Steps:
    """Click the stage's own button: the lowest one, for a list may look like one."""
    found: list[tuple[float, float]] = []
    for _ in range(20):  # panels slide to their places, which takes Blender's own time
        before, found = found, hands.big_buttons()
        if found and found == before:
            break
        yield from pause(0.3)
    assert found, "no large button is to be seen"
    hands.click(*found[-1])
    yield from pause(rest_s)


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
    yield from pause(1.0)  # a window that draws much anew may miss the next key


def work(count: Callable[[], int], name: str, *, stop: bool = True) -> Steps:
    """Press the stage's button, stop it with ESC half-way, press again, undo, redo, and undo."""
    bare = count()
    if stop:
        yield from press_big_button(rest_s=0.0)  # it may be done within a second
        yield from until(lambda: run().title and run().progress > 0.02, "progress")
        hands.press("Escape")
        yield from until(lambda: not run().title, "ESC stops the work")
        assert count() == bare, f"{name}: a stopped run left something"
        yield from no_worker_left()
    bpy.ops.ed.undo_push(message=f"Before {name}")
    yield from watched(name, lambda: count() != bare)
    facts.setdefault("outcomes", {})[name] = run().outcome
    yield from pause(1.0)  # panels slide to their places
    hands.photograph(OUT / f"{name}.png")
    yield from undo_redo(count, bare, name)
    hands.press("ctrl+z")
    yield from until(lambda: count() == bare, f"{name} is taken back")


def watched(name: str, made: Callable[[], bool]) -> Steps:
    """Press the button, and note how long our own code held the window until the work's end."""
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
        yield from press_big_button(rest_s=0.0)
        yield from until(lambda: run().title or made(), "it begins")
        yield from until(lambda: run().progress > FAR or not run().title, "it is under way", 180.0)
        if run().title:
            hands.photograph(OUT / f"{name}_at_work.png")
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
