"""Measure and export the judges that scripts/train_judges.py trained.

    build/env/train/bin/python scripts/export_judges.py RUN [--folder onnx_models] [--rooms 300]

Writes layout_ranker_v1.onnx and layout_eye_v1.onnx with their cards. What is measured is on rooms
and places that were not trained on, beside the plain figures that the networks stand for.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

import package
from export_layout import INPUTS, NOTICE, OPSET, export_plain, stamp

package.load()

from understudy.ml.layout import judges, learned  # noqa: E402
from understudy.ml.layout.features import NEAR, NUMBER, STATIC  # noqa: E402
from understudy.ml.runtime import Settings  # noqa: E402
from understudy.ml.train.layout import data, measure  # noqa: E402
from understudy.ml.train.layout import judges as train  # noqa: E402
from understudy.ml.train.layout.network import Eye, Ranker  # noqa: E402

RANKER_CARD = """\
# layout_ranker_v1
What it does: says how like real ones a furnished room is, to put variants of bedrooms, living
rooms, kitchens and bathrooms in order. It chooses among what the solver has made valid.
File: layout_ranker_v1.onnx, {size:.2f} MB, opset {opset}, made by scripts/export_judges.py from a
run at commit {commit}.
sha256: {sha}
Network: embeddings of 37 categories, a small network over each thing and what is near it, pooled;
{weights:,} weights. Inputs: static (rooms, things, {static}), poses (rooms, things, 5), own (rooms,
things) int64, -1 for none, others (rooms, things, {near}, 6), codes (rooms, things, {near}).
Outputs: scores (rooms,), the higher the likelier.
Learned: to tell rooms of the data from the same rooms with a quarter, six in ten, or all of their
things elsewhere. Authored, not learned: how much this counts beside what was asked for and what the
cameras see (15 %), and everything outside these four types of room. No person's taste is in it.
Training: {steps} steps on {count} rooms in four degrees, seed {seed}.
{notice}
Measured on {rooms} held-out rooms: how often the less spoilt of two is put first (chance 50 %).

| | {names} |
|---|{bars}|
{rows}

"placed by the network" is what the product's own proposer makes of the room's things.
"likelihood" is the mean score of layout_placement_v1; "evenness" is the plain figure that stands
where this network is missing.
{verdict}
torch against ONNX: largest difference {worst:.0e}.
Licence: weights GPL-3.0-or-later with the notice above; may be shipped: yes.
"""
EYE_CARD = """\
# layout_eye_v1
What it does: says how much of a thing a camera really sees, where rays only say that a box is in
the way: one sees between the legs of a table and through an arch. It serves the choice of cameras.
File: layout_eye_v1.onnx, {size:.2f} MB, opset {opset}, made by scripts/export_judges.py from a run
at commit {commit}.
sha256: {sha}
Network: {inputs} figures of rays to the subject's box and the sorts of boxes that they meet, two
layers; {weights:,} weights. Inputs: frames (N, {inputs}): see ml/layout/judges.py. Outputs: shares
(N,), 0 to 1.
Learned: from {count:,} frames of {places} places that this project proposed, drawn as meshes of its
own kit. Authored, not learned: what makes a good frame (subject, headroom, horizon, thirds and
their weights). No set of frames rated by people was at hand, so no taste is learned.
Training: {steps} steps, seed {seed}. No data of others.
Measured on {frames} frames of {held} things in places not trained on. "regret": how much
less of the thing is seen by the camera put first than by the best of its {cameras} or fewer.

| | mean error | correlation | regret |
|---|---|---|---|
{rows}

