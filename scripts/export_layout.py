"""Measure and export the layout networks that scripts/train_layout.py trained.

    build/env/train/bin/python scripts/export_layout.py RUN [--folder onnx_models] [--rooms 500]

Writes layout_placement_v1.onnx and layout_objects_v1.onnx and, with the figures on held-out rooms
measured through the product's own path, their cards.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

import package

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.layout import learned  # noqa: E402
from understudy.ml.layout.features import NEAR, STATIC  # noqa: E402
from understudy.ml.train.layout import data, measure  # noqa: E402
from understudy.ml.train.layout.network import ObjectSet, Placement  # noqa: E402

OPSET = 17
TOLERANCE = 1e-4
INPUTS = ["static", "poses", "own", "others", "codes"]
NOTICE = """\
Data: {count} samples from rooms of houses made with the ProcTHOR generator (Allen Institute
for AI), Apache License 2.0; sha256 of the file {data}.
Held out: all rooms of the test houses (other floor plans and assets).
Contains data generated with ProcTHOR (Allen Institute for AI), Apache License 2.0.
"""
PLACEMENT_CARD = """\
# layout_placement_v1
What it does: says how likely a piece of furniture stands at each of many poses, given the outline,
doors and windows of a room and what stands there. It proposes; the solver in ml/layout/space.py
decides what is valid, and an artist what stays.
File: layout_placement_v1.onnx, {size:.2f} MB, opset {opset}, made by scripts/export_layout.py from
a run at commit {commit}.
sha256: {sha}
Network: embeddings of 37 categories, a small network over each near thing, sum and maximum, a head;
{weights:,} weights, averaged over the run.
Inputs: static (rooms, poses, {static}), poses (rooms, poses, 5), own (rooms, poses) int64, others
(rooms, poses, {near}, 6), codes (rooms, poses, {near}) int64, -1 for none: see
ml/layout/features.py. Metres and radians.
Outputs: scores (rooms, poses), log of likelihood over that of the proposals.
Learned: where 36 categories of indoor furniture stand: bedrooms, living rooms, kitchens, bathrooms.
Authored, not learned: the scene cards (which things make a place, and what is to be by what),
places outdoors, of the past, of fantasy and of science fiction, the relations of words, the
solver. Kinds of the kit that the data does not have are placed by rules.
Training: {steps} steps, {seen:,} samples seen, {minutes:g} minutes of one core, seed {seed}.
{notice}
Measured on {rooms} held-out rooms. Log likelihood of the true pose among 31 others that would be
valid: {nats:.3f} nats (chance {chance:.3f}); it is the first of the 32 in {first:.1%} of {poses:,}
cases. The rooms' own things placed anew, one by one, each where it runs into nothing;
Kullback-Leibler divergence in nats of what comes out from the data, smaller is better:

| | {names} |
|---|{bars}|
{rows}

"random + solver" draws from the same proposals, six in ten of which have their backs to a wall.
"other half of the data" is how far two halves of the truth are apart: the least to be had.
Speed: {speed:.2f} ms for 100 poses ({provider}).
torch against ONNX: largest difference {worst:.0e}.
Limits: {limits}
Licence: weights GPL-3.0-or-later with the notice above; may be shipped: yes.
"""
OBJECTS_CARD = """\
# layout_objects_v1
What it does: says which category of thing comes next in a bedroom, living room, kitchen or
bathroom, given what is there and the size of the room; it fills such rooms when more is asked for
than their scene card holds.
File: layout_objects_v1.onnx, {size:.2f} MB, opset {opset}, made by scripts/export_layout.py from a
run at commit {commit}.
sha256: {sha}
Inputs: counts (rooms, {categories}) float32, how many of each category are there; room (rooms, 6):
one-hot type, root of the area in 6 m, openings in 6. Outputs: logits (rooms, {categories} + 1),
the last for "no more". The categories' names are in the file.
Training: {steps} steps, seed {seed}.
{notice}
Measured on {rooms} held-out rooms: sets drawn for their type and size, beside sets of the true
size whose things are drawn at random from rooms of the same type, and from all rooms.

| | KL of categories, nats | gap in how often two go together |
|---|---|---|
{rows}

Limits: only these four types of room; small things stand there as the data's own rule put them.
Licence: weights GPL-3.0-or-later with the notice above; may be shipped: yes.
"""


def example(poses: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Return inputs of the placement network."""
    g = torch.Generator().manual_seed(seed)
    codes = torch.randint(-1, 37, (1, poses, NEAR), generator=g)
    return (
        torch.randn(1, poses, STATIC, generator=g),
        torch.randn(1, poses, 5, generator=g),
        torch.randint(0, 36, (1, poses), generator=g),
        torch.randn(1, poses, NEAR, 6, generator=g),
        codes,
    )


def export(net: torch.nn.Module, given: tuple, names: list[str], out: str, path: Path) -> float:
    """Write an ONNX file; return the largest difference from torch."""
    axes = {n: {0: "rooms", 1: "poses"} if out == "scores" else {0: "rooms"} for n in [*names, out]}
    torch.onnx.export(net, given, str(path), input_names=names, output_names=[out],
                      dynamic_axes=axes, opset_version=OPSET, dynamo=False)  # fmt: skip
    session = runtime.open_bare(path)
    sizes = (1, 17, 200) if out == "scores" else (1,)
    worst = 0.0
    for n in sizes:
        fresh = example(n, n) if out == "scores" else given
        with torch.no_grad():
            wanted = net(*fresh).numpy()
        feed = {k: v.numpy() for k, v in zip(names, fresh, strict=True)}
        worst = max(worst, float(np.abs(session.run(None, feed)[0] - wanted).max()))
    if worst > TOLERANCE:
        path.unlink()
        sys.exit(f"ONNX and torch differ by {worst:.2g}, more than {TOLERANCE:g}: not exported")
    return worst


