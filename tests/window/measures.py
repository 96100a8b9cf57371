"""What is measured in the window: drawing, memory, and what disabling leaves behind."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from pathlib import Path

import addon_utils
import bpy
import hands
import numpy as np
from drawing import Watch, see_offences
from steps import FACE, MODULE, OUT, Steps, choose, facts, head, rig, until

TIMES = 20
RUNS = 50
KEYS, FRAMES = 50_000, 5_000  # of a long shot


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


def drawing() -> Steps:
    """Watch the panels and what lies under the keys being drawn, all of it with something in it."""
    yield
    see_offences()
    choose(head())
    bpy.context.scene.understudy.face.video = FACE
    assert bpy.ops.understudy.perform_face() == {"FINISHED"}
    bpy.ops.understudy.add_face_stroke()
    choose(rig())
    assert bpy.ops.understudy.fill_inbetweens() == {"FINISHED"}
    lengthen()
    hands.only(*hands.panels())
    watch, addon = Watch(), f"{MODULE}.addon"
    with watch.around():
        watch.look()
        watch.counts_reads = False
        yield from until(lambda: read_of(f"{addon}.stripdraw"), "the confidence is read")
        yield from until(lambda: read_of(f"{addon}.strokedraw"), "the face's motion is read")
        watch.look(times=1)
        watch.counts_reads = True
        watch.look()
        with bpy.context.temp_override(**timeline()):
            bpy.ops.action.view_all()
        hands.photograph(OUT / "under_the_keys.png")
        watch.look(scrolled)
    facts.update(watch.verdict())
    bpy.ops.understudy.clear_face_strokes()


def read_of(module: str) -> object:
    """Return what a module that draws under the keys has read of the file."""
    there = sys.modules.get(module)
    if there is None:
        return None
    drawer = there.draw.__self__
    return getattr(drawer, "_motion", drawer)._read


def lengthen() -> None:
    """Let the rig's record and the face's performance be as long as a long shot's."""
    ledger = importlib.import_module(f"{MODULE}.addon.ledger")
    action = rig().animation_data.action
    record = ledger.Ledger.load(action)
    times = KEYS // sum(map(len, record.rows.values()))
    for channel, rows in record.rows.items():
        many = np.repeat(rows, times)
        many["frame"] += np.arange(len(many))
        record.rows[channel] = many
    for made in record.runs.values():
        made["confidence"] = [k % 101 for k in range(FRAMES)]
    record.save(action)
    kept = importlib.import_module(f"{MODULE}.addon.faceperformances")
    here = kept.find(bpy.context.scene)
    meta, arrays = here.performance.pack()
    times = FRAMES // len(arrays["times"])
    step = np.diff(arrays["times"]).mean()
    arrays = {name: np.concatenate([values] * times) for name, values in arrays.items()}
    arrays["times"] = np.arange(len(arrays["times"])) * step
    here.performance = type(here.performance).unpack(meta, arrays)
    kept.keep(bpy.context.scene, "long", here)


def scrolled() -> None:
    """Draw with the timeline moved on, for which what lies under the keys is made anew."""
    with bpy.context.temp_override(**timeline()):
        bpy.ops.view2d.pan(deltax=5)
    hands.draw()


def timeline() -> dict:
    """Return where the timeline is, as `temp_override` takes it."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "DOPESHEET_EDITOR")
    region = next(r for r in area.regions if r.type == "WINDOW")
    return {"window": window, "area": area, "region": region}


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
