"""Train, measure and export the camera scorer. Needs the environment "train" only, no data.

    build/env/train/bin/python scripts/train_camera.py OUT [--rounds 1 …] [--folder onnx_models]

Frames are drawn from the kit's own meshes: ten minutes of one core for every round; training takes
half a minute. What is drawn is kept in OUT, and used again by a second run.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch

import package

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.layout.lookout import CAMERA, CLUES, Lookout  # noqa: E402
from understudy.ml.runtime import Settings  # noqa: E402
from understudy.ml.train.layout import camera, frames  # noqa: E402

from export_layout import OPSET, stamp, table  # noqa: E402

TOLERANCE = 1e-5
PROMPTS = package.ROOT / "scripts" / "prompts" / "voices.txt"
CARD = """\
# {name}
What it does: says how much of a thing a camera's frame of a layout really shows. The cameras of a
layout are chosen with it; where it is missing, by the rays that it corrects.
File: {name}.onnx, {size:.3f} MB, opset {opset}, made by `scripts/train_camera.py OUT`.
sha256: {sha}
Network: two layers of {width}, {weights:,} weights, averaged over the run. It corrects, on a logit,
what rays through coarse shapes of the kit's kinds say (ml/layout/shapes.py, ml/layout/lookout.py).
Inputs: clues (frames, {clues}): {names}.
Outputs: seen (frames).
Learned: this one figure. Not learned: how much of the frame things close before the lens take (a
network did it no better than the rays), and what makes a good frame of all this (weights of size,
headroom, horizon, thirds, view of the front): no frames rated by people were at hand.
Data: {frames:,} frames of {places} places ({groups:,} subjects), proposed by this project from its
own scene cards and drawn from its own meshes by ml/raster.py, at four aspect ratios. No other data.
Training: {steps:,} steps, seed {seed}.

Measured as drawn, {best} plain best and {others} other cameras a subject. "regret" is what the
score of the camera that a judge puts first lacks of the best camera's, all scores from the drawing;
"seen less" the same of the subject's share alone. "regret gained" is the regret less that of plain
rays, with the bounds of 95 % of draws over places. Close and near are those of the rays, too, where
the row is the network's.

{tables}

Time: {ms:.2f} ms for the network on 24 frames ({provider}); their rays take about 10 ms.
torch against ONNX: largest difference {worst:.0e}.
Limits: an artist's own assets are taken for the kit's thing of their kind; what is measured is the
kit drawn flat, not rooms filmed by people.
Licence: weights GPL-3.0-or-later; may be shipped: yes.
"""


def gathered(path: Path, names: list[str], settings: camera.Settings, number: int) -> list:
    """Return frames of places, drawn now or kept from an earlier run."""
    if not path.exists():
        frames.save(path, frames.gather(names, settings, number))
    return frames.load(path)


def export(net: torch.nn.Module, given: torch.Tensor, path: Path) -> float:
    """Write the ONNX file; return the largest difference from torch."""
    import onnxruntime as ort

    torch.onnx.export(net, (given,), str(path), input_names=["clues"], output_names=["seen"],
                      dynamic_axes={"clues": {0: "frames"}, "seen": {0: "frames"}},
                      opset_version=OPSET, dynamo=False)  # fmt: skip
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = net(given).numpy()
    worst = float(np.abs(session.run(None, {"clues": given.numpy()})[0] - wanted).max())
    if worst > TOLERANCE:
        path.unlink()
        sys.exit(f"ONNX and torch differ by {worst:.2g}, more than {TOLERANCE:g}: not exported")
    return worst


def measured(lookout: Lookout, held: dict[str, list]) -> tuple[dict, str]:
    """Return the figures on each held-out set, and their tables in Markdown."""
    figures, text = {}, ""
    for name, found in held.items():
        figures[name] = frames.measure(found, frames.judges(found, lookout))
        heads, bars, rows = table(figures[name])
        count, places = sum(len(f.clues) for f in found), len({f.place for f in found})
        text += f"{name}: {count:,} frames of {places} places\n\n"
        text += f"| | {heads} |\n|---|{bars}|\n{rows}\n\n"
    return figures, text


def main() -> int:
    """Gather, train, export and write the card."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for what is drawn and the log")
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    for f in fields(camera.Settings):
        kind = {"int": int, "float": float}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, default=f.default)
    args = vars(parser.parse_args())
    out, folder = args.pop("out"), args.pop("folder")
    settings = camera.Settings(**args)
    out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(out / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    torch.set_num_threads(1)
    runtime.keep_open()
    seen, held = frames.split(frames.places())
    lines = PROMPTS.read_text("utf-8").splitlines()
    prompts = [x.split("|")[0].strip() for x in lines if x.count("|") == 2 and x[0] != "#"]
    apart = {"held-out cards": gathered(out / "cards.npz", held, settings, 1),
             "prompts, many of cards that were trained on":
             gathered(out / "prompts.npz", prompts, settings, 2)}  # fmt: skip
    found = gathered(out / "train.npz", seen * settings.rounds, settings, 0)
    net = camera.train(settings, found)
    path = folder / f"{CAMERA}.onnx"
    worst = export(net, torch.from_numpy(found[0].clues), path)
    sha = stamp(path)
    lookout = Lookout(Settings(models=folder, device="cpu", threads=1))
    figures, tables = measured(lookout, apart)
    clues = np.repeat(found[0].clues[:1], 24, axis=0)
    begun = time.process_time()
    for _ in range(100):
        lookout(clues)
    text = CARD.format(
        name=CAMERA, size=path.stat().st_size / 1e6, opset=OPSET, sha=sha,
        weights=sum(p.numel() for p in net.parameters()), clues=len(CLUES), names="; ".join(CLUES),
        frames=sum(len(f.clues) for f in found), places=len({f.place for f in found}),
        groups=len(found), tables=tables.rstrip(), ms=(time.process_time() - begun) * 10,
        provider=lookout.session.provider, worst=worst, **asdict(settings),
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
