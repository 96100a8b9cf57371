"""Plays steps in a window: a timer takes one after the other while Blender goes on."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator

import bpy

LIMIT_S = 900.0


def play(
    steps: Iterator[None], tick_s: float, first_s: float, ended: Callable[[bool], None]
) -> None:
    """Take a step each `tick_s` from `first_s` on, and end Blender with 0, or with 1 if one failed.

    `ended` is told before whether all went well.
    """
    begun = time.monotonic()

    def tick() -> float:
        good = False
        try:
            assert time.monotonic() - begun < LIMIT_S, f"not done after {LIMIT_S:.0f} s"
            next(steps)
            return tick_s
        except StopIteration:
            good = True
        except BaseException:
            traceback.print_exc()
        with contextlib.suppress(Exception):
            ended(good)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0 if good else 1)

    # Kept over undo and loading.
    bpy.app.timers.register(tick, first_interval=first_s, persistent=True)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
