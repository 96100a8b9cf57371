"""Train, measure and export the heads that read hour, weather and so on. Needs no data.

    build/env/train/bin/python scripts/train_heads.py [--folder onnx_models] [--seed 1 …]

What they learn from is authored: ml/train/layout/said/*.txt and the names of the scene cards. The
sentence network words_v1 must lie in the folder. Five minutes of one core.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch

import package

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.layout.facets import NETWORK, pieces  # noqa: E402
from understudy.ml.layout.words import Sentences  # noqa: E402
from understudy.ml.train.layout import heads, said  # noqa: E402

from export_layout import OPSET, stamp  # noqa: E402

TOLERANCE = 1e-5
CARD = """\
# {name}
What it does: says what words tell of the hour, the weather, the mood, how full a place is and its
style, each with "nothing said". The word lists of ml/layout/lexicon.py come first; where they are
silent, it answers if it is sure.
File: {name}.onnx, {size:.2f} MB, opset {opset}, made by `scripts/train_heads.py`.
sha256: {sha}
Network: a linear layer a facet on the vector of words_v1, {weights:,} weights in all.
Inputs: vectors (texts, 384), of a text and of each of its clauses.
Outputs: {outputs}: probabilities (texts, classes), the first for "nothing said". Classes, and how
likely a facet must be said to be believed, are in the file.
Data: {families:,} families of paraphrases ({phrases:,} phrases) written for this in
ml/train/layout/said, the word lists, and the names of the scene cards; alone and put together.
No other data. English; some phrases in German, French, Spanish, Italian and Portuguese.
Training: {settings}.
Held out: a fifth of the families and of the cards, by a hash; on these it is measured and the
thresholds are set; then the heads are fitted to all.

{held:,} prompts of held-out families and cards, most of them paraphrases that no list knows.
"Read": of what is said, read rightly; "wrongly": read as something else, often the neighbour (dusk
for sunset); "silence": of what says nothing, left without an answer.

| facet | believed from | read | wrongly | silence |
|---|---|---|---|---|
{rows}

Time: {ms:.2f} ms for a text of eight clauses ({provider}), beside the sentence network.
torch against ONNX: largest difference {worst:.0e}.
Left out: a head for indoors, outdoors and under water. On scripts/prompts/facets.txt it was right
in 103 of 110 prompts, the place that the words name in 104.
Limits: one vector a clause: negation and what is said of a thing ("a picture of a storm") are
told apart only as far as the phrases teach it; other languages than English hardly.
Licence: weights GPL-3.0-or-later; may be shipped: yes.
"""


def embed(texts: list[str], encoder: Sentences) -> np.ndarray:
    """Return (N, 384) vectors."""
    return np.concatenate([encoder(texts[i : i + 512]) for i in range(0, len(texts), 512)])


def gather(
    settings: heads.Settings, held: bool | None, encoder: Sentences
) -> tuple[np.ndarray, said.Samples]:
    """Return vectors and samples to train on."""
    rng = np.random.default_rng(settings.seed)
    found = said.clauses(held, rng)
    more = said.prompts(settings.prompts, held, rng, settings.prompt_weight)
    for one, other in ((found.texts, more.texts), (found.labels, more.labels),
                       (found.weights, more.weights)):  # fmt: skip
        one.extend(other)
    return embed(found.texts, encoder), found


def export(net: heads.HeadsNet, sure: dict[str, float], path: Path) -> tuple[str, float]:
    """Write the network; return its sha256 and the largest difference from torch."""
    given = torch.nn.functional.normalize(torch.randn(7, heads.WIDTH), dim=-1)
    names = list(said.CLASSES)
    torch.onnx.export(net, (given,), str(path), input_names=["vectors"], output_names=names,
                      dynamic_axes={n: {0: "texts"} for n in ["vectors", *names]},
                      opset_version=OPSET, dynamo=False)  # fmt: skip
    out = runtime.open_bare(path).run(None, {"vectors": given.numpy()})
    with torch.no_grad():
        worst = max(float(np.abs(a - b.numpy()).max())
                    for a, b in zip(out, net(given), strict=True))  # fmt: skip
    if worst > TOLERANCE:
        path.unlink()
        sys.exit(f"ONNX and torch differ by {worst:.2g}, more than {TOLERANCE:g}: not exported")
    kept = {k: round(v, 4) for k, v in sure.items()}
    return stamp(path, classes=json.dumps(said.CLASSES), sure=json.dumps(kept)), worst


def main() -> int:
    """Train, measure, export, and write the card."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, default=package.ROOT / "onnx_models")
    for f in fields(heads.Settings):
        kind = {"int": int, "float": float}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, default=f.default)
    args = vars(parser.parse_args())
    folder = args.pop("folder")
    settings = heads.Settings(**args)
    torch.set_num_threads(1)
    encoder = Sentences(runtime.Settings(models=folder, device="cpu", threads=1))
    net = heads.train(settings, *gather(settings, False, encoder))
    held = said.prompts(settings.held, True, np.random.default_rng(settings.seed + 1))
    told = heads.answers(net, [encoder(pieces(t)) for t in held.texts])
    sure = heads.calibrate(settings, told, held)
    figures = heads.hits(told, held, sure)
    print(json.dumps(figures, indent=1), flush=True)
    net = heads.train(settings, *gather(settings, None, encoder))
    write(net, settings, sure, figures, folder)
    return 0


def write(
    net: heads.HeadsNet, settings: heads.Settings, sure: dict, figures: dict, folder: Path
) -> None:
    """Write network and card."""
    path = folder / f"{NETWORK}.onnx"
    sha, worst = export(net, sure, path)
    session = runtime.Session(NETWORK, runtime.Settings(models=folder, device="cpu", threads=1))
    given, begun = np.zeros((9, heads.WIDTH), np.float32), time.process_time()
    for _ in range(200):
        session(vectors=given)
    rows = [f"| {f} | {sure[f]:.2f} | {v['read']:.0%} | {v['read wrongly']:.0%} | "
            f"{v['silence kept']:.0%} |" for f, v in figures.items()]  # fmt: skip
    known = said.families()
    text = CARD.format(
        name=NETWORK, size=path.stat().st_size / 1e6, opset=OPSET, sha=sha, worst=worst,
        weights=sum(p.numel() for p in net.parameters()), outputs=", ".join(said.CLASSES),
        families=len(known), phrases=sum(len(f.phrases) for f in known), held=settings.held,
        settings=", ".join(f"{k} {v:g}" for k, v in asdict(settings).items()),
        rows="\n".join(rows), ms=(time.process_time() - begun) * 5, provider=session.provider,
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
