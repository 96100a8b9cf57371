"""The key picker's training loop."""

from __future__ import annotations

import copy
import json
import logging
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from ..inbetween.train import commit
from ..lifter import mocap
from ..lifter.noise import Detector
from . import data
from .network import KeyPicker
from .settings import Settings

log = logging.getLogger(__name__)

WITHIN = 2  # frames
_PACKS = (*mocap.PACKS, "quaternius_cc0")


def examples(
    settings: Settings, folder: Path, inputs: Path, motion: Path | None
) -> tuple[list[data.Example], list[data.Example]]:
    """Return clips (to learn from, to watch by), made once and kept beside the checkpoint."""
    kept, watched = folder / "clips.npz", folder / "held_out.npz"
    if not watched.is_file():
        performances, _ = mocap.split(mocap.load(_PACKS, motion))
        detector = Detector.read(inputs / "detector.npz")
        away = [p for p in performances if p.subject in data.HELD_OUT]
        near = [p for p in performances if p.subject not in data.HELD_OUT]
        wanted = ((near, settings.clips, kept), (away, settings.held_out, watched))
        for source, count, path in wanted:
            drawn = data.Source(source, detector, settings.seconds)
            log.info("%d performances, %d keyed by hand", len(source), len(drawn.by_hand))
            data.save(path, data.make(drawn, count, settings.seed, log.info))
    return data.read(kept), data.read(watched)


def _batches(clips: list[data.Example], s: Settings, rng: np.random.Generator):
    """Yield inputs (B, T, C), targets and weights (B, T) of all clips once, in random windows."""
    order = rng.permutation(len(clips))
    for first in range(0, len(order) - s.batch + 1, s.batch):
        x = np.zeros((s.batch, s.frames, clips[0].inputs.shape[1]), np.float32)
        y, weight = np.zeros((2, s.batch, s.frames), np.float32)
        for row, k in enumerate(order[first : first + s.batch]):
            clip = clips[k]
            length = min(s.frames, len(clip.inputs))
            start = int(rng.integers(len(clip.inputs) - length + 1))
            rows = slice(start, start + length)
            x[row, :length] = data.turned(clip.inputs[rows], rng)
            x[row, length:] = x[row, length - 1]
            y[row, :length] = clip.target()[rows]
            weight[row, :length] = 1.0
        yield [torch.from_numpy(v).to(s.device) for v in (x, y, weight)]


def f1(score: np.ndarray, keys: np.ndarray) -> float:
    """Return the F1 of the highest scores at the true count, no two within `WITHIN` frames."""
    left, found = score.copy(), []
    for _ in range(len(keys)):
        at = int(left.argmax())
        found.append(at)
        left[max(0, at - WITHIN) : at + WITHIN + 1] = -np.inf
    free, hits = list(keys), 0
    for frame in found:
        near = [k for k in free if abs(k - frame) <= WITHIN]
        if near:
            free.remove(min(near, key=lambda k: abs(k - frame)))
            hits += 1
    return 2.0 * hits / (len(found) + len(keys))


@torch.no_grad()
def watch(net: KeyPicker, clips: list[data.Example], device: str) -> dict[str, float]:
    """Return the loss and the F1 on clips nothing was learned from."""
    net.eval()
    losses, scores = [], []
    for clip in clips:
        logits = net(torch.from_numpy(clip.inputs[None]).to(device))[0].cpu()
        losses.append(float(cross_entropy(logits, torch.from_numpy(clip.target()))))
        scores.append(f1(logits.numpy(), clip.keys))
    net.train()
    return {"loss": round(float(np.mean(losses)), 4), "f1": round(float(np.mean(scores)), 4)}


def train(settings: Settings, folder: Path, inputs: Path, motion: Path | None = None) -> None:
    """Make the clips and train; leaves clips, last.pt and train.log in the folder."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    clips, away = examples(settings, folder, inputs, motion)
    net = KeyPicker(settings.width, settings.dilations, settings.drop).to(settings.device)
    some = np.concatenate([data.turned(c.inputs, rng) for c in clips[:400]])
    net.settle(torch.from_numpy(some).to(settings.device))
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.decay)
    steps = settings.epochs * (len(clips) // settings.batch)
    begun, step = time.monotonic(), 0
    for epoch in range(settings.epochs):
        losses = []
        for x, y, weight in _batches(clips, settings, rng):
            rate = settings.rate * min(1.0, (step + 1) / 100)
            rate *= 0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * step / steps))
            for group in optimiser.param_groups:
                group["lr"] = rate
            losses.append(_step(net, average, optimiser, (x, y, weight), settings, step))
            step += 1
        line = {"epoch": epoch + 1, "minutes": round((time.monotonic() - begun) / 60, 1),
                "training": round(float(np.mean(losses)), 4),
                "held_out": watch(average, away, settings.device)}  # fmt: skip
        log.info("%s", json.dumps(line))
        _keep(folder, average, settings, step, line["minutes"])


def _step(
    net: KeyPicker, average: KeyPicker, optimiser: torch.optim.Optimizer,
    batch: tuple[Tensor, Tensor, Tensor], settings: Settings, step: int,
) -> float:  # fmt: skip
    x, y, weight = batch
    loss = (cross_entropy(net(x), y, reduction="none") * weight).sum() / weight.sum()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    keep = min(settings.average, (step + 1) / (step + 10))
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - keep)
    return float(loss.detach())


def _keep(folder: Path, net: KeyPicker, settings: Settings, step: int, minutes: float) -> None:
    """Write a checkpoint, whole or not at all."""
    kept = {"settings": asdict(settings), "net": net.state_dict(), "step": step,
            "minutes": minutes, "commit": commit()}  # fmt: skip
    path = folder / "last.pt"
    torch.save(kept, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)
