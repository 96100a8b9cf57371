"""Train, export and describe the network that says where feet stand and how they step.

    build/env/train/bin/python scripts/train_inbetween_contact.py [--windows N] [--name NAME]

Draws windows from the motion packs, lets the shipped in-betweening networks fill them, trains
`ml.train.inbetween.standing` on one core in about half an hour, and writes onnx_models/<name>.onnx
and its card <name>.md. The same name is never written twice with other weights: name a new version.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import pickle
import sys
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from understudy.ml import runtime  # noqa: E402
from understudy.ml.inbetween import blend, contacts, installed, network  # noqa: E402
from understudy.ml.inbetween import standing as product  # noqa: E402
from understudy.ml.inbetween.ends import WIDTH, room_of  # noqa: E402
from understudy.ml.train.inbetween import data, standing  # noqa: E402

OPSET = 17
TOLERANCE = 1e-4
PART = 1500  # windows that are drawn with one seed

CARD = """# {name}
What it does: says, frame by frame, how still each end of a limb and each foot control of a rig is
to be kept between keys, and how much its way should rise and lead there.
File: {name}.onnx, {size:.2f} MB, opset {opset}, made by
`python scripts/train_inbetween_contact.py --windows {windows} --steps {steps} --settle {settle}
--seed {seed} --name {name}`.
sha256: {sha}
Network: {layers} residual convolutions over time, {width} channels; the same for every end of every
rig, each layer sees the mean of the body's ends.
Input: x (bodies, ends, frames, {inputs}) float32, see ml/inbetween/ends.py, 30 frames a second.
Output: still (bodies, ends, frames), the log of what a squared step costs in
`contacts.least_sliding`; steps (bodies, ends, frames, 2), heights a second of room, along the way
of the body and up. Nothing of it takes part at keys.
Training: {rows} of {windows} windows have ends that may stand; {steps} steps of {batch}, seed
{seed}, then {settle} at a quarter of the rate; weights averaged. The loss is where ends are and how
far those slide that truly stand, in the last steps only what goes beyond the truth's own, through
the path of least sliding itself. Windows were filled by {used}.
Data sha256 {data}.
Data: CMU Graphics Lab Motion Capture Database ("free for all uses"; the data used in this project
was obtained from mocap.cs.cmu.edu, the database was created with funding from NSF EIA-0196217; BVH
conversion by B. Hahne). ReActIdle (MIT License, Copyright (c) 2025 RSAIT). Hand-keyed: Quaternius
(CC0 1.0), Mesh2Motion (CC0 1.0), AnimatedDrawings (MIT License, Copyright (c) Meta Platforms,
Inc.). What is held out, what is held aside to choose by, and the text of the MIT License stand in
the card of {big}, whose weights had seen the same training clips.
Shares of windows: {shares}.
Poses at uneven frames in {uneven:.2f}, limbs turned into controls in {controls:.2f} of them.

On windows of those held aside, gaps and uneven poses alike: errors of ends' places {far:.3f},
slides of standing ends {slide:.3f} of those before. What it does to whole motions, on what was held
out and through Blender, is in docs/inbetween.md.

