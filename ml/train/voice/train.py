"""Train the acoustic network on synthetic speech, and export it."""

from __future__ import annotations

import copy
import json
import logging
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ...face.phonemes import CLASSES
from ...runtime import open_bare
from . import augment, speech
from .network import Voice
from .settings import Settings

log = logging.getLogger(__name__)

_OPSET = 17
_EXPORT_TOLERANCE = 1e-3


def make_data(settings: Settings, dictionary: Path, out: Path) -> dict[str, np.ndarray]:
    """Speak and spoil all lines; kept in `out`, so that a second run begins at once.

    Returns
    -------
    dict : features (N, BANDS) float16, kinds (N,), edges (N,), ends (lines,) of the training
    lines; the same with "check_" before the name
    """
    path = out / "speech.npz"
    if path.is_file():
        with np.load(path) as stored:
            return dict(stored)
    rng, words = np.random.default_rng(settings.seed), speech.read_words(dictionary)
    found = {}
    plans = {
        "": (settings.espeak_lines, settings.flite_lines, settings.versions),
        "check_": (settings.check_lines, settings.check_lines, 1),
    }
    for name, (by_espeak, by_flite, versions) in plans.items():
        parts, begun = [], time.process_time()
        for i in range(by_espeak + by_flite):
            say = speech.say_espeak if i < by_espeak else speech.say_flite
            line = say(rng, words)
            for _ in range(versions):
                heard, phones = augment.spoil(rng, line.samples, line.phones)
                parts.append((heard.astype(np.float16), *speech.labels(phones, len(heard))))
            if name == "" and i % 20 == 0:
                heard, _ = augment.spoil(rng, augment.music(rng, 5 * 16000), [])
                parts.append((heard.astype(np.float16), *speech.labels([], len(heard))))
        features, kinds, edges = (np.concatenate(p) for p in zip(*parts, strict=True))
        ends = np.cumsum([len(p[0]) for p in parts])
        found |= {f"{name}features": features, f"{name}kinds": kinds}
        found |= {f"{name}edges": edges.astype(np.float16), f"{name}ends": ends}
        hours, spent = len(kinds) / 360000, time.process_time() - begun
        log.info("%s%d lines, %.2f h, in %.0f s", name, len(parts), hours, spent)
    np.savez(path, **found)
    return found


def draw(rng: np.random.Generator, data: dict, settings: Settings) -> list[torch.Tensor]:
    """Return one batch of windows: features, kinds (-1 where there is nothing), edges."""
    ends, crop = data["ends"], settings.crop
    starts = np.concatenate([[0], ends[:-1]])
    heard = np.zeros((settings.batch, crop, data["features"].shape[1]), np.float32)
    kinds = np.full((settings.batch, crop), -1, np.int64)
    edges = np.zeros((settings.batch, crop), np.float32)
    for row in range(settings.batch):
        line = int(rng.integers(len(ends)))
        spare = ends[line] - starts[line] - crop
        a = starts[line] + int(rng.integers(max(spare, 0) + 1))
        b = min(a + crop, ends[line])
        heard[row, : b - a] = augment.colour(rng, data["features"][a:b].astype(np.float32))
        kinds[row, : b - a], edges[row, : b - a] = data["kinds"][a:b], data["edges"][a:b]
    return [torch.from_numpy(part) for part in (heard, kinds, edges)]


def check(network: Voice, data: dict) -> dict[str, float]:
    """Return the share of frames told right on lines that were not trained on."""
    network.eval()
    rows = np.split(np.arange(len(data["check_kinds"])), data["check_ends"][:-1])
    right, half = [], len(rows) // 2
    with torch.no_grad():
        for rows_of_line in rows:
            heard = torch.from_numpy(data["check_features"][rows_of_line].astype(np.float32))
            told = network(heard[None])[0][0].argmax(dim=1).numpy()
            right.append((told == data["check_kinds"][rows_of_line]).mean())
    network.train()
    return {"espeak": float(np.mean(right[:half])), "flite": float(np.mean(right[half:]))}


