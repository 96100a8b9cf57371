"""Export the pose, face and hand networks of the mediapipe wheel to ONNX, each with its model card.

    python scripts/export_perception.py [--out onnx_models] [--force]

Run it with the Python of the export environment (mediapipe 0.10.21, tensorflow-cpu < 2.20,
tf2onnx, onnx, onnxruntime); the extension itself needs none of these. The networks are taken from
the installed wheel, so nothing is downloaded. A run with everything up to date does nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

import package
import perception_networks
from perception_networks import NETWORKS, Network

package.load()

from understudy.ml.runtime import open_bare  # noqa: E402

log = logging.getLogger("export_perception")

ROOT = Path(__file__).resolve().parents[1]
OPSET = 17
MEDIAPIPE = "0.10.21"
TOOLS = ("mediapipe", "tensorflow-cpu", "tf2onnx", "onnx", "onnxruntime", "numpy")


class ExportError(Exception):
    """Says what is missing or wrong, and what to do."""


def main(argv: list[str] | None = None) -> int:
    """Export what is missing or out of date; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "onnx_models", help="target folder")
    parser.add_argument("--force", action="store_true", help="export again even if up to date")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    log.setLevel(logging.INFO)
    try:
        modules = find_modules()
        for network in NETWORKS:
            source = modules / network.source
            if not args.force and up_to_date(network, source, args.out):
                log.info("%s is up to date", network.name)
                continue
            export(network, source, args.out)
    except ExportError as exc:
        log.error("%s", exc)
        return 3
    return 0


def find_modules() -> Path:
    """Return the wheel's `modules` folder without importing mediapipe."""
    spec = importlib.util.find_spec("mediapipe")
    if spec is None or not spec.submodule_search_locations:
        raise ExportError(
            "mediapipe is not installed for this Python. Run this script with the export "
            "environment's Python, or install mediapipe==" + MEDIAPIPE
        )
    version = importlib.metadata.version("mediapipe")
    if version != MEDIAPIPE:
        raise ExportError(
            f"mediapipe {version} is installed, but only {MEDIAPIPE} is known to carry the "
            f"networks in the expected form. Install mediapipe=={MEDIAPIPE}"
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / "modules"
    missing = [n.source for n in NETWORKS if not (folder / n.source).is_file()]
    if missing:
        raise ExportError(
            f"The mediapipe wheel lacks {', '.join(missing)}. Reinstall mediapipe=={MEDIAPIPE}"
        )
    return folder


def digest(path: Path) -> str:
    """Return the file's sha256 as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recipe() -> str:
    """Return a short hash of this script and its list: a changed recipe exports again."""
    parts = [Path(__file__), Path(perception_networks.__file__)]
    return hashlib.sha256(b"".join(p.read_bytes() for p in parts)).hexdigest()[:16]


def up_to_date(network: Network, source: Path, out: Path) -> bool:
    """Tell whether the card's hashes match the files and this script."""
    model, card = out / f"{network.name}.onnx", out / f"{network.name}.md"
    if not (model.is_file() and card.is_file()):
        return False
    text = card.read_text(encoding="utf-8")
    wanted = (f"sha256: {digest(model)}", f"source sha256: {digest(source)}", f"recipe: {recipe()}")
    return all(line in text.splitlines() for line in wanted)


def export(network: Network, source: Path, out: Path) -> None:
    """Convert, check against the original and write the network and its card."""
    log.info("%s: converting", network.name)
    check_tools()
    data = remove_densify(source)
    with tempfile.TemporaryDirectory() as scratch:
        dense = Path(scratch) / "dense.tflite"
        dense.write_bytes(data)
        model = optimise(normalise(convert(network, dense), network), Path(scratch))
        differences = compare(network, source, model)
    for name, difference in differences.items():
        log.info("%s: %s differs by at most %.2g", network.name, name, difference)
        if not difference <= network.tolerance[name]:
            raise ExportError(
                f"{network.name}: output {name} differs from the original by {difference:.3g}, "
                f"more than {network.tolerance[name]:g}. Check the versions of the tools: "
                f"{versions()}"
            )
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{network.name}.onnx"
    card = out / f"{network.name}.md"
    # The card goes last: a run that is stopped half-way leaves a file that its card refuses.
    card.unlink(missing_ok=True)
    replace(target, model)
    replace(card, make_card(network, source, target, differences).encode())
    log.info("%s: written, %.1f MB", network.name, target.stat().st_size / 1e6)


def replace(path: Path, data: bytes) -> None:
    """Write the file in one step."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


def versions() -> str:
    """Return the tools' versions in one line."""
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in TOOLS)


def check_tools() -> None:
    """Raise when a tool is missing."""
    for name in TOOLS:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError as exc:
            raise ExportError(
                f"{name} is not installed for this Python ({sys.executable}). Run this script "
                "with the export environment's Python"
            ) from exc


def remove_densify(source: Path) -> bytes:
    """Return the network with its sparse weights stored densely.

    The converter knows no DENSIFY operator, so each one's result is read from one run and
    becomes a constant in its place.
    """
    import flatbuffers
    import tensorflow as tf
    from tensorflow.lite.python import schema_py_generated as schema

    data = source.read_bytes()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    graph = model.subgraphs[0]
    codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in model.operatorCodes]
    sparse = [o for o in graph.operators if codes[o.opcodeIndex] == schema.BuiltinOperator.DENSIFY]
    if not sparse:
        return data
    interpreter = tf.lite.Interpreter(
        model_content=data,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=(
            tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        ),
    )
    interpreter.allocate_tensors()
    interpreter.invoke()
    for operator in sparse:
        dense = interpreter.get_tensor(operator.outputs[0])
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(dense.tobytes(), np.uint8)
        model.buffers.append(buffer)
        for index in (operator.inputs[0], operator.outputs[0]):
            tensor = graph.tensors[index]
            tensor.buffer = len(model.buffers) - 1
            tensor.shape = np.array(dense.shape, np.int32)
            tensor.sparsity = None
    graph.operators = [o for o in graph.operators if all(o is not s for s in sparse)]
    builder = flatbuffers.Builder(len(data) * 2)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def convert(network: Network, path: Path):
    """Return the ONNX model with the wanted outputs only."""
    import tf2onnx

    # The converter reports every folded constant.
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    model, _ = tf2onnx.convert.from_tflite(
        str(path),
        input_names=[network.input],
        output_names=list(network.outputs),
        opset=OPSET,
    )
    return model


