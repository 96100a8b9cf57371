"""Export a trained in-betweening network to ONNX, check it against torch, and measure it.

    build/env/train/bin/python scripts/export_inbetween.py build/train/v2/last.pt

Writes onnx_models/<name>.onnx and, with the measured figures, its card <name>.md. Needs the motion
packs to measure. The same name is never written twice with other weights: name a new version.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from understudy.ml import runtime  # noqa: E402
from understudy.ml.inbetween import features  # noqa: E402
from understudy.ml.inbetween import network as network_module  # noqa: E402
from understudy.ml.train.inbetween import data, measure, train  # noqa: E402
from understudy.ml.train.inbetween.network import InbetweenNet  # noqa: E402

OPSET = 17
TOLERANCE = 1e-4  # radians, heights
INPUTS = ("x", "seconds", "room", "relation")
OUTPUTS = ("turn", "shift", "gate", "contact")
AXES = {
    "x": {0: "windows", 1: "frames", 2: "bones"},
    "seconds": {0: "windows", 1: "frames"},
    "room": {0: "windows", 1: "frames", 2: "bones"},
    "relation": {0: "bones", 1: "bones"},
    "turn": {0: "windows", 1: "frames", 2: "bones"},
    "shift": {0: "windows", 1: "frames", 2: "bones"},
    "gate": {0: "windows", 1: "frames", 2: "bones"},
    "contact": {0: "windows", 1: "frames", 2: "bones"},
}

CARD = """# {name}
What it does: given a base curve through keyed poses, proposes what to add to it between the keys,
for any skeleton, and where bone ends stand. It proposes; the artist decides.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_inbetween.py at
commit {commit}.
sha256: {sha}
Network: {net}; tokens are (frame, bone), attention over bones by their relation in the skeleton
and over time by seconds in turn; weights averaged over the run.
Inputs: x (windows, frames, bones, {width}) float32, see ml/inbetween/features.py; seconds (windows,
frames); room (windows, frames, bones) seconds of free play, 0 at keys; relation (bones, bones)
int64 below {relations}. Canonical axes (rest orientation taken out), z up, lengths in heights.
Outputs: turn (windows, frames, bones, 3) radians and shift (…, 3) heights to add to the base;
gate (windows, frames, bones), 0 to 1: how far to go from what is plain (the straight way beside
known frames, the base between lone keys) to base and residual; contact (…), 0 to 1.
Training: {steps} steps, {windows} windows, {minutes:.0f} minutes on {device}, seed {seed}{begun}.
Data sha256 {data}.
Data: CMU Graphics Lab Motion Capture Database ({minutes_cmu:.0f} min after holding out; "free for
all uses"; the data used in this project was obtained from mocap.cs.cmu.edu, the database was
created with funding from NSF EIA-0196217; BVH conversion by B. Hahne). ReActIdle (37 min of
standing idle; MIT License, Copyright (c) 2025 RSAIT). Hand-keyed: Quaternius (CC0 1.0), KayKit
(CC0 1.0, rotations only), Mesh2Motion (CC0 1.0), AnimatedDrawings (MIT License, Copyright (c) Meta
Platforms, Inc.).
Held out: CMU subjects {subjects} (46 clips); the Quaternius skeletons {skeletons}; all
of the other CMU skeletons (13 clips). Left out: {left_out}.
Held aside, to look at while training and to choose constants by: CMU subjects {aside}; the
Quaternius skeletons {aside_skeletons}. Where a run began with weights of another (above), those had
seen them.

The weights are the last that the run kept, not picked by the figures below.

Measured on what was held out, straight from the network (no contacts, no curve fitting): windows
of 10 known frames, a gap, one known frame, one window each 20 frames, {most} a gap at most; at
uneven keys, poses 2 to 60 frames apart. L2P is over global positions of all joints seen from the
last known frame, each coordinate divided by its spread over windows of 50 frames of the same clips
(at uneven keys, not divided). "base" is the velocity-keeping base curve (at uneven keys, automatic
clamped curves), "linear" shortest arcs and straight lines. Intervals: 95 %, bootstrap over clips.
L2Q and NPSS: linear / base / network; at uneven keys L2Q is the mean angle in radians.

| motion | gap | windows | base / linear | network / linear | network / base | L2Q | NPSS |
|---|---|---|---|---|---|---|---|
{rows}