def stamp(path: Path, **texts: str) -> str:
    """Add metadata and return the file's sha256; a provisional card lets it be opened."""
    import onnx
    from onnx import helper

    model = onnx.load(str(path))
    if texts:
        helper.set_model_props(model, texts)
        onnx.save(model, str(path))
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".md").write_text(f"sha256: {sha}\n", "utf-8")
    return sha


def table(figures: dict[str, dict[str, float]]) -> tuple[str, str, str]:
    """Return (heads, rule, rows) of a table in Markdown."""
    names = list(dict.fromkeys(n for f in figures.values() for n in f))
    rows = [
        f"| {way} | " + " | ".join(f"{f[n]:.3f}" if n in f else "-" for n in names) + " |"
        for way, f in figures.items()
    ]
    return " | ".join(names), "---|" * (len(names) - 1) + "---", "\n".join(rows)


def verdict(figures: dict[str, dict[str, float]]) -> str:
    """Say where the network wins over random proposals with the same solver."""
    ours, theirs = figures["network + solver"], figures["random + solver"]
    lost = [n for n in ours if n != "left out" and n in theirs and ours[n] >= theirs[n]]
    if lost:
        return f"it does not beat random proposals in {', '.join(lost)}."
    known = figures["shuffled poses"]
    near = [n for n in ours if n in known and ours[n] >= known[n]]
    text = "it beats random proposals with the same solver in every figure above"
    if near:
        text += (
            f"; true poses exchanged among a room's things, which no proposer can know, are\n"
            f"nearer to the data in: {', '.join(near)}"
        )
    return text + "."


def main() -> int:
    """Export, measure and write the cards."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", type=Path, help="folder of scripts/train_layout.py")
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    parser.add_argument("--rooms", type=int, default=500)
    args = parser.parse_args()
    torch.set_num_threads(1)
    kept = torch.load(args.run / "layout.pt", weights_only=True)
    rooms = list(data.rooms(data.folder() / "rooms_test.jsonl.gz"))
    rooms = rooms[:: max(1, len(rooms) // args.rooms)][: args.rooms]
    common = {"opset": OPSET, "commit": kept["commit"], "seed": kept["settings"]["seed"],
              "rooms": len(rooms),
              "notice": NOTICE.format(count=f"{kept['samples']:,}", data=kept["data"])}  # fmt: skip
    place(args.folder, kept, rooms, common)
    things(args.folder, kept, rooms, common)
    return 0


def place(folder: Path, kept: dict, rooms: list, common: dict) -> None:
    """Export and measure the placement network."""
    net = Placement(kept["settings"]["width"])
    net.load_state_dict(kept["placement"])
    net.eval()
    path = folder / f"{learned.PLACEMENT}.onnx"
    worst = export(net, example(5), INPUTS, "scores", path)
    sha = stamp(path)
    scorer = learned.Scorer(runtime.Settings(models=folder, device="cpu", threads=1))
    told = measure.likelihood(scorer, rooms)
    figures = measure.placement(scorer, rooms)
    feed = {k: v.numpy() for k, v in zip(INPUTS, example(100), strict=True)}
    begun = time.process_time()
    for _ in range(50):
        scorer.session(**feed)
    speed = (time.process_time() - begun) / 50 * 1000
    heads, bars, rows = table(figures)
    said = kept["placement_told"]
    text = PLACEMENT_CARD.format(
        size=path.stat().st_size / 1e6, sha=sha, weights=sum(p.numel() for p in net.parameters()),
        static=STATIC, near=NEAR, steps=said["steps"], seen=said["samples"],
        minutes=sum(kept["settings"][k] for k in kept["settings"] if k.startswith("minutes")),
        nats=told["nats"], chance=told["chance"], first=told["first of 32"], poses=told["poses"],
        names=heads, bars=bars, rows=rows, speed=speed, provider=scorer.session.provider,
        worst=worst, limits=verdict(figures), **common,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")
    print(json.dumps({"likelihood": told, "placement": figures}, indent=1))


def things(folder: Path, kept: dict, rooms: list, common: dict) -> None:
    """Export and measure the network of object sets."""
    names = kept["names"]
    net = ObjectSet(len(names), len(data.TYPES))
    net.load_state_dict(kept["objects"])
    net.eval()
    path = folder / f"{learned.OBJECTS}.onnx"
    given = (torch.ones(3, len(names)), torch.ones(3, len(data.TYPES) + 2))
    export(net, given, ["counts", "room"], "logits", path)
    sha = stamp(path, categories=json.dumps(names), types=json.dumps(data.TYPES))
    drawn = measure.objects(
        learned.ObjectTable(runtime.Settings(models=folder, device="cpu", threads=1)), rooms
    )
    text = OBJECTS_CARD.format(
        size=path.stat().st_size / 1e6, sha=sha, categories=len(names), rows=table(drawn)[2],
        steps=kept["objects_told"]["steps"], **common,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")
    print(json.dumps(drawn, indent=1))


if __name__ == "__main__":
    sys.exit(main())
