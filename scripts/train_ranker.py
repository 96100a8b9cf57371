"""Train, measure and export the ranker of furnished rooms. Needs "train" and the room corpus.

    build/env/train/bin/python scripts/train_ranker.py [--rooms 600] [--folder onnx_models]

Five minutes of one core, nearly all for what the two other layout networks say of the rooms.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

import package

package.load()

from understudy.ml.layout import learned  # noqa: E402
from understudy.ml.runtime import Settings  # noqa: E402
from understudy.ml.train.layout import data, ranker  # noqa: E402

from export_layout import NOTICE, OPSET, stamp, table  # noqa: E402

CARD = """\
# {name}
What it does: says how like a real one a furnished bedroom, living room, kitchen or bathroom is, to
put variants in order. It weighs what {placement} says of where things stand and what
{objects} says of the set of things.
File: {name}.onnx, {size:.3f} MB, opset {opset}, made by `scripts/train_ranker.py`.
sha256: {sha}
Inputs: figures (rooms, {count}): {figures}.
Outputs: scores (rooms), about as high as the mean pose.
Network: one linear layer, fitted to differences (logistic regression); weights {weights}.
Training: {pairs:,} pairs of a room and the same room spoilt ({taught}), of {rooms} rooms.
{notice}
Measured on {held} held-out rooms, spoilt in other ways than it was trained on: how often the real
one of the two is put first. "gained" is the difference from the mean pose alone, with the bounds of
95 % of draws over rooms.

| | {heads} |
|---|{bars}|
{rows}

Limits: only these four types of room, from one generator; taste is not in it.
Licence: weights GPL-3.0-or-later with the notice above; may be shipped: yes.
"""


def export(weights: np.ndarray, offset: float, path: Path) -> None:
    """Write the ONNX file."""

    class Linear(torch.nn.Linear):
        def forward(self, figures: torch.Tensor) -> torch.Tensor:
            return super().forward(figures)[:, 0]

    net = Linear(len(weights), 1)
    net.weight.data = torch.tensor(weights[None], dtype=torch.float32)
    net.bias.data = torch.tensor([offset], dtype=torch.float32)
    torch.onnx.export(net, (torch.zeros(2, len(weights)),), str(path), input_names=["figures"],
                      output_names=["scores"], opset_version=OPSET, dynamo=False,
                      dynamic_axes={"figures": {0: "rooms"}, "scores": {0: "rooms"}})  # fmt: skip


def main() -> int:
    """Train, export and write the card."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, default=learned.Settings().models)
    parser.add_argument("--rooms", type=int, default=600)
    parser.add_argument("--held", type=int, default=300)
    args = parser.parse_args()
    settings = Settings(device="cpu", threads=1)
    networks = learned.Scorer(settings), learned.ObjectTable(settings)
    file = data.folder() / "rooms_train.jsonl.gz"
    rooms = ranker.chambers(file, args.rooms)
    real, spoilt, names, _ = ranker.pairs(rooms, ranker.taught, networks, seed=1)
    weights, offset = ranker.fit(real, spoilt)
    path = args.folder / f"{learned.RANKER}.onnx"
    export(weights, offset, path)
    sha = stamp(path)
    judge = learned.Ranker(Settings(models=args.folder, device="cpu", threads=1))
    worst = np.abs(judge.score(real) - (real @ weights + offset)).max()
    if worst > 1e-3:
        sys.exit(f"ONNX and the fit differ by {worst:.2g}: not exported")
    held = ranker.chambers(data.folder() / "rooms_test.jsonl.gz", args.held)
    figures = ranker.compare(held, networks, judge.score)
    heads, bars, rows = table(figures)
    text = CARD.format(
        name=learned.RANKER, size=path.stat().st_size / 1e6, opset=OPSET, sha=sha,
        placement=learned.PLACEMENT, objects=learned.OBJECTS, count=len(weights),
        figures="; ".join(learned.FIGURES), weights=", ".join(f"{w:.2f}" for w in weights),
        pairs=len(names), taught=", ".join(dict.fromkeys(names)), rooms=len(rooms),
        notice=NOTICE.format(count=f"{len(names):,}", data=data.digest(file)).rstrip(),
        held=len(held), heads=heads, bars=bars, rows=rows,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