def train(settings: Settings, data: dict, out: Path) -> Voice:
    """Train for the given processor time, and return the averaged network."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    rng, network = np.random.default_rng(settings.seed + 1), Voice(settings)
    averaged = copy.deepcopy(network)
    log.info("%d weights", sum(p.numel() for p in network.parameters()))
    optimiser = torch.optim.AdamW(network.parameters(), settings.rate, weight_decay=settings.decay)
    told = nn.CrossEntropyLoss(ignore_index=-1, label_smoothing=settings.smoothing)
    begun, checked, step, loss_seen = time.process_time(), 0.0, 0, 0.0
    while (spent := (time.process_time() - begun) / 60) < settings.minutes:
        done = spent / settings.minutes
        rate = settings.rate * min(1, (step + 1) / settings.warm_up)
        optimiser.param_groups[0]["lr"] = rate * 0.5 * (1 + np.cos(np.pi * done)) + 1e-6
        heard, kinds, edges = draw(rng, data, settings)
        phones, edge_scores = network.scores(heard)
        edge_loss = nn.functional.binary_cross_entropy_with_logits(edge_scores, edges)
        loss = told(phones, kinds) + settings.edge_weight * edge_loss
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        step += 1
        _follow(averaged, network, min(settings.average, step / (step + 10)))
        loss_seen += (loss.item() - loss_seen) * max(0.02, 1 / step)
        if spent - checked > settings.check_minutes:
            checked = spent
            seen = check(averaged, data)
            log.info("%.1f min, step %d: loss %.3f, %s", spent, step, loss_seen, seen)
            _keep(averaged, settings, step, out)
    log.info("end, step %d: %s", step, check(averaged, data))
    _keep(averaged, settings, step, out)
    return averaged.eval()


def _follow(averaged: Voice, network: Voice, share: float) -> None:
    with torch.no_grad():
        for mean, now in zip(
            averaged.state_dict().values(), network.state_dict().values(), strict=True
        ):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - share)
            else:
                mean.copy_(now)


def _keep(network: Voice, settings: Settings, step: int, out: Path) -> None:
    state = {"weights": network.state_dict(), "settings": asdict(settings), "step": step}
    torch.save(state, out / "voice.pt")
    (out / "settings.json").write_text(json.dumps(asdict(settings), indent=2), "utf-8")


def load(path: Path) -> Voice:
    """Return a network that `train` kept."""
    state = torch.load(path, weights_only=True)
    network = Voice(Settings(**state["settings"]))
    network.load_state_dict(state["weights"])
    return network.eval()


def export(network: Voice, path: Path) -> float:
    """Write the ONNX file and return its largest difference from torch.

    Raises
    ------
    RuntimeError
        It differs by more than is due to rounding.
    """
    example = torch.randn(1, 200, network.enter[0].in_channels)
    torch.onnx.export(
        network.eval(),
        (example,),
        str(path),
        input_names=["features"],
        output_names=["phones", "edges"],
        dynamic_axes={n: {0: "batch", 1: "frames"} for n in ("features", "phones", "edges")},
        opset_version=_OPSET,
        dynamo=False,
    )
    session = open_bare(path)
    worst = 0.0
    for batch, frames in ((1, 37), (2, 1000)):
        heard = torch.randn(batch, frames, example.shape[2])
        with torch.no_grad():
            wanted = network(heard)
        got = session.run(None, {"features": heard.numpy()})
        differences = (float(np.abs(g - w.numpy()).max()) for g, w in zip(got, wanted, strict=True))
        worst = max(worst, *differences)
    if not worst < _EXPORT_TOLERANCE:
        raise RuntimeError(f"The exported network differs from torch by {worst:.2g}")
    assert got[0].shape[2] == len(CLASSES)
    return worst
