"""Measure layouts as they stand in Blender: overlaps, floating, falling, and time.

    python scripts/bench_layout_scene.py [--prompts 100] [--seeds 6] [--settle 20]
        [--log FILE] [--scale]

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
from understudy.ml import progress, runtime, tasks  # noqa: E402
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
    """Propose, write and check each prompt and seed that the log does not have; return sums."""
    done = {}
    if args.log and args.log.exists():
        rows = [json.loads(line) for line in args.log.read_text("utf-8").splitlines()]
        done = {(row["prompt"], row["seed"]): row for row in rows}
    jobs = [(p, s) for s in range(args.seeds) for p in prompts(args.prompts)]
    for number, job in enumerate(jobs):
        if job in done:
            continue
        # Spread over the prompts, one seed each: places of every sort fall.
        fall = job[1] == 0 and number % max(1, args.prompts // max(args.settle, 1)) == 0
        done[job] = row = stand_one(*job, fall and args.settle > 0)
        sys.stderr.write(f"{number + 1}/{len(jobs)} {json.dumps(row)}\n")
        if args.log:
            with args.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")
    return summed([done[job] for job in jobs])


def stand_one(prompt: str, seed: int, fall: bool) -> dict:
    """Return what is found in one scene, as JSON values."""
    begun = time.process_time()
    task = tasks.resolve("layout")({"prompt": prompt, "seed": seed, "variants": 1}, {})
    meta, _ = progress.run(task)
    row = {"prompt": prompt, "seed": seed, "propose_cpu": time.process_time() - begun}
    row["write_cpu"] = write(Layout.unpack(meta["layouts"][0]))
    begun = time.process_time()
    found = layoutcheck.check(bpy.context.scene)
    names = ("collisions", "floating", "sunk", "outside")
    row |= {"counts": found.counts(), "walkable": found.walkable}
    row["named"] = {n: getattr(found, n)[:5] for n in names}
    if fall:
        row["settled"] = layoutcheck.settle(bpy.context.scene)
    return row | {"check_cpu": time.process_time() - begun}


def summed(rows: list[dict]) -> dict:
    """Return the sums over all scenes, and the worst of them."""
    total: Counter[str] = Counter()
    bad = []
    for row in rows:
        total.update(row["counts"])
        fell = row.get("settled", {"items": 0, "moved": []})
        total.update({"settled scenes": "settled" in row, "settled items": fell["items"],
                      "settled moved": len(fell["moved"])})  # fmt: skip
        faults = {k: v for k, v in row["counts"].items() if v and k != "items"}
        if faults or fell["moved"] or row["walkable"] < 1:
            bad.append([row["prompt"], row["seed"], faults, row["walkable"], fell["moved"][:4]])
    seconds = {f"mean {n} s": sum(r[f"{n}_cpu"] for r in rows) / max(len(rows), 1)
               for n in ("propose", "write", "check")}  # fmt: skip
    walkable = sum(r["walkable"] for r in rows) / max(len(rows), 1)
    return {"scenes": len(rows), **total, "walkable": walkable, **seconds,
            "scenes with faults": len(bad), "worst": bad[:WORST]}  # fmt: skip


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
    parser.add_argument("--log", type=Path, help="keep each scene's row there, and go on from it")
    parser.add_argument("--scale", action="store_true", help="only time 250 to 1,000 things")
    args = parser.parse_args()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    runtime.keep_open()
    result = {"scale_cpu_s": scale()} if args.scale else stand(args)
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    package.end_with(main)
