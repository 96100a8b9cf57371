"""Run each stage many times in one Blender, and tell how its memory grows.

    <python with bpy> scripts/bench_memory.py [--runs 50] [--stages layout …] [--out facts.json]

Each stage is run by its operator as a panel's button does, on the example's figure and head and
the clips in tests/data, and taken back: kept data would be growth of its own. The work is done in
this process, so what a worker process would give back at its end counts too. Printed are the
resident memory in MB after the first quarter of the runs and after the last, the growth a run
between them by a straight line, and the seconds a run.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np

import package

DATA = package.ROOT / "tests" / "data"
SAID = "Who was that?"


def resident_mb() -> float:
    """Return the memory that this process holds, MB."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def choose(kind: str) -> bpy.types.Object:
    """Make the example's figure or head the active object, alone."""
    scene = bpy.context.scene
    chosen = next(o for o in scene.objects if o.name.startswith(f"Example {kind}"))
    for obj in scene.objects:
        obj.select_set(obj == chosen)
    bpy.context.view_layer.objects.active = chosen
    return chosen


def forget_face(head: bpy.types.Object) -> None:
    """Take the keys and the kept performances of the face away."""
    head.data.shape_keys.animation_data_clear()
    bpy.context.scene.understudy.face.performances.clear()
    for action in [a for a in bpy.data.actions if not a.users]:
        bpy.data.actions.remove(action)


def layout() -> None:
    """Propose two layouts, use one, and remove it."""
    choose("Rig")
    settings = bpy.context.scene.understudy.layout
    settings.prompt, settings.variants = "reading corner in an old library", 2
    bpy.ops.understudy.propose_layouts()
    bpy.ops.understudy.use_layout(number=1)
    bpy.ops.understudy.remove_layout()
    bpy.ops.outliner.orphans_purge(do_recursive=True)


def blocking() -> None:
    """Block the demo clip; what was seen of it is kept, as when a person tries counts."""
    choose("Rig")
    bpy.context.scene.understudy.video = str(DATA / "demo_clip.mp4")
    bpy.ops.understudy.block_video()
    bpy.ops.understudy.clear_generated()


def inbetween() -> None:
    """Fill the leap."""
    choose("Rig")
    bpy.ops.understudy.fill_inbetweens()
    bpy.ops.understudy.clear_generated()


def face() -> None:
    """Lay the actor's clip on the head."""
    head = choose("Head")
    bpy.context.scene.understudy.face.video = str(DATA / "face_clip.mp4")
    bpy.ops.understudy.perform_face()
    forget_face(head)


def lipsync() -> None:
    """Let the head say a line."""
    head = choose("Head")
    bpy.ops.understudy.sync_lips()
    forget_face(head)


STAGES: tuple[Callable[[], None], ...] = (layout, blocking, inbetween, face, lipsync)


def record(path: Path) -> None:
    """Write a recording of `SAID` and make it the scene's line."""
    from understudy.ml.face import espeak

    spoken = espeak.speak(SAID, sound=True)
    samples = np.pad(spoken.samples, (spoken.rate // 2, spoken.rate // 2))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, spoken.rate, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    settings = bpy.context.scene.understudy.lipsync
    settings.add_strip = False
    line = settings.lines.add()
    line.sound, line.text = str(path), SAID


def measure(stage: Callable[[], None], runs: int) -> dict:
    """Run a stage and return its figures."""
    sizes, begun = [], time.monotonic()
    for _ in range(runs):
        stage()
        gc.collect()
        sizes.append(resident_mb())
    settled = sizes[runs // 4 :]
    slope = np.polyfit(np.arange(len(settled)), settled, 1)[0]
    return {
        "runs": runs,
        "settled_mb": round(settled[0], 1),
        "last_mb": round(settled[-1], 1),
        "mb_a_run": round(float(slope), 3),
        "seconds_a_run": round((time.monotonic() - begun) / runs, 2),
    }


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=50)
    names = [stage.__name__ for stage in STAGES]
    parser.add_argument("--stages", nargs="+", choices=names, default=names)
    parser.add_argument("--out", type=Path, help="write the figures here too, as JSON")
    args = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    package.load().register()
    bpy.ops.understudy.open_example()
    facts = {}
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder, "line.wav"))
        for stage in STAGES:
            if stage.__name__ in args.stages:
                facts[stage.__name__] = measure(stage, args.runs)
                sys.stdout.write(f"{stage.__name__}: {facts[stage.__name__]}\n")
                sys.stdout.flush()
    if args.out:
        args.out.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    package.end_with(main)
