"""Export trained lifters to one ONNX file, check it against torch, and write its card.

    build/env/train/bin/python scripts/export_lifter.py RUN/last.pt [RUN/last.pt …] [--shares …]

Several answer with the mean of what they say. An exported lifter (.onnx) may stand among them, of
several in one file the first.
Writes onnx_models/lifter_v5.onnx and .md. What it is worth is measured by `bench_blocking.py`;
put its figures into the card by hand.
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
from understudy.ml.blocking import lifting  # noqa: E402
from understudy.ml.train.inbetween.train import commit  # noqa: E402
from understudy.ml.train.lifter import mocap  # noqa: E402
from understudy.ml.train.lifter.network import Lifter, Together  # noqa: E402
from understudy.ml.train.lifter.settings import Settings  # noqa: E402

NAME = "lifter_v5"
OPSET = 17
TOLERANCE = 1e-3
AXES = {0: "clips", 1: "frames"}

CARD = """# {name}
What it does: corrects a landmark network's noisy body. Given one person's landmarks over time, it
says where the joints are, how the segments are turned, how far knees and elbows are bent, what
stands on the floor and which way is up, with how far joints and bends may be off. It proposes; the
artist decides.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_lifter.py at commit
{commit}.
sha256: {sha}
Network: the mean of what {members} say; each of {count} residual convolutions over
time, {width} channels, dilations {dilations}, the mean over all frames mixed in; weights averaged
over the run.
Inputs, float32, {rate:.0f} frames a second, see ml/blocking/lifting.py: inputs (clips, frames,
{inputs}): {marks} landmarks of MediaPipe's 33, each on the picture and in the detector's metres,
with visibility, and how the hips move; detected (clips, frames, 17, 3) the detector's own joints.
View axes: metres, x right, y down, z away, looking at the middle of the hips.
Outputs: joints (…, 17, 3) metres about the hips; spread (…, 17) metres; rotation (…, 21, 6) first
two columns of each segment's turn from a T-pose; contact (…, 4) logits of heel and toes, left and
right; up (…, 3); velocity (…, 3) metres a second; bend (…, 4) radians of left and right knee and
elbow, bend_spread (…, 4) radians.
Training: {training}
A share of the windows comes from films of random people that the detector saw (`film_people.py`),
the rest are made up, poses of both changed. By `film_people.py`, `measure_noise.py`,
`train_lifter.py`, `export_lifter.py`{options}.
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


def export(net: Together, path: Path) -> tuple[float, float]:
    """Write the ONNX file; return the largest difference from torch, and ms for 100 frames."""

    def example(clips: int, frames: int) -> tuple[torch.Tensor, torch.Tensor]:
        make = torch.Generator().manual_seed(clips + frames)
        inputs = torch.randn(clips, frames, lifting.INPUTS, generator=make)
        detected = torch.randn(clips, frames, len(lifting.JOINTS), 3, generator=make)
        usual = net.members[0]
        return usual.mean + inputs / usual.scale, 0.4 * detected

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


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest difference, relative where values are large."""
    return float((np.abs(a - b) / np.maximum(np.abs(b), 1.0)).max())


def read(path: Path) -> tuple[Lifter, str]:
    """Return a trained or exported lifter, and how it was trained, a sentence."""
    if path.suffix == ".onnx":
        usual = Settings()
        net = Lifter(usual.width, usual.dilations)
        net.take_over(path)
        return net, f"the first network of {path.stem} (in this repository's history)."
    kept = torch.load(path, map_location="cpu", weights_only=False)
    s, usual = kept["settings"], vars(Settings())
    net = Lifter(s["width"], tuple(s["dilations"]))
    net.load_state_dict(kept["net"])
    options = "".join(
        f" --{name.replace('_', '-')} {Path(value).name if name == 'begin' else value}"
        for name, value in s.items()
        if value != usual[name] and not isinstance(value, list | tuple)
    )
    said = f"{kept['step']} steps of {s['batch']} windows of {s['frames']} frames at commit "
    return net, said + f"{kept['commit'][:12]}, `train_lifter.py OUT{options}`."


def main() -> int:
    """Export what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("members", type=Path, nargs="+")
    parser.add_argument("--shares", type=float, nargs="+", help="of each in the mean, together 1")
    parser.add_argument("--out", type=Path, default=package.ROOT / "onnx_models")
    parser.add_argument(
        "--spread", type=float, default=1.0,
        help="factor on how far joints may be off, to the size that what reads it was set for",
    )  # fmt: skip
    args = parser.parse_args()
    count = len(args.members)
    shares = args.shares or [1.0 / count] * count
    if len(shares) != count or abs(sum(shares) - 1.0) > 1e-3:
        parser.error("--shares wants one number for each network, together 1")
    read_all = [read(path) for path in args.members]
    net = Together([member for member, _ in read_all], shares, args.spread).eval()
    path = args.out / f"{NAME}.onnx"
    worst, took = export(net, path)
    data = path.read_bytes()
    other = max((package.ROOT / "onnx_models").glob("lifter_v*.md")).read_text("utf-8")
    blocks = net.members[0].blocks
    options = f", spreads of joints times {args.spread} (`--spread`)" if args.spread != 1.0 else ""
    card = CARD.format(
        name=NAME, size=len(data) / 1e6, opset=OPSET, commit=commit()[:12],
        sha=hashlib.sha256(data).hexdigest(), count=len(blocks), width=blocks[0].mix.in_channels,
        dilations=", ".join(str(b.near.dilation[0]) for b in blocks), rate=lifting.RATE,
        members=f"{count} network(s)",
        inputs=lifting.INPUTS, marks=len(lifting.LANDMARKS), options=options,
        training="\n".join(
            f"share {share:.2f}: {said}" for share, (_, said) in zip(shares, read_all, strict=True)
        ),
        subjects=", ".join(mocap.MEASURED), worst=worst, took=took,
        mit=other.split("Of the MIT-licensed data: ")[1],
    )  # fmt: skip
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    print(f"{path}: {len(data) / 1e6:.1f} MB, differs by {worst:.1g}, {took:.1f} ms a 100 frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