Where the last interval reaches 1 the network is not shown to beat the base curve, and above 1 it
is worse.
Speed: {took}. torch against ONNX: largest difference {worst:.1g}.
Limits: gaps up to 60 frames at 30 fps were trained; beyond 2.5 s the gate closes, and from 5 s on
the base curve stands alone. Hand-keyed creatures are few: see the table. Fingers, faces and
cloth bones were not in the data. Not for identifying people.
Licence: weights GPL-3.0-or-later with the notices above; may be shipped: yes.

Of the MIT-licensed data: Permission is hereby granted, free of charge, to any person obtaining a
copy of this software and associated documentation files (the "Software"), to deal in the Software
without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software. THE
SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def example(windows: int, frames: int, bones: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Return inputs of a size."""
    make = torch.Generator().manual_seed(seed)
    x = torch.randn(windows, frames, bones, features.WIDTH, generator=make)
    x[..., features.HAS_LOCATION] = (x[..., features.HAS_LOCATION] > 0).float()
    seconds = torch.linspace(0, frames / 30, frames).expand(windows, frames).contiguous()
    room = torch.rand(windows, frames, bones, generator=make)
    relation = torch.randint(0, features.RELATIONS, (bones, bones), generator=make)
    return x, seconds, room, relation


def network(path: Path) -> tuple[InbetweenNet, dict]:
    """Return the averaged network of a checkpoint, and all that was kept with it."""
    kept = torch.load(path, map_location="cpu", weights_only=False)
    s = kept["settings"]
    net = InbetweenNet(s["width"], s["blocks"], s["heads"])
    net.load_state_dict(kept["average"])
    return net.eval(), kept


def export(net: InbetweenNet, path: Path) -> float:
    """Write the ONNX file; return the largest difference from torch over odd sizes.

    Raises
    ------
    SystemExit
        The two differ by more than `TOLERANCE`.
    """
    torch.onnx.export(
        net,
        example(2, 7, 5),
        str(path),
        input_names=INPUTS,
        output_names=OUTPUTS,
        dynamic_axes=AXES,
        opset_version=OPSET,
        dynamo=False,
    )
    session = runtime.open_bare(path)
    worst = 0.0
    for sizes in ((1, 1, 1), (1, 13, 3), (3, 28, 24), (2, 9, 101)):
        given = example(*sizes, seed=sum(sizes))
        with torch.no_grad():
            wanted = net(*given)
        feed = {k: v.numpy() for k, v in zip(INPUTS, given, strict=True)}
        for a, b in zip(session.run(None, feed), wanted, strict=True):
            worst = max(worst, float(np.abs(a - b.numpy()).max()))
    if worst > TOLERANCE:
        path.unlink()
        sys.exit(f"ONNX and torch differ by {worst:.2g}, more than {TOLERANCE:g}: not exported")
    return worst


def measure_all(folder: Path, name: str, most: int) -> tuple[list[str], dict[str, bool]]:
    """Return the card's table rows, and whether the network beats the base curve, kind by kind."""
    network_module.NAME = name
    network = network_module.Network(runtime.Settings(models=folder, device="cpu"))
    packs = [*data.PACKS, "cmu_fbx"]
    _, _, held = data.split(data.load(packs))
    people = [q for q in held if q.pack == "cmu_bvh"]
    others = data.by_group([q for q in held if q.pack != "cmu_bvh"])
    rows, better = [], {}

    def add(what: str, gap: str, score: measure.Score) -> None:
        low, high = score.interval("network", "base")
        better[f"{what} {gap}"] = high < 1.0
        l2q = " / ".join(f"{score.l2q[m].mean():.3f}" for m in measure.METHODS)
        npss = " / ".join(f"{score.npss[m]:.3f}" for m in measure.METHODS) if score.npss else "-"
        rows.append(
            f"| {what} | {gap} | {len(score.clip)} | {score.ratio('base'):.3f} | "
            f"{score.ratio('network'):.3f} | {score.ratio('network', 'base'):.3f} "
            f"({low:.3f} to {high:.3f}) | {l2q} | {npss} |"
        )

    for gap in measure.GAPS:
        add("CMU 05, 13", str(gap), measure.literature(people, gap, network, most))
    for limbs, what in ((False, "whole poses"), (True, "one limb")):
        rng = np.random.default_rng(0)
        add(f"CMU 05, 13, {what}", "uneven", measure.uneven(people, network, limbs, rng))
    for group, sequences in sorted(others.items()):
        for gap in (5, 15, 30):
            score = measure.literature(sequences, gap, network, 60)
            if score is not None:
                add(group, str(gap), score)
    return rows, better


def speed(folder: Path, name: str) -> str:
    """Return how long the network takes, best of five, through the product's own way to it."""
    network_module.NAME = name
    network = network_module.Network(runtime.Settings(models=folder, device="cpu"))
    said = []
    for bones, frames, every in ((24, 60, 10), (30, 60, 10), (65, 300, 20)):
        rng = np.random.default_rng(0)
        rest = np.tile(np.eye(4), (bones, 1, 1))
        rest[:, :3, 3] = np.cumsum(rng.normal(0, 0.1, (bones, 3)), axis=0)
        basis = np.tile([1.0, 0.0, 0.0, 0.0], (frames, bones, 1))
        keyed = np.zeros((frames, bones), bool)
        keyed[[*range(0, frames, every), frames - 1]] = True
        moves = np.arange(bones) == 0
        clip = network_module.Clip(
            np.arange(bones) // 2 - (np.arange(bones) == 0),
            rest,
            1.7,
            30.0,
            basis,
            np.zeros((frames, bones, 3)),
            keyed,
            moves,
            np.ones(bones, bool),
        )
        best = min(timed(lambda c=clip: network(c)) for _ in range(5))
        said.append(f"{bones} bones x {frames} frames {1000 * best:.0f} ms")
    return (
        "; ".join(said)
        + f" of processor time ({network.session.provider}, {runtime.usable_cores()} cores)"
    )


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds of processor time a call takes."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def write_card(path: Path, kept: dict, worst: float, rows: list[str], took: str, most: int) -> None:
    """Write the card beside the network."""
    s = kept["settings"]
    raw = path.read_bytes()
    text = CARD.format(
        name=path.stem,
        sha=hashlib.sha256(raw).hexdigest(),
        size=len(raw) / 1e6,
        opset=OPSET,
        commit=train.commit()[:12] or "unknown",
        width=features.WIDTH,
        relations=features.RELATIONS,
        net=f"width {s['width']}, {s['blocks']} blocks, {s['heads']} heads",
        steps=kept["step"],
        windows=kept["windows"],
        minutes=kept["spent_s"] / 60,
        device=s["device"],
        seed=s["seed"],
        begun=_begun(s),
        data=kept["data_hash"],
        minutes_cmu=minutes_of("cmu_bvh"),
        aside=", ".join(data.TUNING_SUBJECTS),
        aside_skeletons=", ".join(data.TUNING_SKELETONS),
        subjects=" and ".join(data.HELD_OUT_SUBJECTS),
        skeletons=", ".join(data.HELD_OUT_SKELETONS),
        left_out=", ".join(data.LEFT_OUT),
        rows="\n".join(rows) or "| not measured here | | | | | | | |",
        took=took,
        most=most,
        worst=worst,
    )
    path.with_suffix(".md").write_text(text, encoding="utf-8")


def minutes_of(pack: str) -> float:
    """Return how many minutes of a pack are trained on."""
    return sum(len(q.turn) / q.fps for q in data.split(data.load([pack]))[0]) / 60


def _begun(settings: dict) -> str:
    """Return where the run's first weights came from."""
    start = settings.get("start")
    return f", begun with the weights of the run {Path(start).parent.name}" if start else ""


def main() -> int:
    """Export, measure and describe what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--name", default="inbetween_v3")
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    parser.add_argument("--most", type=int, default=100_000, help="windows to measure a gap")
    parser.add_argument("--replace", action="store_true", help="write over a file not shipped yet")
    args = parser.parse_args()
    net, kept = network(args.checkpoint)
    args.folder.mkdir(parents=True, exist_ok=True)
    path = args.folder / f"{args.name}.onnx"
    if path.exists() and not args.replace:
        sys.exit(f"{path} is there already: name a new version, or --replace what was not shipped")
    worst = export(net, path)
    write_card(path, kept, worst, [], "", 0)  # the runtime opens nothing without its card
    rows, better = measure_all(args.folder, args.name, args.most)
    write_card(path, kept, worst, rows, speed(args.folder, args.name), args.most)
    sys.stdout.write(path.with_suffix(".md").read_text("utf-8"))
    losing = [what for what, wins in better.items() if not wins]
    sys.stdout.write(f"Not clearly better than the base curve: {', '.join(losing) or 'none'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
