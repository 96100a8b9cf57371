"""The lifter's training loop."""

from __future__ import annotations

import copy
import json
import logging
import time
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...blocking.body import ROLES
from ..inbetween.train import commit
from . import mocap
from .data import Source, Window, read_known
from .network import Lifter, bends, columns
from .noise import Detector
from .settings import Settings

log = logging.getLogger(__name__)

# Which turns matter, and how much: ends of limbs and twists cannot be read from joints.
_TURN_WEIGHT = torch.tensor([0.3 if r.startswith(("shoulder", "toe")) else 1.0 for r in ROLES])
_DEGREE = float(np.degrees(1.0))
# Joints whose lines say where feet point, and where hips and shoulders face.
_FEET, _ACROSS = torch.tensor([[12, 14], [13, 15]]), torch.tensor([[3, 0], [9, 6]])
Batch = dict[str, Tensor]


def stack(windows: list[Window], device: str = "cpu") -> Batch:
    """Put windows into one batch of tensors."""
    return {
        f.name: torch.tensor(
            np.stack([getattr(w, f.name) for w in windows]), dtype=torch.float32, device=device
        )
        for f in fields(Window)
    }


def loss_of(batch: Batch, out: tuple[Tensor, ...]) -> tuple[Tensor, dict[str, float]]:
    """Return the loss and its parts; places in metres, turns in radians."""
    joints, spread, rotation, contact, up, velocity, bend, bend_spread = out
    miss = joints - batch["joints"]
    far = (miss.square().sum(-1) + 1e-6).sqrt()
    likely = (far / spread + 2.0 * spread.log()).mean()
    jerk = (joints.diff(dim=1) - batch["joints"].diff(dim=1)).abs().mean()
    turn = (columns(rotation) - columns(batch["rotation"])).square().sum((-1, -2))
    turn = ((turn + 1e-5).sqrt() * _TURN_WEIGHT.to(turn.device)).mean()
    stand = torch.nn.functional.binary_cross_entropy_with_logits(contact, batch["contact"])
    upright = (torch.nn.functional.normalize(up, dim=-1) - batch["up"]).square().sum(-1).mean()
    known = torch.isfinite(batch["velocity"])
    wanted = torch.where(known, batch["velocity"], velocity.detach())
    going = (velocity - wanted).abs().mean()
    angle = bends(batch["joints"])
    hinge = (bends(joints) - angle).abs().mean()
    off = (bend - angle).abs()
    likely_bend = (off / bend_spread + bend_spread.log()).mean()
    foot = _between(_lines(joints, _FEET), _lines(batch["joints"], _FEET)).mean()
    facing = _between(_lines(joints, _ACROSS), _lines(batch["joints"], _ACROSS)).mean()
    loss = 10.0 * far.mean() + 0.25 * likely + 20.0 * jerk + turn + 0.5 * stand
    loss = loss + 5.0 * upright + 0.3 * going
    loss = loss + 1.5 * hinge + 2.0 * off.mean() + 0.2 * likely_bend
    loss = loss + 0.7 * foot + 1.5 * facing
    parts = {"mm": 1000 * far.mean(), "turn": turn, "stand": stand, "up": upright, "going": going,
             "jerk": 1000 * jerk, "hinge": _DEGREE * hinge, "knee": _DEGREE * off[..., :2].mean(),
             "elbow": _DEGREE * off[..., 2:].mean(), "foot": _DEGREE * foot,
             "facing": _DEGREE * facing}  # fmt: skip
    return loss, {k: float(v.detach()) for k, v in parts.items()}


def _lines(joints: Tensor, pairs: Tensor) -> Tensor:
    """Return the lines (..., pairs, 3) from one joint to another."""
    return joints[..., pairs[1], :] - joints[..., pairs[0], :]


def _between(a: Tensor, b: Tensor) -> Tensor:
    """Return the angles between vectors (..., 3), radians."""
    a, b = (torch.nn.functional.normalize(v, dim=-1) for v in (a, b))
    return torch.acos((a * b).sum(-1).clamp(-0.9998, 0.9998))


