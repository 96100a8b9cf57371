"""What is measured in the window: drawing, memory, and what disabling leaves behind."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import addon_utils
import bpy
import hands
from steps import MODULE, Steps, facts, rig

TIMES = 20
RUNS = 50


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
