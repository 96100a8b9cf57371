"""Train, export and describe the network that weighs in-betweens bone by bone.

    build/env/train/bin/python scripts/train_inbetween_blend.py [--windows N] [--name NAME]

Draws windows from the motion packs, lets the shipped in-betweening network fill them, trains
`ml.train.inbetween.blend` on one core in about half an hour, and writes onnx_models/<name>.onnx
and, with figures on what was held out, its card <name>.md. The same name is never written twice
with other weights: name a new version.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
import time
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from understudy.ml import runtime  # noqa: E402
from understudy.ml.inbetween import blend as product  # noqa: E402
from understudy.ml.inbetween import network as network_module  # noqa: E402
from understudy.ml.inbetween.evidence import NODES, TERMS, WIDTH  # noqa: E402
from understudy.ml.train.inbetween import blend, data  # noqa: E402

OPSET = 17
TOLERANCE = 1e-5

CARD = """# {name}
What it does: weighs, for every channel of a rig in a gap beside known frames, what `{used}`
proposes against plainer ways of filling it, by how that bone moved before.
File: {name}.onnx, {size:.2f} MB, opset {opset}, made by
`python scripts/train_inbetween_blend.py --windows {windows} --passes {passes} --seed {seed}
--name {name}`.
sha256: {sha}
Network: {layers}; the same few layers for every channel, none sees another but
through means.
Input: x (channels, {width}) float32, see ml/inbetween/evidence.py. Output: shares (channels,
{terms}, {nodes}) of the base curve's way off the straight one, of the network's residual, of a
velocity of three frames, of one carried on for longer, and of the acceleration, at the beginning,
middle and end of the gap. It never takes part at keys: every term is nothing there.
Training: {windows} windows, {passes} passes, {minutes:.0f} minutes on one core, seed {seed}.
Data sha256 {data}.
Data: CMU Graphics Lab Motion Capture Database ("free for all uses"; the data used in this project
was obtained from mocap.cs.cmu.edu, the database was created with funding from NSF EIA-0196217; BVH
conversion by B. Hahne). ReActIdle (MIT License, Copyright (c) 2025 RSAIT). Hand-keyed: Quaternius
(CC0 1.0), KayKit (CC0 1.0, rotations only), Mesh2Motion (CC0 1.0), AnimatedDrawings (MIT License,
Copyright (c) Meta Platforms, Inc.). What is held out, what is held aside to choose by, and the text
of the MIT License stand in the card of {used}, whose weights had seen the same training clips.
Shares of windows: {shares}.

In use, its shares count the less the shorter the gap (`trusted` in ml/inbetween/blend.py); that is
not in these figures.

Errors of positions (each coordinate in its spread over the same windows) to the straight way's;
10 known frames, a gap, one known frame; no contacts, no curve fitting. "proposed" is {used} as
it is, "weighed" with this network. Held out: CMU subjects 05 and 13 (cmu_bvh), whole skeletons.

| motion | gap | windows | base | proposed | weighed |
|---|---|---|---|---|---|
{rows}

torch against ONNX: largest difference {worst:.1g}.
Limits: gaps of up to 60 frames at 30 fps were trained, of whole bodies, with 3 to 30 known frames
in a row before them (mirrored in time, behind them). Few creatures. Not for identifying people.
Licence: weights GPL-3.0-or-later with the notices of {used}; may be shipped: yes.
"""


def export(net: blend.BlendNet, path: Path) -> float:
    """Write the ONNX file; return the largest difference from torch.

    Raises
    ------
    SystemExit
        The two differ by more than `TOLERANCE`.
    """
    import onnxruntime as ort

    axes = {"x": {0: "channels"}, "shares": {0: "channels"}}
    given = torch.randn(9, WIDTH) * net.spread + net.middle
    torch.onnx.export(
        net,
        given,
        str(path),
        input_names=["x"],
        output_names=["shares"],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for count in (1, 48, 700):
        given = 2.0 * torch.randn(count, WIDTH) * net.spread + net.middle
        with torch.no_grad():
            wanted = net(given).numpy()
        worst = max(worst, float(np.abs(session.run(None, {"x": given.numpy()})[0] - wanted).max()))
    if worst > TOLERANCE:
        path.unlink()
        sys.exit(f"ONNX and torch differ by {worst:.2g}, more than {TOLERANCE:g}: not exported")
    return worst


def table(net: blend.BlendNet, kinds: list[blend.Kind]) -> str:
    """Return the card's rows."""
    edges = dict(zip(blend.BINS, blend.BINS[1:], strict=False))
    return "\n".join(
        f"| {name} | {low} to {edges[low] - 1} | {r['windows']} | {r['base']:.3f} | "
        f"{r['said']:.3f} | {r['mixed']:.3f} |"
        for (name, low), r in blend.ratios(net, kinds).items()
    )


def main() -> int:
    """Train, export and describe."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--windows", type=int, default=14_000)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default=product.NAME)
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    args = parser.parse_args()
    path = args.folder / f"{args.name}.onnx"
    if path.exists():
        sys.exit(f"{path} is there already: name a new version")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    torch.set_num_threads(1)
    begun = time.monotonic()
    network = network_module.Network(runtime.Settings(device="cpu"))
    training, tuning, held = data.split(data.load([*data.PACKS, "cmu_fbx"]))
    kinds = blend.draw(training, args.windows, args.seed, network, vary=True)
    aside = blend.draw(tuning, 1500, args.seed + 1, network, vary=False)
    net = blend.train(kinds, aside, args.passes, args.seed)
    minutes = (time.monotonic() - begun) / 60
    logging.info("what constants are chosen by:\n%s", table(net, aside))
    worst = export(net, path)
    measured = blend.draw(held, 1500, args.seed + 2, network, vary=False)
    raw = path.read_bytes()
    text = CARD.format(
        name=args.name,
        used=network_module.NAME,
        size=len(raw) / 1e6,
        opset=OPSET,
        windows=args.windows,
        passes=args.passes,
        seed=args.seed,
        sha=hashlib.sha256(raw).hexdigest(),
        layers=", ".join(f"{m.in_features} to {m.out_features}" for m in (*net.inner, net.outward)
                         if hasattr(m, "in_features")),
        width=WIDTH,
        terms=TERMS,
        nodes=NODES,
        minutes=minutes,
        data=data.digest(data.PACKS),
        shares=", ".join(f"{k} {v:.2f}" for k, v in blend.SHARE.items()),
        rows=table(net, measured),
        worst=worst,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
