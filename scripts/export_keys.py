"""Export the key picker and the judgement of feet to ONNX, check both, write their cards.

    build/env/train/bin/python scripts/export_keys.py keys build/keys/run1/last.pt
    build/env/train/bin/python scripts/export_keys.py feet build/feet/run1/last.pt

What they are worth is measured by `bench_blocking.py`; put its figures into the card by hand.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from understudy.ml import runtime  # noqa: E402
from understudy.ml.blocking import contacts, keypicker  # noqa: E402
from understudy.ml.train.feet.network import Feet  # noqa: E402
from understudy.ml.train.keys.network import KeyPicker  # noqa: E402
from understudy.ml.train.lifter import mocap  # noqa: E402

OPSET = 17
TOLERANCE = 1e-4

DATA = """\
Data: CMU Graphics Lab Motion Capture Database ("free for all uses"; the data used in this project
was obtained from mocap.cs.cmu.edu, the database was created with funding from NSF EIA-0196217; BVH
conversion by B. Hahne){more}
"""
FEET_TOO = """; AnimatedDrawings (MIT License, Copyright (c)
Meta Platforms, Inc.; text in lifter_v5.md)."""
KEYS_TOO = """; ReActIdle (MIT License, Copyright (c) 2025 RSAIT); AnimatedDrawings
(MIT License, Copyright (c) Meta Platforms, Inc.; both texts in lifter_v5.md); KayKit and Quaternius
(CC0 1.0), also as they were keyed, where keys can be told from the sampled curves."""

KEYS_CARD = """# {name}
What it does: says of each frame of a moving body how much it looks like a pose that an animator
would key. The exact choice of the key poses weighs that against the error. It proposes; the artist
decides.
File: {name}.onnx, {size:.2f} MB, opset {opset}, made by scripts/export_keys.py at commit {commit}.
sha256: {sha}
Network: {blocks} residual convolutions over time, {width} channels, dilations {dilations}; weights
averaged over the run.
Inputs, float32, 30 frames a second: inputs (clips, frames, {inputs}), laid out by
ml/blocking/keypicker.py: directions, speeds and changes of {paths} joint paths, turning of the
segments, the body's speed, the confidence. Never which pose it is.
Outputs: score (clips, frames), logits.
Training: {epochs} epochs of {clips} blocked clips, {minutes:.0f} minutes on {device} (and once to
make the clips), seed {seed}: poses taken from capture, timed, held, anticipated, overshot and
eased as animators do, on random bodies, seen by random cameras with the detector's errors (measured
on 16 of the clips for noise), solved as the stage does (72 % with the lifter, 16 % by geometry,
12 % exact); a tenth keyed by hand.
{data}Held out: CMU subjects {subjects} (measuring) and {watched} (watching the training).
Measured: keys found within two frames at the true count on made-up clips of held-out subjects,
the highest scores alone: F1 0.82. Eight rendered, blocked clips of subjects it may have seen in
other clips, through the exact choice: 0.92 (without the network 0.79, even 0.64). On the eight of
the benchmark, which nothing was set on: 0.87 (without 0.85, even 0.66), solved with lifter_v5; the
motion comes out of 5, 10 and 20 % of the keys as near as without it. So it is asked at first.
torch against ONNX: largest difference {worst:.1g}. Speed: {took:.1f} ms for 100 frames
(CPUExecutionProvider, one busy core).
Limits: one person, body poses; it has seen no lip, hand or prop animation. How a made-up clip is
timed is our idea of animators' habits.
Licence: weights GPL-3.0-or-later with the notices above; may be shipped: yes.
"""

FEET_CARD = """# {name}
What it does: says which heels and toes stand, from the lifter's own word and from how still the
feet are in the picture. It proposes; the artist decides.
File: {name}.onnx, {size:.2f} MB, opset {opset}, made by scripts/export_keys.py at commit {commit}.
sha256: {sha}
Network: {blocks} residual convolutions over time, {width} channels, dilations {dilations}; the
same for the left foot and the right; weights averaged over the run.
Inputs, float32, 30 frames a second: inputs (feet, frames, {inputs}), laid out by
ml/blocking/contacts.py, lengths in legs.
Outputs: contact (feet, frames, 2), logits of heel and toes.
Training: {steps} steps of {batch} windows of {frames} frames on {device}, seed {seed}; a share of
{seen} from rendered clips that the detector saw (`render_truth.py`, uses noise and tune, every
second one of the latter kept to watch by), the rest made up ({clips} clips of capture at 0.75 to
2.4 times its speed, seen with the detector's errors). What stands is told by `bodies.contacts`.
{data}Held out: CMU subjects {subjects} (measuring) and {watched} (watching the training).
Measured: see docs/blocking.md.
torch against ONNX: largest difference {worst:.1g}. Speed: {took:.1f} ms for 100 frames
(CPUExecutionProvider, one busy core).
Limits: flat floors; what a foot touches that is no floor (a chair's rung, a wall) was never seen.
Licence: weights GPL-3.0-or-later with the notices above; may be shipped: yes.
"""


def export(net: torch.nn.Module, path: Path, width: int, output: str) -> tuple[float, float]:
    """Write the ONNX file; return the largest difference from torch, and ms for 100 frames."""

    def example(clips: int, frames: int) -> torch.Tensor:
        make = torch.Generator().manual_seed(clips + frames)
        return torch.randn(clips, frames, width, generator=make)

    axes = {n: {0: "clips", 1: "frames"} for n in ("inputs", output)}
    torch.onnx.export(
        net, (example(2, 60),), str(path), input_names=["inputs"], output_names=[output],
        dynamic_axes=axes, opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    session = runtime.open_bare(path)
    worst, took = 0.0, 0.0
    for clips, frames in ((1, 9), (3, 77), (1, 400)):
        given = example(clips, frames)
        begun = time.perf_counter()
        got = session.run(None, {"inputs": given.numpy()})[0]
        took = 1000 * (time.perf_counter() - begun) / frames * 100
        with torch.no_grad():
            wanted = net(given).numpy()
        off = np.abs(got - wanted) / np.maximum(np.abs(wanted), 1.0)
        worst = max(worst, float(off.max()))
    if worst > TOLERANCE:
        sys.exit(f"ONNX differs from torch by {worst}")
    return worst, took


def main() -> int:
    """Export the checkpoint that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=("keys", "feet"))
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, default=package.ROOT / "onnx_models")
    args = parser.parse_args()
    kept = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    s, keys = kept["settings"], args.what == "keys"
    from understudy.ml.train.feet import data as feet
    from understudy.ml.train.keys import data as picks

    make, name, card = (
        (KeyPicker, keypicker.NAME, KEYS_CARD) if keys else (Feet, contacts.NAME, FEET_CARD)
    )
    net = make(s["width"], tuple(s["dilations"]), s["drop"])
    net.load_state_dict(kept["net"])
    path = args.out / f"{name}.onnx"
    inputs = (keypicker if keys else contacts).INPUTS
    worst, took = export(net.eval(), path, inputs, "score" if keys else "contact")
    data = path.read_bytes()
    about = {
        **s, "name": name, "size": len(data) / 1e6, "opset": OPSET, "commit": kept["commit"][:12],
        "sha": hashlib.sha256(data).hexdigest(), "blocks": len(s["dilations"]),
        "dilations": ", ".join(map(str, s["dilations"])), "inputs": inputs,
        "paths": keypicker.PATHS, "minutes": kept.get("minutes", 0.0),
        "subjects": ", ".join(mocap.MEASURED), "worst": worst, "took": took,
        "watched": ", ".join((picks if keys else feet).HELD_OUT),
        "data": DATA.format(more=KEYS_TOO if keys else FEET_TOO),
    }  # fmt: skip
    path.with_suffix(".md").write_text(card.format(**about), encoding="utf-8")
    print(f"{path}: {len(data) / 1e6:.2f} MB, differs by {worst:.1g}, {took:.1f} ms a 100 frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
