"""Measure the writer beside Blender's own way of setting keys, and what enabling costs.

    <python with bpy> scripts/bench_writer.py [--curves 200] [--keys 1000] [--json FILE]

Prints microseconds a key for `keyframe_insert`, for the bulk writer alone, and for a whole Take
with its ledger, with the ratio to the first; and the milliseconds that enabling takes. Keys are
timed in processor time, so that other work on the machine counts for little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np

import package

package.load()
from understudy.addon import actions, fcurves  # noqa: E402 - after package.load()
from understudy.ml import keys as k  # noqa: E402
from understudy.ml import take as t  # noqa: E402

BAR_RATIO = 50.0
BAR_ENABLE_MS = 50.0
ENABLE = """
import sys, os, time
sys.path.insert(0, {scripts!r})
import bpy
begun = time.perf_counter()
import package; package.load().register()
took = time.perf_counter() - begun
heavy = [m for m in ("onnxruntime", "cv2", "scipy") if m in sys.modules]
sys.modules["understudy"].unregister()
print(1000 * took, *heavy, flush=True)
os._exit(0)
"""


def make_rig(count: int) -> bpy.types.Object:
    """Return an armature with bones enough for `count` rotation channels, in an empty file."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    rig = bpy.data.objects.new("Bench", bpy.data.armatures.new("Bench"))
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(-(-count // 4)):
        bone = rig.data.edit_bones.new(f"bone{i:03}")
        bone.head, bone.tail = (i, 0, 0), (i, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def paths(rig: bpy.types.Object, count: int) -> list[tuple[str, int]]:
    """Return (data path, index) of `count` rotation channels of the rig's bones."""
    names = [f'pose.bones["{b.name}"].rotation_quaternion' for b in rig.pose.bones]
    return [(name, index) for name in names for index in range(4)][:count]


def by_insert(curves: int, keys: int, values: np.ndarray) -> float:
    """Return seconds for `keyframe_insert`, a key at a time, as scripts usually do."""
    rig = make_rig(curves)
    bones = rig.pose.bones
    begun = time.process_time()
    for i in range(curves):
        bone, index = bones[i // 4], i % 4
        for frame in range(keys):
            bone.rotation_quaternion[index] = values[i, frame]
            bone.keyframe_insert("rotation_quaternion", index=index, frame=frame)
    return time.process_time() - begun


def by_writer(curves: int, keys: int, values: np.ndarray) -> float:
    """Return seconds for making the curves and writing the keys in bulk."""
    rig = make_rig(curves)
    made = [t.make_keys(np.arange(keys), values[i]) for i in range(curves)]
    begun = time.process_time()
    for (path, index), new in zip(paths(rig, curves), made, strict=True):
        fcurves.write_keys(fcurves.ensure_fcurve(rig, path, index), new, (0, keys))
    took = time.process_time() - begun
    _check(rig, curves, values)
    return took


def by_take(curves: int, keys: int, values: np.ndarray) -> float:
    """Return seconds for a whole Take: checks, keys, ledger."""
    rig = make_rig(curves)
    channels = [
        t.Channel(path, index, "bone", t.make_keys(np.arange(keys), values[i]))
        for i, (path, index) in enumerate(paths(rig, curves))
    ]
    take = t.Take(channels, t.Provenance("bench"), (0, keys))
    begun = time.process_time()
    fcurves.write_take(rig, take)
    took = time.process_time() - begun
    _check(rig, curves, values)
    return took


def _check(rig: bpy.types.Object, curves: int, values: np.ndarray) -> None:
    found = actions.curves_of(rig)
    for i, key in enumerate(paths(rig, curves)):
        if not np.array_equal(k.full(actions.read_keys(found[key]))["co"][:, 1], values[i]):
            raise RuntimeError(f"curve {key} does not hold what was written")


def enabling(tries: int = 5) -> tuple[float, list[str]]:
    """Return (milliseconds, heavy modules loaded) of enabling in a new process, the median."""
    code = ENABLE.format(scripts=str(Path(__file__).resolve().parent))
    env = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    took, heavy = [], []
    for _ in range(tries + 1):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
        )
        number, *heavy = done.stdout.splitlines()[-1].split()
        took.append(float(number))
    return statistics.median(took[1:]), heavy  # the first one compiled the files


def machine() -> str:
    """Name the machine in words."""
    name, cores = platform.processor() or platform.machine(), os.cpu_count()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    return f"{name}, {cores} cores, {platform.system()}, Blender {bpy.app.version_string}"


def measure(curves: int, keys: int, tries: int) -> dict:
    """Return the figures: the best of `tries`, or of five times as many of what is quick."""
    values = np.random.default_rng(0).normal(size=(curves, keys)).astype(np.float32)
    number = curves * keys
    insert = min(by_insert(curves, keys, values) for _ in range(tries)) / number
    writer = min(by_writer(curves, keys, values) for _ in range(5 * tries)) / number
    take = min(by_take(curves, keys, values) for _ in range(5 * tries)) / number
    ms, heavy = enabling()
    return {
        "machine": machine(),
        "curves": curves,
        "keys": keys,
        "insert_us": 1e6 * insert,
        "writer_us": 1e6 * writer,
        "take_us": 1e6 * take,
        "ratio_writer": insert / writer,
        "ratio_take": insert / take,
        "enable_ms": ms,
        "enable_heavy": heavy,
    }


def main(argv: list[str]) -> int:
    """Print the figures; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--curves", type=int, default=200)
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--tries", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    args = parser.parse_args(argv)
    found = measure(args.curves, args.keys, args.tries)
    print(found["machine"])
    print(f"{args.curves} curves x {args.keys} keys, processor microseconds a key:")
    print(f"  keyframe_insert      {found['insert_us']:8.2f}")
    print(f"  bulk writer          {found['writer_us']:8.2f}   x {found['ratio_writer']:.0f}")
    print(f"  Take with ledger     {found['take_us']:8.2f}   x {found['ratio_take']:.0f}")
    print(
        f"enabling: {found['enable_ms']:.1f} ms, heavy modules: {found['enable_heavy'] or 'none'}"
    )
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    met = found["ratio_writer"] >= BAR_RATIO and found["enable_ms"] < BAR_ENABLE_MS
    print(f"bars (x {BAR_RATIO:.0f}, {BAR_ENABLE_MS:.0f} ms): {'met' if met else 'MISSED'}")
    return 0 if met and not found["enable_heavy"] else 1


if __name__ == "__main__":
    status = 1
    try:
        status = main(sys.argv[1:])
    finally:
        # bpy 4.5 may hang in its own clean-up.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
