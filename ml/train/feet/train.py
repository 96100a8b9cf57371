"""The training loop of the judgement of standing feet."""

from __future__ import annotations

import copy
import json
import logging
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from ..inbetween.train import commit
from ..lifter import mocap
from ..lifter.noise import Detector
from . import data
from .network import Feet

log = logging.getLogger(__name__)

_LIKELY = -0.7  # logit from which a foot is taken to stand, for the F1 that is watched


@dataclass(frozen=True)
class Settings:
    """What a run is made of, saved with the weights.

    Attributes
    ----------
    clips, held_out : made-up clips to learn from, and to watch the training by
    seen : share of a batch that the real detector saw
    steps, frames, batch : of the training
    width, dilations, drop : of the network
    rate, decay, average : of AdamW and the running average of the weights
    device, threads, seed : how it runs
    """

    clips: int = 600
    held_out: int = 100
    seen: float = 0.35
    steps: int = 1500
    frames: int = 64
    batch: int = 32
    width: int = 32
    dilations: tuple[int, ...] = (1, 2, 4, 2, 1)
    drop: float = 0.2
    rate: float = 2e-3
    decay: float = 0.05
    average: float = 0.995
    device: str = "cpu"
    threads: int = 1
    seed: int = 1


GPU = replace(Settings(), clips=10000, steps=20000, width=64, device="cuda", threads=8)


def made_up(settings: Settings, inputs: Path, motion: Path | None) -> tuple[list, list]:
    """Return made-up clips, (to learn from, to watch by)."""
    performances, _ = mocap.split(mocap.load(where=motion))
    detector = Detector.read(inputs / "detector.npz")
    rng = np.random.default_rng(settings.seed)
    out = []
    for away, count in ((False, settings.clips), (True, settings.held_out)):
        some = [p for p in performances if (p.subject in data.HELD_OUT) == away]
        source = data.Source(some, detector, settings.frames + 32)
        out.append([source.draw(rng) for _ in range(count)])
        log.info("%d made-up clips of %d performances", count, len(some))
    return out[0], out[1]


def f1(net: Feet, clips: list[data.Example], device: str) -> float:
    """Return the mean F1 of standing feet, heel or toes, on clips."""
    scores = []
    with torch.no_grad():
        for clip in clips:
            said = net(torch.from_numpy(clip.inputs).to(device)).cpu().numpy() > _LIKELY
            a, b = said.any(axis=2), clip.contact.any(axis=2)
            if b.any():
                scores.append(2.0 * (a & b).sum() / (a.sum() + b.sum()))
    return round(float(np.mean(scores)), 4) if scores else float("nan")


def _draw(clips: list[data.Example], count: int, frames: int, rng: np.random.Generator):
    """Yield inputs, contacts and weights of random windows, a foot a row."""
    for _ in range(count):
        clip = clips[int(rng.integers(len(clips)))]
        length = min(frames, clip.inputs.shape[1])
        start = int(rng.integers(clip.inputs.shape[1] - length + 1))
        x, y = data.blurred(clip, slice(start, start + length), rng)
        short = ((0, 0), (0, frames - length), (0, 0))
        weight = np.pad(np.ones((2, length, 1), np.float32), short)
        yield np.pad(x, short, mode="edge"), np.pad(y, short), weight


def train(
    settings: Settings, folder: Path, inputs: Path, seen: list[data.Example],
    watched: list[data.Example], motion: Path | None = None,
) -> None:  # fmt: skip
    """Train; leaves last.pt and train.log in the folder.

    `seen` are clips that the real detector saw, to learn from; `watched` others, to watch by.
    """
    s = settings
    torch.set_num_threads(s.threads)
    torch.manual_seed(s.seed)
    rng = np.random.default_rng(s.seed)
    made, away = made_up(s, inputs, motion)
    net = Feet(s.width, s.dilations, s.drop).to(s.device)
    rows = np.concatenate([c.inputs.reshape(-1, c.inputs.shape[-1]) for c in (*made, *seen)])
    net.settle(torch.from_numpy(rows).to(s.device))
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), s.rate, weight_decay=s.decay)
    real, begun, recent = round(s.seen * s.batch) if seen else 0, time.monotonic(), []
    for step in range(s.steps):
        for group in optimiser.param_groups:
            group["lr"] = s.rate * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * step / s.steps)))
        windows = [*_draw(made, s.batch - real, s.frames, rng), *_draw(seen, real, s.frames, rng)]
        x, y, weight = (
            torch.from_numpy(np.concatenate(column).astype(np.float32)).to(s.device)
            for column in zip(*windows, strict=True)
        )
        loss = (cross_entropy(net(x), y, reduction="none") * weight).sum() / (2 * weight.sum())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        keep = min(s.average, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - keep)
        recent.append(float(loss.detach()))
        if (step + 1) % 250 == 0 or step + 1 == s.steps:
            line = {"step": step + 1, "training": round(float(np.mean(recent)), 4),
                    "made_up": f1(average, away, s.device), "seen": f1(average, watched, s.device),
                    "seconds": round(time.monotonic() - begun)}  # fmt: skip
            log.info("%s", json.dumps(line))
            recent = []
    torch.save({"settings": asdict(s), "net": average.state_dict(), "commit": commit()},
               folder / "last.pt")  # fmt: skip