class Pool:
    """Windows that are drawn more than once before they are replaced."""

    def __init__(self, source: Source, settings: Settings, rng: np.random.Generator) -> None:
        self.source, self.settings, self.rng = source, settings, rng
        self.windows: list[Window] = []

    def batch(self) -> list[Window]:
        """Return a batch; a part of it is new."""
        s = self.settings
        new = [self.source.draw(self.rng) for _ in range(s.fresh)]
        if len(self.windows) < s.pool:
            self.windows += new
        else:
            for window in new:
                self.windows[int(self.rng.integers(len(self.windows)))] = window
        old = self.rng.integers(len(self.windows), size=s.batch - s.fresh)
        return [*new, *(self.windows[k] for k in old)]


def train(settings: Settings, folder: Path, inputs: Path, motion: Path | None = None) -> None:
    """Train for the settings' minutes; leaves last.pt and train.log in the folder."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    kept, _ = mocap.split(mocap.load(where=motion))
    detector, known = Detector.read(inputs / "detector.npz"), read_known(inputs / "known.npz")
    log.info("%d performances, %d clips that the detector saw", len(kept), len(known))
    # A few performances, and the people in the last films, are kept to watch the training by.
    held, last = kept[::17], len(known) * 13 // 14
    watch = Source(held, detector, known[last:], settings.frames, 0.8)
    kept, known = [p for k, p in enumerate(kept) if k % 17], known[:last]
    source = Source(kept, detector, known, settings.frames, settings.real, settings.varied)
    fixed = np.random.default_rng(0)
    checks = stack([watch.draw(fixed) for _ in range(192)], settings.device)
    pool = Pool(source, settings, rng)
    net = Lifter(settings.width, settings.dilations).to(settings.device)
    if settings.begin:
        net.take_over(Path(settings.begin))
    else:
        net.settle(stack([source.draw(rng) for _ in range(100)], settings.device)["inputs"])
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.decay)
    begun, checked, step = time.monotonic(), 0.0, 0
    recent: list[dict[str, float]] = []
    while (spent := time.monotonic() - begun) < 60 * settings.minutes:
        done = spent / (60 * settings.minutes)
        rate = settings.rate * min(1.0, (step + 1) / settings.warm_up)
        rate *= 0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * done))
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = stack(pool.batch(), settings.device)
        loss, parts = loss_of(batch, net(batch["inputs"], batch["detected"]))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(settings.average, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - keep)
        step += 1
        recent.append(parts)
        if spent - checked > 60 * settings.check_minutes or step == 50:
            checked = spent
            _note(average, checks, recent, step, spent)
            recent = []
            _keep(folder, average, settings, step)
    _note(average, checks, recent or [parts], step, spent)
    _keep(folder, average, settings, step)


@torch.no_grad()
def _note(net: Lifter, checks: Batch, recent: list[dict], step: int, spent_s: float) -> None:
    """Write a line of the log: how far the network is, how far the detector alone."""
    _, parts = loss_of(checks, net(checks["inputs"], checks["detected"]))
    alone = 1000 * (checks["detected"] - checks["joints"]).norm(dim=-1).mean()
    line = {
        "minutes": round(spent_s / 60, 1),
        "steps": step,
        "held_out": {k: round(v, 3) for k, v in parts.items()},
        "detector_mm": round(float(alone), 1),
        "training": {k: round(float(np.mean([r[k] for r in recent])), 3) for k in recent[0]},
    }
    log.info("%s", json.dumps(line))


def _keep(folder: Path, net: Lifter, settings: Settings, step: int) -> None:
    """Write a checkpoint, whole or not at all."""
    kept = {"settings": asdict(settings), "net": net.state_dict(), "step": step,
            "commit": commit()}  # fmt: skip
    path = folder / "last.pt"
    torch.save(kept, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)
