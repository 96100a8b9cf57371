"""Measure how long in-betweens take, from the press of the button to the written keys.

    python scripts/bench_inbetween_speed.py [--rounds N]

Run it with the Python of the py311 environment. For each size it prints the least of several
rounds, in milliseconds by the clock and of processor time (which other work on the machine disturbs
less): reading, filling, fitting, writing; and what a change of a slider in the live preview takes.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

import bpy
import numpy as np
from numpy.typing import NDArray

import package

package.load()

from understudy.addon import inbetween, jobs  # noqa: E402
from understudy.addon.fillpreview import Preview  # noqa: E402

import bench_inbetween as bench  # noqa: E402

_BARS = ((24, 60, 150.0), (24, 120, 0.0), (24, 240, 0.0), (65, 300, 2000.0))
"""Bones, frames, and the milliseconds that it is to stay under; 0 for none."""
_PREVIEW = (30, 60, 100.0)


def grown(source: bench.data.Sequence, bones: int) -> bench.data.Sequence:
    """Return a clip's motion on a rig of another size: bones left out, or repeated as helpers."""
    count = len(source.parents)
    more = np.arange(max(bones - count, 0)) % (count - 1) + 1
    pick = np.concatenate([np.arange(min(count, bones)), more])
    parents = np.concatenate([np.asarray(source.parents)[: min(count, bones)], more])
    heads = np.asarray(source.heads)[pick].copy()
    heads[count:] += [0.02, 0.03, 0.01]
    moves = np.asarray(source.moves)[pick] & (np.arange(bones) < count)
    shift = source.shift[:, pick] * moves[:, None]
    return replace(
        source,
        parents=parents,
        heads=heads,
        turn=source.turn[:, pick],
        shift=shift,
        moves=moves,
        contact=source.contact[:, pick],
    )


def keys_at(shape: tuple[int, int]) -> NDArray:
    """Return (F, B) bool: ten keys in a row, then one each 15 frames."""
    keyed = np.zeros(shape, bool)
    keyed[:10] = keyed[::15] = keyed[-1] = True
    return keyed


class Clock:
    """Time by the clock and of the processor, in milliseconds, since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return both."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return 1000 * wall, 1000 * cpu


def fill(puppet: bench.Puppet, clip: bench.Clip, method: str) -> tuple[float, float]:
    """Key, and return what filling takes."""
    shape = clip.basis.shape[:2]
    puppet.key(clip, keys_at(shape))
    clock = Clock()
    options = inbetween.Options(span=(1, shape[0]), method=method)
    asked = inbetween.request(bpy.context.scene, puppet.rig, options)
    result = jobs.start(inbetween.TASK, asked.params, asked.arrays, in_process=True).result()
    inbetween.finish(puppet.rig, asked, result)
    return clock.read()


def preview(puppet: bench.Puppet, clip: bench.Clip, method: str) -> tuple[float, float]:
    """Key, begin a preview, and return what a change of the strength takes."""
    scene = bpy.context.scene
    puppet.key(clip, keys_at(clip.basis.shape[:2]))
    bpy.context.view_layer.objects.active = puppet.rig
    scene.frame_start, scene.frame_end = 1, len(clip.basis)
    scene.understudy.inbetween.method = method
    shown, taken = Preview(bpy.context), []
    for strength in (1.0, 0.6, 0.8, 0.9):
        scene.understudy.inbetween.strength = strength
        clock = Clock()
        shown.refresh(bpy.context)
        taken.append(clock.read())
    shown.close(bpy.context, accept=False)
    return min(t[0] for t in taken), min(t[1] for t in taken)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.scene.render.fps = 30
    package.load().register()
    held = [s for s in bench.data.load(["cmu_bvh"]) if s.held_out]
    longest = max(held, key=lambda s: len(s.turn))
    rows = [("fill", fill, *bar) for bar in _BARS] + [("preview", preview, *_PREVIEW)]
    for what, measured, bones, frames, bar in rows:
        source = grown(longest, bones)
        puppet, clip = bench.Puppet.of(source), bench.clip_of(source, 0, frames)
        for method in ("plain", "auto"):
            took = np.array([measured(puppet, clip, method) for _ in range(args.rounds)]).min(0)
            aim = f" (to stay under {bar:.0f})" if bar else ""
            sys.stdout.write(
                f"{what}, {bones} bones, {frames} frames, {method}: {took[0]:.0f} ms by the clock, "
                f"{took[1]:.0f} ms of processor time{aim}\n"
            )
            sys.stdout.flush()
        puppet.remove()
    return 0


if __name__ == "__main__":
    package.end_with(main)