{verdict}
torch against ONNX: largest difference {worst:.0e}.
Licence: weights GPL-3.0-or-later; may be shipped: yes.
"""


def placed(scorer: learned.Scorer, room: data.Chamber, things: list[data.Thing]) -> float:
    """Return the mean score that the placement network gives the things of a room."""
    told = judges.encoded(
        room.around(), np.array([t.pose for t in things]), np.array([t.size for t in things]),
        np.array([NUMBER[t.name] for t in things]),
    )  # fmt: skip
    return float(scorer.session(**{k: v[None] for k, v in told.items()})["scores"].mean())


def even(room: data.Chamber, things: list[data.Thing]) -> float:
    """Return the plain figure: 1 when things are spread over the room."""
    at = np.array([t.pose[:2] for t in things])
    off = np.abs(at.mean(axis=0) - room.outline.mean(axis=0)) / np.ptp(room.outline, axis=0)
    return float(np.clip(1 - 2 * off.max(), 0, 1))


def rank_rooms(net: Ranker, scorer: learned.Scorer, rooms: list[data.Chamber]) -> dict:
    """Return {judge: {pair of degrees: share in the right order}}."""
    rng = np.random.default_rng(5)
    names = ["as they are", "a quarter moved", "six in ten moved", "by chance"]
    right: dict[str, dict[str, list]] = {}
    for room in rooms:
        degrees = train.degrees(room, rng)
        ours = measure.arrange(room, measure.by_network(scorer, rng), rng)[0]
        if min(map(len, [*degrees, ours])) < 3:
            continue
        told = [train.told(room, t) for t in [*degrees, ours]]
        batch = [torch.from_numpy(np.array([t[n] for t in told])) for n in INPUTS]
        with torch.no_grad():
            by = {"network": net(*batch).numpy()}
        by["likelihood"] = [placed(scorer, room, t) for t in [*degrees, ours]]
        by["evenness"] = [even(room, t) for t in [*degrees, ours]]
        pairs = [(k, k + 1, f"{names[k]} > {names[k + 1]}") for k in range(3)]
        pairs += [(0, 3, "as they are > by chance"), (4, 3, "placed by the network > by chance")]
        for judge, scores in by.items():
            for a, b, label in pairs:
                won = float(scores[a] > scores[b]) + 0.5 * float(scores[a] == scores[b])
                right.setdefault(judge, {}).setdefault(label, []).append(won)
    return {j: {p: float(np.mean(v)) for p, v in d.items()} for j, d in right.items()}


def see_frames(net: Eye, held: list) -> dict[str, tuple[float, float, float]]:
    """Return {judge: (mean error, correlation, regret)} of how much is seen."""
    told = {"network": [], "rays to boxes": []}
    for frames, _ in held:
        with torch.no_grad():
            told["network"].append(net(frames).numpy())
        told["rays to boxes"].append(1 - frames[:, 0].numpy())
    true = [seen.numpy() for _, seen in held]
    flat = np.concatenate(true)
    out = {}
    for name, said in told.items():
        every = np.concatenate(said)
        regret = [t.max() - t[int(s.argmax())] for s, t in zip(said, true, strict=True)]
        out[name] = (float(np.abs(every - flat).mean()), float(np.corrcoef(every, flat)[0, 1]),
                     float(np.mean(regret)))  # fmt: skip
    return out


def main() -> int:
    """Export, measure and write the cards."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", type=Path, help="folder of scripts/train_judges.py")
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    parser.add_argument("--rooms", type=int, default=300)
    args = parser.parse_args()
    torch.set_num_threads(1)
    kept = torch.load(args.run / "judges.pt", weights_only=True)
    common = {"opset": OPSET, "commit": kept["commit"], "seed": kept["settings"]["seed"]}
    ranker(args, kept, common)
    eye(args, kept, common)
    return 0


def ranker(args: argparse.Namespace, kept: dict, common: dict) -> None:
    """Export and measure the ranker."""
    net, path = Ranker(), args.folder / f"{judges.RANKER}.onnx"
    net.load_state_dict(kept["ranker"])
    net.eval()
    rooms = [r for r in data.rooms(data.folder() / "rooms_test.jsonl.gz") if len(r.things) >= 4]
    rooms = rooms[:: max(1, len(rooms) // args.rooms)][: args.rooms]
    told = [train.told(r, r.things) for r in rooms[:3]]
    given = tuple(torch.from_numpy(np.array([t[n] for t in told])) for n in INPUTS)
    axes = {n: {0: "rooms", 1: "things"} for n in INPUTS} | {"scores": {0: "rooms"}}
    worst = export_plain(net, given, INPUTS, "scores", path, axes)
    sha = stamp(path)
    scorer = learned.Scorer(Settings(device="cpu", threads=1))
    figures = rank_rooms(net, scorer, rooms)
    names = list(figures["network"])
    rows = "\n".join(f"| {j} | " + " | ".join(f"{d[n]:.0%}" for n in names) + " |"
                     for j, d in figures.items())  # fmt: skip
    lost = [n for n in names if figures["network"][n] < max(
        figures[j][n] for j in ("likelihood", "evenness"))]  # fmt: skip
    verdict = ("It is first in every column." if not lost
               else f"It is not first in: {'; '.join(lost)}.")  # fmt: skip
    said = kept["ranker_told"]
    text = RANKER_CARD.format(
        size=path.stat().st_size / 1e6, sha=sha, static=STATIC, near=NEAR,
        weights=sum(p.numel() for p in net.parameters()), steps=said["steps"], count=said["rooms"],
        notice=NOTICE.format(count=f"{said['rooms']:,} rooms and", data=kept["data"]),
        rooms=len(rooms), names=" | ".join(names), bars="---|" * (len(names) - 1) + "---",
        rows=rows, verdict=verdict, worst=worst, **common,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")
    print(json.dumps(figures, indent=1))


def eye(args: argparse.Namespace, kept: dict, common: dict) -> None:
    """Export and measure the eye."""
    net, path = Eye(judges.CLUES), args.folder / f"{judges.EYE}.onnx"
    net.load_state_dict(kept["eye"])
    net.eval()
    held = kept["held"]
    axes = {"frames": {0: "N"}, "shares": {0: "N"}}
    worst = export_plain(net, (held[0][0],), ["frames"], "shares", path, axes)
    sha = stamp(path)
    figures = see_frames(net, held)
    rows = "\n".join(f"| {j} | {a:.3f} | {b:.2f} | {c:.3f} |" for j, (a, b, c) in figures.items())
    ours, rays = figures["network"], figures["rays to boxes"]
    better = ours[0] < rays[0] and ours[1] > rays[1] and ours[2] <= rays[2]
    verdict = "It is better than rays in all three." if better else (
        "It does not beat rays in all three.")  # fmt: skip
    said = kept["eye_told"]
    text = EYE_CARD.format(
        size=path.stat().st_size / 1e6, sha=sha, inputs=judges.CLUES,
        weights=sum(p.numel() for p in net.parameters()), count=said["frames"],
        places=said["places"], steps=said["steps"], frames=sum(len(t) for _, t in held),
        held=len(held), cameras=kept["settings"]["cameras"], rows=rows, verdict=verdict,
        worst=worst, **common,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    sys.exit(main())
