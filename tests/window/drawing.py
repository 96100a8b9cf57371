"""Watches what our code does while Blender draws: the time, the memory and the disk.

Everything of the extension that Blender calls to draw is wrapped: panels and their headers, lists,
menus, the `poll` of panels and of operators, which tells whether a button is grey, and the draw
handler under the keys.

Disk: Python tells of files that are opened, listed or imported by its audit events, but not of
`os.stat` and its like, which are wrapped; what a library reads below Python shows in the kernel's
count of this thread's reading calls. A file that is mapped into memory would show in none of them
but the opening.

Memory: the most that Python's and numpy's allocators held at once above what they held before the
call. What Blender allocates for the layout is its own, and so is what drawing a text takes, also
in time: on a screen in software that is most of it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import blf
import bpy
import hands

LIMIT_MS = {"strip": 4.0}  # a quarter of what a screen has for a picture; this one is in software
PANEL_MS = 1.0
LIMIT_BYTES = {"strip": 1024 * 1024}  # two bars a pixel of the timeline, whatever the shot's length
PANEL_BYTES = 64 * 1024  # less than the smallest of pictures, and than a curve's keys of a minute

_DRAWN = {"draw", "draw_header", "draw_header_preset", "draw_item", "draw_row", "poll"}
_AUDITED = ("open", "os.", "import", "glob.", "shutil.", "tempfile.", "subprocess.", "mmap.",
            "ctypes.dlopen", "socket.")  # fmt: skip
_UNTOLD = ("stat", "lstat", "access", "readlink", "statvfs")  # of os: without an audit event


class Watch:
    """What the extension's drawing did while it was watched.

    Attributes
    ----------
    seconds : name of what was drawn to the processor's seconds of each drawing
    most : name to the most bytes held at once
    offences : name to what it did that no drawing should
    counts_reads : whether the kernel's count is looked at; not when something is drawn for the
        first time, for which the graphics driver makes and stores a program
    """

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.most: dict[str, int] = {}
        self.offences: dict[str, set[str]] = {}
        self.counts_reads = True
        self._inside, self._memory = "", False
        self._others_s, self._others_calls = 0.0, 0
        self._reads = os.open("/proc/thread-self/io", os.O_RDONLY)
        self._undo = contextlib.ExitStack()
        sys.addaudithook(self._audit)  # Python takes none away: it looks at nothing outside

    def _audit(self, event: str, arguments: tuple) -> None:
        if self._inside and event.startswith(_AUDITED):
            self._blame(f"{event} {arguments[:1]}")

    def _blame(self, what: str) -> None:
        self.offences.setdefault(self._inside, set()).add(what)

    def _calls(self) -> int:
        """Return how many times this thread has asked the kernel to read, this once included."""
        told = os.pread(self._reads, 400, 0).decode()
        return int(told.split("syscr: ")[1].split("\n")[0])

    @contextlib.contextmanager
    def around(self, *others: type) -> Iterator[Watch]:
        """Watch within the block; `others` are panels besides the extension's."""
        with contextlib.ExitStack() as self._undo:
            for cls in (*ours(), *others):
                for name in vars(cls).keys() & _DRAWN:
                    self._wrap(cls, name)
            strip = sys.modules[f"{hands.MODULE}.addon.strip"]
            strip.unregister()  # Blender holds the function itself
            self._undo.callback(strip.register)
            self._replace(strip, "_draw", self._watched("strip", strip._draw))
            strip.register()
            self._undo.callback(strip.unregister)
            self._replace(blf, "draw", self._aside(blf.draw))
            for name in _UNTOLD:
                self._replace(os, name, self._telling(name, getattr(os, name)))
            yield self

    def _wrap(self, cls: type, name: str) -> None:
        own = vars(cls)[name]
        function = getattr(own, "__func__", own)
        title = f"{cls.__name__}.{name}".removeprefix("UNDERSTUDY_")
        new = functools.wraps(function)(_like(function, self._watched(title, function)))
        self._replace(cls, name, type(own)(new) if function is not own else new, own)

    def _replace(self, owner: object, name: str, new: object, old: object = None) -> None:
        self._undo.callback(setattr, owner, name, getattr(owner, name) if old is None else old)
        setattr(owner, name, new)

    def _telling(self, name: str, own: Callable) -> Callable:
        @functools.wraps(own)
        def telling(*arguments: object, **named: object) -> object:
            if self._inside:
                self._blame(f"os.{name} {arguments[:1]}")
            return own(*arguments, **named)

        return telling

    def _aside(self, own: Callable) -> Callable:
        """Let a function of Blender's own not count."""

        def aside(*arguments: object) -> None:
            calls, begun = self._calls(), time.thread_time()
            own(*arguments)
            self._others_s += time.thread_time() - begun
            self._others_calls += self._calls() - calls + 1

        return aside

    def _watched(self, title: str, own: Callable) -> Callable:
        @functools.wraps(own)
        def watched(*arguments: object) -> object:
            if self._inside:  # a list in a panel counts as the panel's
                return own(*arguments)
            calls = self._calls()
            held = self._begin_memory()
            self._others_s, self._others_calls = 0.0, 0
            self._inside, begun = title, time.thread_time()
            try:
                return own(*arguments)
            except Exception as exc:
                self._blame(f"it raises {exc!r}")
                raise
            finally:
                spent = time.thread_time() - begun - self._others_s
                self._end(title, spent, held)
                self._inside = ""
                if self.counts_reads and self._calls() != calls + self._others_calls + 1:
                    self.offences.setdefault(title, set()).add("it reads")

        return watched

    def _begin_memory(self) -> int:
        if not self._memory:
            return 0
        tracemalloc.reset_peak()
        return tracemalloc.get_traced_memory()[0]

    def _end(self, title: str, spent: float, held: int) -> None:
        if not self._memory:
            self.seconds.setdefault(title, []).append(spent)
            return
        most = tracemalloc.get_traced_memory()[1] - held
        self.most[title] = max(self.most.get(title, 0), most)
        if most > LIMIT_BYTES.get(title, PANEL_BYTES):
            self._blame(f"it holds {most // 1024} kB at once")

    def look(self, draw: Callable[[], None] = hands.draw, times: int = 4) -> None:
        """Draw, and note the time; draw once more, and note the memory, which takes its time."""
        for _ in range(times):
            draw()
        self._memory = True
        tracemalloc.start()
        try:
            draw()
        finally:
            tracemalloc.stop()
            self._memory = False

    def verdict(self) -> dict[str, dict[str, float]]:
        """Return the milliseconds and the kilobytes of each; an AssertionError for an offence."""
        middle = {k: 1000 * sorted(s)[len(s) // 2] for k, s in self.seconds.items()}
        slow = {k: round(ms, 2) for k, ms in middle.items() if ms > LIMIT_MS.get(k, PANEL_MS)}
        assert not slow, f"drawing takes too long: {slow} ms"
        assert not self.offences, f"drawing should not do so: {self.offences}"
        return {
            "draw_ms": {name: round(ms, 3) for name, ms in sorted(middle.items())},
            "draw_kb": {name: round(m / 1024, 1) for name, m in sorted(self.most.items())},
        }


def _like(own: Callable, new: Callable) -> Callable:
    """Return `new` with as many arguments as `own`: Blender counts them, and passes as many."""
    names = own.__code__.co_varnames[: own.__code__.co_argcount]
    return eval(f"lambda {', '.join(names)}: new({', '.join(names)})", {"new": new})


def ours() -> set[type]:
    """Return the extension's classes that Blender draws or asks, and what they inherit from."""
    kinds = bpy.types.Panel, bpy.types.Menu, bpy.types.UIList, bpy.types.Operator
    found = {base for kind in kinds for cls in kind.__subclasses__() for base in cls.__mro__}
    return {cls for cls in found if cls.__module__.startswith(hands.MODULE)}


class WINDOW_PT_offender(bpy.types.Panel):  # noqa: N801 - as Blender wants it
    """Does what no panel should: whoever watches has to see each of it."""

    bl_idname = "WINDOW_PT_offender"
    bl_label = "Offender"
    bl_space_type, bl_region_type, bl_category = "VIEW_3D", "UI", hands.TAB
    bl_order = -100

    deed = ""
    deeds = {
        "open": lambda: open(__file__).close(),
        "os.stat": lambda: Path(__file__).exists(),
        "os.listdir": lambda: os.listdir("/"),
        "os.scandir": lambda: list(Path("/").iterdir()),
        "it reads": lambda: os.pread(WINDOW_PT_offender.file, 8, 0),
        "it holds": lambda: bytearray(2 * PANEL_BYTES),
        "import": lambda: __import__("this_is_not_there"),
    }
    file = -1

    def draw(self, context: bpy.types.Context) -> None:
        with contextlib.suppress(ImportError):
            self.deeds[self.deed]()


def see_offences() -> None:
    """Let a panel do each deed in turn, and see that each is noticed as what it is."""
    cls = WINDOW_PT_offender
    cls.file = os.open(__file__, os.O_RDONLY)
    bpy.utils.register_class(cls)
    try:
        watch = Watch()
        for deed in cls.deeds:
            cls.deed = deed
            with watch.around(cls):
                watch.look(times=1)
            seen = watch.offences.pop("WINDOW_PT_offender.draw", set())
            assert any(what.startswith(deed) for what in seen), f"{deed} is not noticed"
    finally:
        bpy.utils.unregister_class(cls)
        os.close(cls.file)
