"""Export a trained lifter to ONNX, check it against torch, and write its card.

    build/env/train/bin/python scripts/export_lifter.py build/lifter/run3/last.pt

Writes onnx_models/lifter_v4.onnx and .md. What it is worth is measured by `bench_blocking.py`;
put its figures into the card by hand.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import sys
import time
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from understudy.ml import runtime  # noqa: E402
from understudy.ml.blocking import lifting  # noqa: E402
from understudy.ml.train.lifter import mocap  # noqa: E402
from understudy.ml.train.lifter.network import Lifter  # noqa: E402
from understudy.ml.train.lifter.settings import Settings  # noqa: E402

NAME = "lifter_v4"
OPSET = 17
TOLERANCE = 3e-4
AXES = {0: "clips", 1: "frames"}

CARD = """# {name}
What it does: corrects a landmark network's noisy body. Given one person's landmarks over time, it
says where the joints are, how the segments are turned, how far knees and elbows are bent, what
stands on the floor and which way is up, with how far joints and bends may be off. It proposes; the
artist decides.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_lifter.py at commit
{commit}.
sha256: {sha}
Network: {count} residual convolutions over time, {width} channels, dilations {dilations};
weights averaged over the run.
Inputs, float32, {rate:.0f} frames a second, see ml/blocking/lifting.py: inputs (clips, frames,
{inputs}): {marks} landmarks of MediaPipe's 33, each on the picture and in the detector's metres,
with visibility, and how the hips move; detected (clips, frames, 17, 3) the detector's own joints.
View axes: metres, x right, y down, z away, looking at the middle of the hips.
Outputs: joints (…, 17, 3) metres about the hips; spread (…, 17) metres; rotation (…, 21, 6) first
two columns of each segment's turn from a T-pose; contact (…, 4) logits of heel and toes, left and
right; up (…, 3); velocity (…, 3) metres a second; bend (…, 4) radians of left and right knee and
elbow, bend_spread (…, 4) radians.
Training: {steps} steps of {batch} windows of {frames} frames, {minutes:.0f} minutes on {device},
seed {seed}{begun}; a share of {real} of the windows from films of random people that the detector
saw (`film_people.py`), the rest made up, half of both with changed poses. By `film_people.py`,
`measure_noise.py`, then `train_lifter.py`{options}.
Data: CMU Graphics Lab Motion Capture Database ("free for all uses"; the data used in this project
was obtained from mocap.cs.cmu.edu, the database was created with funding from NSF EIA-0196217; BVH
conversion by B. Hahne), knees and elbows straightened (ml/train/lifter/straight.py); KayKit (CC0
1.0); ReActIdle (MIT License, Copyright (c) 2025 RSAIT); AnimatedDrawings (MIT License, Copyright
(c) Meta Platforms, Inc.), on random proportions, seen by random cameras, with the detector's errors
as measured on renders of a MakeHuman body (CC0).
Held out: CMU subjects {subjects}. Climbing and swinging were left out.
Measured: see docs/blocking.md, on rendered clips of the held-out subjects. The detector's errors
were measured on the same MakeHuman family that the benchmark shows, drawn otherwise, in other
clothes, proportions, motions, views and rooms, so expect less on real footage.
torch against ONNX: largest difference {worst:.1g}. Speed: {took:.1f} ms for 100 frames
(CPUExecutionProvider, one busy core).
Limits: upright people on two legs, one camera, 30 frames a second. Not for identifying people.
Licence: weights GPL-3.0-or-later with the notices above; may be shipped: yes.

