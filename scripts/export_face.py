"""Write the face solver's networks to ONNX, each with its card.

    build/env/train/bin/python scripts/export_face.py basis TAKES
    build/env/train/bin/python scripts/export_face.py solver RUN/last.pt FILMS
    build/env/train/bin/python scripts/export_face.py change FILMS
    build/env/train/bin/python scripts/export_face.py flash STILLS

`basis` fits the average face and the motions of its expressions to rendered takes (see
scripts/train_face.py); `solver` writes a trained network, and behind it the matrix that takes its
curves apart, fitted to filmed performances; `change` fits and writes the linear one that reads how
a face changes, to the same films, with the solver as it is written by then; `flash` the one for
small movements of calm faces. Needs the environment "train".
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402
from understudy.ml import runtime  # noqa: E402
from understudy.ml.face import changes, features, flashes, gaze, pose, solver  # noqa: E402
from understudy.ml.face.patches import EYE_SIZE, LOWER_HEIGHT, LOWER_WIDTH  # noqa: E402
from understudy.ml.face.performance import INDEX, NAMES  # noqa: E402
from understudy.ml.train.face import calm, changing, data, fitting, heads, untangle  # noqa: E402
from understudy.ml.train.face.network import SolverNet  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
OPSET = 17
TOLERANCE = 1e-4

DATA = """\
Data: renders of our own of two morphable heads, ICT-FaceKit (MIT License, Copyright (c) 2020 USC
Institute for Creative Technologies) and MakeHuman (CC0) with ARKit shapes (MIT License, Copyright
(c) 2023-2024 Mika Suominen), moved by ARKit recordings (MIT License, A. Donciu-Julin) and at
random, painted, lit and turned at random; seen by MediaPipe's face mesh and iris networks
(Apache-2.0).
"""

BASIS_CARD = """\
# {name}
What it does: holds the average face as MediaPipe's mesh network sees it, and how each of the 52
ARKit expressions moves the mesh. Linear; it serves to find the head's pose, and to solve
expressions by bounded least squares. Code: ml/face/pose.py, ml/face/leastsquares.py.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_face.py at
commit {commit}.
sha256: {sha}
Inputs: none.
Outputs: template (468, 3) cm, head's frame: x to the actor's left, y up, z out of the face;
motion (52, 468, 3) cm an expression; weight (468,), how little expressions move a point; gaze
(2, 2), see ml/face/pose.py.
Training: least squares over {frames} rendered frames. Data sha256 {data_sha}.
{data}\
Held out: the recording S07-001.
Fails at: what the mesh network does not show: most of the brows, cheeks and squints.
Licence: GPL-3.0-or-later, as the extension, with the notices above.
"""

SOLVER_CARD = """\
# {name}
What it does: reads the 52 ARKit expressions from one picture of a face, against the same person's
neutral face: from the face mesh and from small pictures of brows, eyes and the lower face. Code:
ml/face/solver.py, features.py, patches.py.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_face.py at
commit {commit}.
sha256: {sha}
Network: four-layer picture networks from {channels} channels, points and head {hidden} wide.
Inputs: points (frames, {points}) float32, see ml/face/features.py; eyes (frames, 2, 56, 56) and
lower (frames, 56, 64) uint8, see ml/face/patches.py; rest_eyes, rest_lower: one frame of the same
at rest; sighted (1, 1) float32, 0 to do without the pictures.
Outputs: value (frames, 52), expressions against the neutral face (the eyes' direction against
looking ahead); deviation (frames, 52), how far each may be off.
Training: {minutes:.0f} minutes on a shared {device} in this run, {seen} frames of {pictures}
pictures drawn, 13 or 14 of each person, seed {seed}; begun with the weights of face_solver_v3,
which was half as wide and trained on 28000 other pictures. Data sha256 {data_sha}.
Behind it a matrix (52, 52) takes apart what the network mixes up and gives curves their height; it
was fitted by ridge regression to {films} filmed performances ({film_frames} frames) of as many
other people. Films sha256 {films_sha}.
{data}\
Held out: the recording S07-001; the first {held} takes.
ONNX against torch: largest difference {difference:.1g}.
Fails at: heads turned more than 40 degrees, hands over the face, beards (none were in the
pictures), the tongue, squints. All training faces are rendered, one in twelve with glasses that are
drawn on; real skin is read weaker, see docs/face.md.
Not for: identifying people, nor judging what they feel.
Licence: GPL-3.0-or-later, as the extension, with the notices above.

