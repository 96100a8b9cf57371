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
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

log = logging.getLogger("export_perception")

ROOT = Path(__file__).resolve().parents[1]
OPSET = 17
MEDIAPIPE = "0.10.21"
TOOLS = ("mediapipe", "tensorflow-cpu", "tf2onnx", "onnx", "onnxruntime", "numpy")


class ExportError(Exception):
    """Says what is missing or wrong, and what to do."""


@dataclass(frozen=True)
class Network:
    """One network to export.

    Attributes
    ----------
    source : path inside the wheel's `modules` folder
    input : name of the input in the wheel's file
    size : side of the square input, pixels
    scale, shift : the network sees `scale * pixel + shift`
    outputs : {name in the wheel's file: name here}
    tolerance : {name here: largest absolute difference allowed}, in the output's own unit
    """

    name: str
    source: str
    size: int
    scale: float
    shift: float
    outputs: dict[str, str]
    tolerance: dict[str, float]
    card: str = field(repr=False)
    input: str = "input_1"


DETECTION_CARD = """\
What it does: proposes where people are in a picture: a box around the face and four points (mid
hips, full-body circle, mid shoulders, upper-body circle) an anchor. Code: ml/blocking/detector.py.
Inputs: image (batch, 224, 224, 3) uint8 RGB, letterboxed with black to a square.
Outputs: boxes (batch, 2254, 12) float32, offsets in input pixels from each anchor's centre: box
x, y, w, h, then the four points' x, y; scores (batch, 2254, 1) float32, logits.
Data: Google's own, not published; see Google's model card "BlazePose GHUM 3D".
Fails at: people smaller than about a tenth of the picture, lying or upside down, crowds where
faces hide; it can report a person where there is none. Not for: identifying people.
"""

LANDMARK_CARD = """\
What it does: places 33 body points and 6 auxiliary points in a picture cropped around one upright
person. Code: ml/blocking/crop.py, ml/blocking/tracker.py.
Inputs: image (batch, 256, 256, 3) uint8 RGB, the person's rotated square crop.
Outputs: landmarks (batch, 195) float32 = 39 x (x, y, z in crop pixels, visibility logit, presence
logit); presence (batch, 1) float32, 0 to 1, whether a person is in the crop; world (batch, 117)
float32 = 39 x (x, y, z) metres about the middle of the hips, x right, y down, z away; heatmap
(batch, 64, 64, 39) float32, logits, from which x and y are refined.
Dropped: the segmentation mask.
Data: Google's own, not published; see Google's model card "BlazePose GHUM 3D".
Fails at: depth (about twice the error of the picture plane), more than one person in the crop,
truncated or lying bodies, loose clothes; hands and feet are the least sure. Not for: identifying
people, nor measuring them.
"""

FACE_DETECTION_CARD = """\
What it does: proposes where faces are in a picture: a box and six points (right eye, left eye,
nose tip, mouth, right and left ear) an anchor. Code: ml/face/detector.py.
Inputs: image (batch, 128, 128, 3) uint8 RGB, letterboxed with black to a square.
Outputs: boxes (batch, 896, 16) float32, offsets in input pixels from each anchor's centre: box
x, y, w, h, then the six points' x, y; scores (batch, 896, 1) float32, logits.
Data: Google's own, not published; see Google's model card "BlazeFace (short range)".
Fails at: faces smaller than about an eighth of the picture, more than 45 degrees from upright,
full profiles. Not for: identifying people.
"""

FACE_LANDMARK_CARD = """\
What it does: places 468 points of a face mesh in a picture cropped around one face. Code:
ml/face/mesh.py.
Inputs: image (batch, 192, 192, 3) uint8 RGB, the face's rotated square crop.
Outputs: landmarks (batch, 1, 1, 1404) float32 = 468 x (x, y, z) in crop pixels; presence (batch,
1, 1, 1) float32, a logit, whether a face is in the crop.
Data: Google's own, not published; see Google's model card "Face Mesh".
Fails at: faces turned more than about 45 degrees, hands before the mouth, and small motion of the
brows, cheeks and lids, most of which it does not show. Not for: identifying people.
"""

IRIS_CARD = """\
What it does: places the iris and the contour of one eye. Code: ml/face/mesh.py.
Inputs: image (batch, 64, 64, 3) uint8 RGB, the crop of a left eye, or of a right one mirrored.
Outputs: contour (batch, 213) float32 = 71 x (x, y, z) in crop pixels, the eye and brow; iris
(batch, 15) float32 = centre, right, top, left, bottom x (x, y, z).
Data: Google's own, not published; see Google's model card "MediaPipe Iris".
Fails at: closed eyes, strong reflections in glasses. Not for: identifying people.
"""