Of the MIT-licensed data: {mit}"""


def export(net: Lifter, path: Path) -> tuple[float, float]:
    """Write the ONNX file; return the largest difference from torch, and ms for 100 frames."""

    def example(clips: int, frames: int) -> tuple[torch.Tensor, torch.Tensor]:
        make = torch.Generator().manual_seed(clips + frames)
        return (
            torch.randn(clips, frames, lifting.INPUTS, generator=make),
            torch.randn(clips, frames, len(lifting.JOINTS), 3, generator=make),
        )

    names = list(lifting.OUTPUTS)
    torch.onnx.export(
        net, example(2, 60), str(path), input_names=["inputs", "detected"], output_names=names,
        dynamic_axes={n: AXES for n in ("inputs", "detected", *names)}, opset_version=OPSET,
        dynamo=False,
    )  # fmt: skip
    session = runtime.open_bare(path)
    worst, took = 0.0, 0.0
    for clips, frames in ((1, 9), (3, 77), (1, 400)):
        given = example(clips, frames)
        feed = {n: g.numpy() for n, g in zip(("inputs", "detected"), given, strict=True)}
        begun = time.perf_counter()
        got = session.run(None, feed)
        took = 1000 * (time.perf_counter() - begun) / frames * 100
        with torch.no_grad():
            wanted = net(*given)
        worst = max(
            worst,
            *(_difference(a, b.numpy()) for a, b in zip(got, wanted, strict=True)),
        )
    if worst > TOLERANCE:
        sys.exit(f"ONNX differs from torch by {worst}")
    return worst, took


def blended(net: Lifter, others: list[tuple[Path, float]]) -> Lifter:
    """Return the mean of a network and exported ones from the same beginning, each with its share.

    It does nearly as well on what it learned last and keeps what they did elsewhere (Wortsman et
    al., "Robust fine-tuning of zero-shot models" and "Model soups", 2022): here, on real people, of
    whom the films show none.
    """
    first = copy.deepcopy(net)
    with torch.no_grad():
        for value in net.parameters():
            value.mul_(1.0 - sum(share for _, share in others))
        for path, share in others:
            first.take_over(path)
            for value, other in zip(net.parameters(), first.parameters(), strict=True):
                value.add_(share * other)
    return net


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest difference, relative where values are large."""
    return float((np.abs(a - b) / np.maximum(np.abs(b), 1.0)).max())


def main() -> int:
    """Export the checkpoint that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, default=package.ROOT / "onnx_models")
    parser.add_argument(
        "--mean", nargs=2, action="append", default=[], metavar=("ONNX", "SHARE"),
        help="another exported lifter, and its share of the weights; see `blended`",
    )  # fmt: skip
    parser.add_argument(
        "--spread", type=float, default=1.0,
        help="factor on how far joints may be off, to the size that what reads it was set for",
    )  # fmt: skip
    args = parser.parse_args()
    kept = torch.load(args.checkpoint, map_location="cpu", weights_only=False)
    s = kept["settings"]
    net = Lifter(s["width"], tuple(s["dilations"]))
    net.load_state_dict(kept["net"])
    net = blended(net, [(Path(path), float(share)) for path, share in args.mean])
    first = lifting.OUTPUTS["joints"]
    with torch.no_grad():
        net.end.bias[first : first + lifting.OUTPUTS["spread"]] += float(np.log(args.spread))
    path = args.out / f"{NAME}.onnx"
    worst, took = export(net.eval(), path)
    data = path.read_bytes()
    other = max((package.ROOT / "onnx_models").glob("lifter_v*.md")).read_text("utf-8")
    begun = f", begun with the weights of {Path(s['begin']).stem}" if s["begin"] else ""
    for mixed, share in args.mean:
        begun += f"; a share of {share} of the weights is that of {Path(mixed).stem} (`--mean`)"
    if args.spread != 1.0:
        begun += f"; spreads of joints times {args.spread} (`--spread`)"
    usual, options = vars(Settings()), ""
    for name, value in s.items():
        if value != usual[name] and not isinstance(value, list | tuple):
            options += f" --{name.replace('_', '-')} {value}"
    card = CARD.format(
        name=NAME, size=len(data) / 1e6, opset=OPSET, commit=kept["commit"][:12],
        sha=hashlib.sha256(data).hexdigest(), count=len(s["dilations"]), width=s["width"],
        dilations=", ".join(map(str, s["dilations"])), rate=lifting.RATE, inputs=lifting.INPUTS,
        marks=len(lifting.LANDMARKS), steps=kept["step"], batch=s["batch"], frames=s["frames"],
        minutes=s["minutes"], device=s["device"], seed=s["seed"],
        real=s["real"], begun=begun, options=options,
        subjects=", ".join(mocap.MEASURED), worst=worst, took=took,
        mit=other.split("Of the MIT-licensed data: ")[1],
    )  # fmt: skip
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    print(f"{path}: {len(data) / 1e6:.1f} MB, differs by {worst:.1g}, {took:.1f} ms a 100 frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