Correlation on the held-out takes, which hold random and recorded expressions frame by frame, heads
turned up to 40 degrees (end to end on clips: docs/face.md). Mean {mean:.2f}. Then correlation
(gain) on the filmed performances, mean over those in which the expression moves: without the
matrix, and by matrices fitted without the film.

| expression | r, takes | films, without | films, with |
|---|---|---|---|
{table}
"""

FLASH_CARD = """\
# {name}
What it does: says which expressions a small movement of a calm face is, between two frames a
quarter of a second apart; linear. Code: ml/face/flashes.py.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_face.py at
commit {commit}.
sha256: {sha}
Inputs: change (pairs, {count}) float32: optical flow in cells of the patches, change of plain least
squares, of the eyes' points and of where the head looks.
Outputs: value (pairs, 52), change of the expressions; trusted (52,), 1 for those that are used.
Training: ridge regression on {pairs} pairs of {pictures} rendered pictures and their mirror images.
Data sha256 {data_sha}.
{data}\
Fails at: faces that move much or speak (it is not used there), flashes of expressions that are not
trusted, clips of fewer than about 12 frames a second. Not for: judging what people feel.
Licence: GPL-3.0-or-later, as the extension, with the notices above.

Held out: one take of six. Correlation with the true change (0.04 to 0.3 in one to three
expressions, heads turning by a degree), and the gain that was corrected for:

| expression | r | gain | used |
|---|---|---|---|
{table}
"""


CHANGE_CARD = """\
# {name}
What it does: says how the expressions of a face change between two frames an eighth or a quarter of
a second apart, from the flow of its skin and from what the solver's curves do; linear. Code:
ml/face/changes.py.
File: {name}.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_face.py at
commit {commit}.
sha256: {sha}
Inputs: change (pairs, {count}) float32: optical flow in cells of the patches; change of plain least
squares, of the eyes' points, of where the head looks, of the solver's curves.
Outputs: value (pairs, 52), change of the expressions; gain (52,), how much of a small one it
shows.
Training: ridge regression on {pairs} pairs of frames of {films} filmed performances of as many
people, and their mirror images; the solver was not trained on them, but its matrix was fitted to
them.
Films sha256 {films_sha}.
{data}\
Fails at: clips with light that flickers; what the flow cannot tell apart (the mouth's presses and
dimples). Learned on renders alone.
Not for: judging what people feel.
Licence: GPL-3.0-or-later, as the extension, with the notices above.

Correlation with the true change where a face changes little (by {small:g} in sum), by the solver's
curves alone and by networks that were fitted without the film, and the gain of the latter:

| expression | solver | with the flow | gain |
|---|---|---|---|
{table}
"""


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    basis = commands.add_parser("basis", help="fit and write face_basis_v1")
    basis.add_argument("takes", type=Path)
    solver = commands.add_parser("solver", help="write face_solver_v4")
    solver.add_argument("weights", type=Path)
    solver.add_argument("films", type=Path)
    flash = commands.add_parser("flash", help="fit and write face_flash_v1")
    flash.add_argument("stills", type=Path)
    change = commands.add_parser("change", help="fit and write face_change_v1")
    change.add_argument("films", type=Path)
    args = parser.parse_args()
    if args.command == "basis":
        export_basis(args.takes)
    elif args.command == "flash":
        export_flash(args.stills)
    elif args.command == "change":
        export_change(args.films)
    else:
        export_solver(args.weights, args.films)
    return 0


def export_basis(folder: Path) -> None:
    """Fit the basis and write it with its card."""
    takes = data.read_takes(folder)
    head = heads.load(data.face_folder())["ict"]
    template, motion, weight = fitting.fit_basis(
        takes.points,
        takes.coefficients,
        takes.first,
        head.mesh_points(head.neutral),
        takes.presence > 0.5,
    )
    found = pose.align(takes.points, template, weight)
    lids = takes.coefficients[:, [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]]
    looks = gaze.from_looks(takes.coefficients)
    outputs = {
        "template": template,
        "motion": motion,
        "weight": weight,
        "gaze": fitting.fit_gaze(gaze.flatten(takes.iris, found), looks, lids < 0.3),
    }
    path = runtime.MODELS / f"{pose.NAME}.onnx"
    path.write_bytes(constant_network(pose.NAME, outputs))
    card = BASIS_CARD.format(
        name=pose.NAME,
        size=path.stat().st_size / 1e6,
        opset=OPSET,
        commit=commit(),
        sha=hashlib.sha256(path.read_bytes()).hexdigest(),
        frames=len(takes.points),
        data_sha=takes.sha256,
        data=DATA,
    )
    path.with_suffix(".md").write_text(card, encoding="utf-8")


def export_flash(folder: Path) -> None:
    """Fit the linear network for small movements and write it with its card."""
    fitted = calm.fit(folder, pose.Basis.load())
    path = write_linear(flashes.NAME, fitted.weight, {"trusted": fitted.trusted})
    card = FLASH_CARD.format(
        name=flashes.NAME,
        size=path.stat().st_size / 1e6,
        opset=OPSET,
        commit=commit(),
        sha=hashlib.sha256(path.read_bytes()).hexdigest(),
        count=changes.SEEN,
        pairs=fitted.pairs,
        pictures=fitted.pictures,
        data_sha=fitted.sha256,
        data=DATA,
        table="\n".join(
            f"| {n} | {fitted.correlation[i]:.2f} | {fitted.gain[i]:.2f} | "
            f"{'yes' if fitted.trusted[i] else 'no'} |"
            for i, n in enumerate(NAMES)
        ),
    )
    path.with_suffix(".md").write_text(card, encoding="utf-8")


def export_change(folder: Path) -> None:
    """Fit the linear network that reads changes and write it with its card."""
    fitted = changing.fit(folder, pose.Basis.load(runtime.Settings(device="cpu")))
    path = write_linear(changes.NAME, fitted.weight, {"gain": fitted.gain})
    card = CHANGE_CARD.format(
        name=changes.NAME,
        size=path.stat().st_size / 1e6,
        opset=OPSET,
        commit=commit(),
        sha=hashlib.sha256(path.read_bytes()).hexdigest(),
        count=changes.COUNT,
        pairs=fitted.pairs,
        films=fitted.films,
        films_sha=fitted.sha256,
        small=changing.SMALL,
        data=DATA,
        table="\n".join(
            f"| {n} | {fitted.before[i]:.2f} | {fitted.after[i]:.2f} | {fitted.gain[i]:.2f} |"
            for i, n in enumerate(NAMES)
        ),
    )
    path.with_suffix(".md").write_text(card, encoding="utf-8")


def write_linear(name: str, weight: np.ndarray, constant: dict[str, np.ndarray]) -> Path:
    """Write a network that is one matrix, and that gives a constant too."""
    from onnx import TensorProto, helper, numpy_helper

    [(key, value)] = constant.items()
    stored = {"weight": weight, f"{key}_constant": value}
    constants = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in stored.items()]
    nodes = [
        helper.make_node("MatMul", ["change", "weight"], ["value"]),
        helper.make_node("Identity", [f"{key}_constant"], [key]),
    ]
    rows, columns = weight.shape
    inputs = [helper.make_tensor_value_info("change", TensorProto.FLOAT, ["pairs", rows])]
    outputs = [
        helper.make_tensor_value_info("value", TensorProto.FLOAT, ["pairs", columns]),
        helper.make_tensor_value_info(key, TensorProto.FLOAT, [columns]),
    ]
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    path = runtime.MODELS / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def constant_network(name: str, outputs: dict[str, np.ndarray]) -> bytes:
    """Return a network that takes nothing and gives constants."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, results, constants = [], [], []
    for key, value in outputs.items():
        constants.append(numpy_helper.from_array(value.astype(np.float32), f"{key}_constant"))
        nodes.append(helper.make_node("Identity", [f"{key}_constant"], [key]))
        results.append(helper.make_tensor_value_info(key, TensorProto.FLOAT, value.shape))
    graph = helper.make_graph(nodes, name, [], results, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


class Shipped(torch.nn.Module):
    """The network as it is run: pictures as bytes, one neutral face, and no preferred side.

    Each frame is looked at as it is and in a mirror, and the mean is given: what is left of
    errors that differ between the two goes down, and left and right are treated alike. Then what
    the network mixes up is taken apart, see `ml.train.face.untangle`.
    """

    def __init__(self, net: SolverNet, basis: pose.Basis, untangle: np.ndarray) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("untangle", torch.from_numpy(untangle.astype(np.float32)))
        order, sign = fitting.mirror_features(basis).T
        self.register_buffer("order", torch.from_numpy(order.copy()))
        self.register_buffer("sign", torch.from_numpy(sign.astype(np.float32)))
        self.register_buffer("names", torch.from_numpy(fitting.mirror_names()))

    def forward(self, points, eyes, lower, rest_eyes, rest_lower, sighted):
        """Return value and deviation, see `SolverNet`."""
        many = points[:, :1] * 0.0
        rest_eyes = rest_eyes.float() + many[:, :, None, None]
        rest_lower = rest_lower.float() + many[:, :, None]
        sighted, lower = sighted + many, lower.float()
        seen = self.net.see_eyes(eyes.float(), rest_eyes)  # the left eye's picture is mirrored
        low, other_low = (
            self.net.see_lower(*both)
            for both in ((lower, rest_lower), (lower.flip(2), rest_lower.flip(2)))
        )
        value, deviation = self.net.read(seen, low, points, sighted)
        mirrored = points[:, self.order] * self.sign
        other_value, other_deviation = self.net.read(seen.flip(1), other_low, mirrored, sighted)
        return (
            (value + other_value[:, self.names]) / 2 @ self.untangle,
            (deviation + other_deviation[:, self.names]) / 2,
        )


def export_solver(weights: Path, films: Path) -> None:
    """Write a trained network with its card, once alone to be measured, once with the matrix."""
    stored = torch.load(weights, weights_only=True)
    settings = stored["settings"]
    net = SolverNet(settings["channels"], settings["hidden"])
    net.load_state_dict(stored["weights"])
    basis = pose.Basis.load(runtime.Settings(device="cpu"))
    facts = {
        "channels": settings["channels"],
        "hidden": settings["hidden"],
        "points": features.COUNT,
        "minutes": settings["minutes"],
        "seen": stored["frames"],
        "pictures": stored["pictures"],
        "seed": settings["seed"],
        "device": settings["device"],
        "data_sha": stored["data_sha256"],
        "data": DATA,
        "held": settings["held_out"],
        "mean": np.nanmean(list(stored["held_out"].values())),
    }
    written = write_solver(Shipped(net, basis, np.eye(len(NAMES))).eval())
    write_solver_card(facts | {"difference": written}, stored["held_out"], None)
    found = untangle.fit(films, basis)
    written = write_solver(Shipped(net, basis, found.matrix).eval())
    write_solver_card(facts | {"difference": written}, stored["held_out"], found)


def write_solver(shipped: Shipped) -> float:
    """Write the network, and return how far its outputs are from torch's."""
    rng = np.random.default_rng(0)
    sizes = {"eyes": (2, EYE_SIZE, EYE_SIZE), "lower": (LOWER_HEIGHT, LOWER_WIDTH)}
    probe = {"points": rng.normal(size=(5, features.COUNT)).astype(np.float32)}
    for prefix, count in (("", 5), ("rest_", 1)):
        for name, size in sizes.items():
            probe[prefix + name] = rng.integers(0, 256, (count, *size)).astype(np.uint8)
    probe["sighted"] = np.ones((1, 1), np.float32)
    path = runtime.MODELS / f"{solver.NAME}.onnx"
    tensors = {name: torch.from_numpy(value) for name, value in probe.items()}
    frames = {0: "frames"}
    torch.onnx.export(
        shipped,
        tuple(tensors.values()),
        str(path),
        input_names=list(probe),
        output_names=["value", "deviation"],
        dynamic_axes={n: frames for n in ("points", "eyes", "lower", "value", "deviation")},
        opset_version=OPSET,
        dynamo=False,
    )
    wanted = [t.detach().numpy() for t in shipped(*tensors.values())]
    got = runtime.open_bare(path).run(None, probe)
    difference = max(float(np.abs(a - b).max()) for a, b in zip(wanted, got, strict=True))
    if not difference <= TOLERANCE:
        raise SystemExit(f"The written network differs from torch by {difference:.3g}")
    return difference


def write_solver_card(facts: dict, held_out: dict, found: untangle.Untangled | None) -> None:
    """Write the solver's card; `found` is None while its matrix is not fitted yet."""
    path = runtime.MODELS / f"{solver.NAME}.onnx"
    rows = []
    for i, (name, r) in enumerate(held_out.items()):
        cells = [f"{r:.2f}"]
        if found is not None:
            pairs = (found.before[i], found.after[i])
            cells += ["" if np.isnan(p[0]) else f"{p[0]:.2f} ({p[1]:.2f})" for p in pairs]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    card = SOLVER_CARD.format(
        name=solver.NAME,
        size=path.stat().st_size / 1e6,
        opset=OPSET,
        commit=commit(),
        sha=hashlib.sha256(path.read_bytes()).hexdigest(),
        films=found.films if found else 0,
        film_frames=found.frames if found else 0,
        films_sha=found.sha256 if found else "",
        table="\n".join(rows),
        **facts,
    )
    path.with_suffix(".md").write_text(card, encoding="utf-8")


def commit() -> str:
    """Return the short name of the commit that is checked out."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