PALM_CARD = """\
What it does: proposes where hands are in a picture: a box around the palm and seven points of it
(wrist, base of the index finger, of the middle, ring and little finger, base and joint of the
thumb) an anchor. Code: ml/blocking/palms.py.
Inputs: image (batch, 192, 192, 3) uint8 RGB, a square crop around a wrist.
Outputs: boxes (batch, 2016, 18) float32, offsets in input pixels from each anchor's centre: box
x, y, w, h, then the seven points' x, y; scores (batch, 2016, 1) float32, logits.
Data: Google's own, not published; see Google's model card "MediaPipe Hands".
Fails at: gloves, hands that hold something, edges of hands. Not for: identifying people.
"""

HAND_CARD = """\
What it does: places 21 joints of one hand in a picture cropped around it. Code:
ml/blocking/hands.py.
Inputs: image (batch, 224, 224, 3) uint8 RGB, the hand's rotated square crop, fingers up.
Outputs: landmarks (batch, 63) float32 = 21 x (x, y, z) in crop pixels; presence (batch, 1)
float32, 0 to 1, whether a hand is in the crop; handedness (batch, 1) float32, 0 to 1; world
(batch, 63) float32 = 21 x (x, y, z) metres: x right, y down, z away.
Data: Google's own, not published; see Google's model card "MediaPipe Hands".
Fails at: hands of less than some 40 pixels, fast hands that blur, gloves, hands that hold
something, fingers that hide each other. Not for: identifying people.
"""

NETWORKS = (
    Network(
        name="pose_detection_v1",
        source="pose_detection/pose_detection.tflite",
        size=224,
        scale=2.0 / 255.0,
        shift=-1.0,
        outputs={"Identity": "boxes", "Identity_1": "scores"},
        tolerance={"boxes": 0.05, "scores": 0.02},
        card=DETECTION_CARD,
    ),
    Network(
        name="pose_landmark_v1",
        source="pose_landmark/pose_landmark_full.tflite",
        size=256,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={
            "Identity": "landmarks",
            "Identity_1": "presence",
            "Identity_3": "heatmap",
            "Identity_4": "world",
        },
        tolerance={"landmarks": 0.05, "presence": 1e-3, "heatmap": 0.05, "world": 1e-3},
        card=LANDMARK_CARD,
    ),
    Network(
        name="face_detection_v1",
        source="face_detection/face_detection_short_range.tflite",
        input="input",
        size=128,
        scale=2.0 / 255.0,
        shift=-1.0,
        outputs={"regressors": "boxes", "classificators": "scores"},
        tolerance={"boxes": 0.05, "scores": 0.05},
        card=FACE_DETECTION_CARD,
    ),
    Network(
        name="face_landmark_v1",
        source="face_landmark/face_landmark.tflite",
        size=192,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={"conv2d_21": "landmarks", "conv2d_31": "presence"},
        tolerance={"landmarks": 0.05, "presence": 0.01},
        card=FACE_LANDMARK_CARD,
    ),
    Network(
        name="iris_landmark_v1",
        source="iris_landmark/iris_landmark.tflite",
        size=64,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={"output_eyes_contours_and_brows": "contour", "output_iris": "iris"},
        tolerance={"contour": 0.05, "iris": 0.05},
        card=IRIS_CARD,
    ),
    Network(
        name="palm_detection_v1",
        source="palm_detection/palm_detection_full.tflite",
        size=192,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={"Identity": "boxes", "Identity_1": "scores"},
        tolerance={"boxes": 0.05, "scores": 0.05},
        card=PALM_CARD,
    ),
    Network(
        name="hand_landmark_v1",
        source="hand_landmark/hand_landmark_full.tflite",
        size=224,
        scale=1.0 / 255.0,
        shift=0.0,
        outputs={
            "Identity": "landmarks",
            "Identity_1": "presence",
            "Identity_2": "handedness",
            "Identity_3": "world",
        },
        tolerance={"landmarks": 0.05, "presence": 1e-3, "handedness": 1e-3, "world": 1e-3},
        card=HAND_CARD,
    ),
)


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
    """Return a short hash of this script: a changed recipe exports again."""
    return digest(Path(__file__))[:16]


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
    ort.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])
    model = onnx.load(str(done))
    # onnxruntime declares every operator set it knows; other readers may lack them.
    used = {node.domain for node in model.graph.node}
    sets = [s for s in model.opset_import if s.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(sets)
    return model.SerializeToString()


def compare(network: Network, source: Path, model: bytes) -> dict[str, float]:
    """Return the largest difference of each output over pictures, one by one and as a batch."""
    import onnxruntime as ort
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(str(source))
    interpreter.allocate_tensors()
    names = {
        network.outputs[d["name"]]: d["index"]
        for d in interpreter.get_output_details()
        if d["name"] in network.outputs
    }
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
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
