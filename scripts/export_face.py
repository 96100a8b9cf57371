"""Write the face solver's networks to ONNX, each with its card.

    build/env/train/bin/python scripts/export_face.py basis TAKES

`basis` fits the average face and the motions of its expressions to rendered takes (see
scripts/train_face.py). Needs the environment "train".
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
from understudy.ml import runtime  # noqa: E402
from understudy.ml.face import gaze, pose  # noqa: E402
from understudy.ml.face.performance import INDEX  # noqa: E402
from understudy.ml.train.face import data, fitting, heads  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
OPSET = 17

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


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    basis = commands.add_parser("basis", help="fit and write face_basis_v1")
    basis.add_argument("takes", type=Path)
    args = parser.parse_args()
    if args.command == "basis":
        export_basis(args.takes)
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


def commit() -> str:
    """Return the short name of the commit that is checked out."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