def normalise(model, network: Network):
    """Take uint8 pixels, give the axes and outputs their names, and free the batch axis.

    Scaling the pixels inside the graph keeps one array pass out of Python and one more
    convention out of the caller.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    free_batch(graph)
    rename = {**network.outputs, network.input: "normalised"}
    for node in graph.node:
        node.input[:] = [rename.get(n, n) for n in node.input]
        node.output[:] = [rename.get(n, n) for n in node.output]
    for output in graph.output:
        output.name = rename[output.name]
        output.type.tensor_type.shape.dim[0].dim_param = "batch"
    graph.initializer.extend(
        numpy_helper.from_array(np.array(value, np.float32), name)
        for name, value in (("pixel_scale", network.scale), ("pixel_shift", network.shift))
    )
    first = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["pixels", "pixel_scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "pixel_shift"], ["normalised"]),
    ]
    shape = ["batch", network.size, network.size, 3]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, shape)
    nodes = [*first, *graph.node]
    del graph.node[:], graph.input[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.input.append(image)
    graph.name = network.name
    onnx.checker.check_model(model, full_check=True)
    return model


def free_batch(graph) -> None:
    """Replace the fixed first size 1 of every reshape by "as it comes".

    Raises when the graph resizes to fixed sizes, which would pin the batch axis.
    """
    from onnx import numpy_helper

    constants = {c.name: c for c in graph.initializer}
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[1] in constants:
            constant = constants[node.input[1]]
            shape = numpy_helper.to_array(constant).copy()
            if shape[0] == 1:
                shape[0] = 0
                constant.CopyFrom(numpy_helper.from_array(shape, constant.name))
        if node.op_type == "Resize" and len(node.input) > 3 and node.input[3]:
            raise ExportError("The converter pins the batch axis in a Resize; use tf2onnx 1.16.1+")


def optimise(model, scratch: Path) -> bytes:
    """Fold constants and fuse what is fused alike on every processor."""
    import onnx
    import onnxruntime as ort

    raw, done = scratch / "raw.onnx", scratch / "done.onnx"
    raw.write_bytes(model.SerializeToString())
    options = ort.SessionOptions()
    # Beyond BASIC the graph is laid out for the processor at hand.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(done)
    open_bare(raw, options)
    model = onnx.load(str(done))
    # onnxruntime declares every operator set it knows; other readers may lack them.
    used = {node.domain for node in model.graph.node}
    sets = [s for s in model.opset_import if s.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(sets)
    return model.SerializeToString()


def compare(network: Network, source: Path, model: bytes) -> dict[str, float]:
    """Return the largest difference of each output over pictures, one by one and as a batch."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(str(source))
    interpreter.allocate_tensors()
    names = {
        network.outputs[d["name"]]: d["index"]
        for d in interpreter.get_output_details()
        if d["name"] in network.outputs
    }
    session = open_bare(model)
    images = probes(network.size)
    singles = [session.run(list(names), {"image": image[None]}) for image in images]
    batch = session.run(list(names), {"image": images})
    worst = dict.fromkeys(names, 0.0)
    for row, image in enumerate(images):
        pixels = image[None].astype(np.float32) * network.scale + network.shift
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
        interpreter.invoke()
        for column, (name, index) in enumerate(names.items()):
            wanted = interpreter.get_tensor(index)
            for got in (singles[row][column], batch[column][row : row + 1]):
                worst[name] = max(worst[name], float(np.abs(got - wanted).max()))
    return worst


def probes(size: int) -> np.ndarray:
    """Return (6, size, size, 3) uint8 pictures: noise at several scales, and flat ones."""
    rng = np.random.default_rng(7)
    images = []
    for cells in (4, 16, 64):
        coarse = rng.integers(0, 256, (cells, cells, 3))
        index = np.arange(size) * cells // size
        images.append(coarse[index][:, index])
    ramp = np.linspace(0, 255, size)
    images.append(np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], ramp[::-1, None]), -1))
    images.extend(np.full((size, size, 3), level) for level in (0, 200))
    return np.stack(images).astype(np.uint8)


def make_card(network: Network, source: Path, model: Path, differences: dict[str, float]) -> str:
    """Return the model card's text."""
    measured = ", ".join(f"{name} {value:.2g}" for name, value in differences.items())
    return f"""\
# {network.name}
sha256: {digest(model)}
source sha256: {digest(source)}
recipe: {recipe()}
File: {model.name}, {model.stat().st_size / 1e6:.1f} MB, opset {OPSET}, made by \
scripts/export_perception.py from {network.source} of the mediapipe {MEDIAPIPE} wheel.
Tools: {versions()}.
{network.card}\
Measured: largest absolute difference from the original over {len(probes(8))} test pictures, one \
by one and as a batch: {measured}.
Licence: Apache-2.0 (Google LLC, MediaPipe); may be shipped under GPL-3.0-or-later: yes, with the \
notice. Changes: converted to ONNX, unused outputs dropped, free batch axis, pixels scaled inside.
"""


if __name__ == "__main__":
    sys.exit(main())