torch against ONNX: largest difference {worst:.1g}.
Limits: level floors; gaps of up to 60 frames at 30 fps were trained. What stands on a moving thing
was never seen. Few creatures. Not for identifying people.
Licence: weights GPL-3.0-or-later with the notices of {big}; may be shipped: yes.
"""


def export(net: standing.StandingNet, path: Path) -> float:
    """Write the ONNX file; return the largest difference from torch.

    Raises
    ------
    SystemExit
        The two differ by more than `TOLERANCE`.
    """
    names = {0: "bodies", 1: "ends", 2: "frames"}

    def example(*sizes: int) -> torch.Tensor:
        return torch.randn(*sizes, WIDTH) * net.spread + net.middle

    torch.onnx.export(
        net,
        example(2, 3, 40),
        str(path),
        input_names=["x"],
        output_names=["still", "steps"],
        dynamic_axes={"x": names, "still": names, "steps": names},
        opset_version=OPSET,
        dynamo=False,
    )
    session = runtime.open_bare(path)
    worst = 0.0
    for sizes in ((1, 1, 15), (1, 4, 90), (2, 9, 33)):
        given = example(*sizes)
        with torch.no_grad():
            wanted = net(given)
        got = session.run(None, {"x": given.numpy()})
        worst = max(worst, *(float(np.abs(g - w.numpy()).max())
                             for g, w in zip(got, wanted, strict=True)))  # fmt: skip
    if worst > TOLERANCE:
        path.unlink()
        sys.exit(f"ONNX and torch differ by {worst:.2g}, more than {TOLERANCE:g}: not exported")
    return worst


def agree() -> None:
    """Make sure that what is trained through is what the product does.

    Raises
    ------
    SystemExit
        The paths of least sliding of the two differ.
    """
    rng, keyed = np.random.default_rng(1), np.zeros(50, bool)
    keyed[[*range(8), 25, 48, 49]] = True
    path, still = np.cumsum(rng.normal(size=(50, 3)), 0), np.exp(rng.uniform(0, 9, 50))
    says = still, np.zeros((50, 3))
    wanted = contacts.corrections(path, keyed, np.ones(50, bool), says, 37.0)
    room = room_of(keyed[:, None], 37.0)[:, 0]
    one = (torch.tensor(np.asarray(v, float))[None, None] for v in (path, still, keyed, room))
    got = standing.slid(*one, torch.tensor([37.0]).double())[0, 0].numpy()
    if np.abs(got - wanted).max() > TOLERANCE:
        sys.exit("What is trained through is not the product's path of least sliding")


def drawn(args: argparse.Namespace) -> tuple[list, list]:
    """Return rows to train on and rows held aside, kept in `args.rows` for another run."""
    if args.rows and args.rows.is_file():
        return pickle.loads(args.rows.read_bytes())
    settings = runtime.Settings(device="cpu")
    networks = installed.Networks(network.Network(settings), blend.Blend(settings))
    training, tuning, _ = data.split(data.load(data.PACKS))
    rows = []
    for part in range(args.windows // PART):
        rows += standing.draw(training, PART, 100 * args.seed + 101 + part, networks)
    both = rows, standing.draw(tuning, 700, args.seed + 7, networks)
    if args.rows:
        args.rows.write_bytes(pickle.dumps(both))
    return both


def main() -> int:
    """Train, export and describe."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--windows", type=int, default=4500)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--settle", type=int, default=700, help="slower steps at the end")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default=product.NAME)
    parser.add_argument("--rows", type=Path, help="file to keep the drawn windows in")
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    args = parser.parse_args()
    path = args.folder / f"{args.name}.onnx"
    if path.exists():
        sys.exit(f"{path} is there already: name a new version")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    torch.set_num_threads(1)
    agree()
    rows, aside = drawn(args)
    net = standing.train(rows, aside, args.steps, args.settle, args.seed)
    worst = export(net, path)
    found = standing.check(net, standing.packs_of(aside), standing.Weights())
    raw = path.read_bytes()
    text = CARD.format(
        name=args.name,
        big=network.NAME,
        used=f"{network.NAME} and {blend.NAME}",
        size=len(raw) / 1e6,
        opset=OPSET,
        windows=args.windows,
        rows=len(rows),
        steps=args.steps,
        settle=args.settle,
        batch=standing.BATCH,
        seed=args.seed,
        sha=hashlib.sha256(raw).hexdigest(),
        layers=len(net.near),
        width=net.end.in_features,
        inputs=WIDTH,
        data=data.digest(data.PACKS),
        shares=", ".join(f"{k} {v:.2f}" for k, v in standing.SHARE.items()),
        uneven=standing.UNEVEN,
        controls=standing.CONTROLS,
        worst=worst,
        far=found["far"],
        slide=found["slide"],
    )
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
