"""Measure layouts as they stand in Blender: overlaps, floating, falling, and time.

    python scripts/bench_layout_scene.py [--prompts 100] [--seeds 6] [--settle 20] [--scale]

Run it with the Python of the py311 environment. Each prompt and seed is proposed, written into an
empty file, and looked at mesh by mesh; some are let fall for a second by Blender's rigid bodies.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

import bpy

import package

package.load()

from understudy.addon import layoutcheck, scene  # noqa: E402
from understudy.ml import progress, tasks  # noqa: E402
from understudy.ml.layout.kinds import KINDS  # noqa: E402
from understudy.ml.layout.plan import Ground, Item, Layout, Room  # noqa: E402
from understudy.ml.take import Provenance  # noqa: E402

PROMPTS = Path(__file__).parent / "prompts" / "places.txt"
COUNTS = (250, 500, 1000)
WORST = 12  # that are named


def prompts(count: int) -> list[str]:
    """Return the first prompts of the benchmark."""
    lines = PROMPTS.read_text("utf-8").splitlines()
    found = [line.split("|")[0].strip() for line in lines if "|" in line and line[0] != "#"]
    return found[:count]


def write(layout: Layout) -> float:
    """Write a layout into the open scene and return the processor seconds it took."""
    begun = time.process_time()
    scene.write(bpy.context.scene, layout, Provenance("layout", seed=layout.seed))
    bpy.context.view_layer.update()
    return time.process_time() - begun


def stand(args: argparse.Namespace) -> dict:
    """Propose, write and check; return the sums."""
    total: Counter[str] = Counter()
    bad: list[str] = []
    jobs = [(p, s) for s in range(args.seeds) for p in prompts(args.prompts)]
    propose = tasks.resolve("layout")
    for number, (prompt, seed) in enumerate(jobs):
        begun = time.process_time()
        meta, _ = progress.run(propose({"prompt": prompt, "seed": seed, "variants": 1}, {}))
        total["propose_cpu_ms"] += round(1000 * (time.process_time() - begun))
        total["write_cpu_ms"] += round(1000 * write(Layout.unpack(meta["layouts"][0])))
        found = layoutcheck.check(bpy.context.scene)
        total.update(found.counts())
        total["scenes"] += 1
        if any(v for k, v in found.counts().items() if k != "items"):
            bad.append(f"{prompt} / {seed}: {found.collisions[:2]} {found.floating[:2]} "
                       f"{found.sunk[:2]} {found.outside[:2]}")  # fmt: skip
        if number < args.settle:
            settled = layoutcheck.settle(bpy.context.scene)
            total["settled_items"] += settled["items"]
            total["settled_moved"] += len(settled["moved"])
            if settled["moved"]:
                bad.append(f"{prompt} / {seed} moved: {settled['moved'][:4]}")
        sys.stderr.write(f"{number + 1}/{len(jobs)} {prompt}: {found.counts()}\n")
    return {**total, "scenes_with_faults": len(bad), "worst": bad[:WORST]}


def scale() -> dict[str, float]:
    """Return the processor seconds of writing hundreds of things of all kinds and sizes."""
    took = {}
    kinds = [k for k in KINDS.values() if k.support == "floor"]
    for count in COUNTS:
        rng, side, items = random.Random(1), int(count**0.5) + 1, []
        for n in range(count):
            kind, grow = rng.choice(kinds), rng.uniform(0.8, 1.2)
            size = tuple(s * grow for s in kind.size)
            place = ((n % side) * 20.0, (n // side) * 20.0, 0.0)
            items.append(Item(f"{kind.name} {n}", kind.name, kind.role, kind.category, size, place,
                              rng.uniform(0, 360), material=kind.material))  # fmt: skip
        edge = side * 20.0
        room = Room([(-20, -20), (edge, -20), (edge, edge), (-20, edge)], walled=False)
        layout = Layout(room=room, items=items, ground=Ground("grass", edge))
        took[str(count)] = round(write(layout), 2)
    return took


def main() -> int:
    """Measure and print, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--settle", type=int, default=20, help="how many scenes fall for a second")
    parser.add_argument("--scale", action="store_true", help="only time 250 to 1,000 things")
    args = parser.parse_args()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    result = {"scale_cpu_s": scale()} if args.scale else stand(args)
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    package.end_with(main)
