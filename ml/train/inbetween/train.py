"""The training loop: validation, checkpoints, running average."""

from __future__ import annotations

import copy
import json
import logging
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ...inbetween import features
from . import data, masks
from .batches import Batch, Source, Stream, draw_slices, make_batch
from .loss import loss_of
from .network import InbetweenNet
from .settings import Settings

log = logging.getLogger(__name__)

GAPS = (5, 15, 30, 45)
_POSES = 64  # frames of the windows with uneven keys


def checks(sequences: list[data.Sequence], count: int, seed: int = 0) -> dict[str, list[Batch]]:
    """Return fixed batches, windows spread over the sequences of one skeleton.

    At each gap of `GAPS`, and at poses keyed at uneven frames, "poses" of the body and "limb".
    """
    rng = np.random.default_rng(seed)
    out = {}
    none = np.zeros((count, features.HINTS))
    for gap in GAPS:
        w = draw_slices(sequences, count, masks.CONTEXT + gap + 1, rng)
        mask = masks.gap(count, gap, len(w.parents), 8, 0)
        out[str(gap)] = [make_batch(w, mask, none)]
    w = draw_slices(sequences, count, _POSES, rng)
    speed = np.abs(np.gradient(w.turn, axis=1)).sum(axis=-1)
    mask = masks.poses(count, _POSES, 16, speed, rng)
    out["poses"] = [make_batch(w, mask, none)]
    out["limb"] = [make_batch(w, masks.limit_to(mask, w.parents, rng), none)]
    return out


@torch.no_grad()
def check(net: InbetweenNet, batches: dict[str, list[Batch]], device: str) -> dict[str, float]:
    """Return the ratio of the gated result's position error to the base's, of each of `checks`."""
    net.eval()
    out = {}
    for gap, several in batches.items():
        got = []
        for batch in several:
            batch = batch.to(device)
            y = net(batch.x, batch.seconds, batch.room, batch.relation)
            got.append(loss_of(batch, y)[1]["gated"])
        out[gap] = float(np.mean(got))
    net.train()
    return out


def commit() -> str:
    """Return the hash of the checkout, "" outside one."""
    try:
        out = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=data.ROOT, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return out.stdout.strip()


def optimisers(net: InbetweenNet, settings: Settings) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices of the blocks, AdamW for the rest.

    Muon's steps turn all directions of a matrix alike: on this network it needs about half of
    AdamW's steps.
    """
    inner = [m for b in net.blocks for m in (b.over_bones, b.over_time, b.own)]
    turned = [p for m in inner for p in m.parameters() if p.ndim == 2]
    others = [p for p in net.parameters() if not any(p is q for q in turned)]
    groups = [
        {"params": [p for p in others if p.ndim > 1]},
        {"params": [p for p in others if p.ndim <= 1], "weight_decay": 0.0},
    ]
    given = {"lr": settings.rate, "weight_decay": settings.decay}
    return [
        torch.optim.Muon(turned, adjust_lr_fn="match_rms_adamw", **given),
        torch.optim.AdamW(groups, betas=(0.9, 0.98), **given),
    ]


@torch.no_grad()
def grow(net: InbetweenNet, weights: dict[str, Tensor]) -> None:
    """Take the weights of a network of as many blocks or fewer; those that are new say nothing."""
    net.load_state_dict(net.state_dict() | weights)
    known = {int(name.split(".")[1]) for name in weights if name.startswith("blocks.")}
    for i, block in enumerate(net.blocks):
        if i not in known:
            for last in (block.over_bones.outward, block.over_time.outward, block.own[-1]):
                nn.init.zeros_(last.weight)
                nn.init.zeros_(last.bias)


def weights_of(path: Path, device: str = "cpu") -> dict[str, Tensor]:
    """Return the averaged weights of a checkpoint, or those of an exported file (.onnx)."""
    if path.suffix != ".onnx":
        return torch.load(path, map_location=device, weights_only=False)["average"]
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    found = {i.name: torch.tensor(numpy_helper.to_array(i)) for i in graph.initializer}
    added = {n.input[k]: n for n in graph.node if n.op_type == "Add" for k in (0, 1)}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in found and node.output[0] in added:
            # The exporter keeps a layer's bias by name, and its matrix turned over, without one.
            after = added[node.output[0]]
            bias = next(name for name in after.input if name in found)
            found[bias.removesuffix("bias") + "weight"] = found.pop(node.input[1]).T.contiguous()
    return {name: w.to(device) for name, w in found.items() if "::" not in name and w.ndim}


class Trainer:
    """One run: network, its running average, optimiser, and where they are kept."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        torch.manual_seed(settings.seed)
        torch.set_num_threads(settings.threads)
        net = InbetweenNet(settings.width, settings.blocks, settings.heads)
        self.net = net.to(settings.device)
        self.average = copy.deepcopy(self.net)
        self.optimisers = optimisers(net, settings)
        self.step, self.windows, self.spent_s = 0, 0, 0.0
        self.best, self.history = float("inf"), []
        self.data_hash, self.commit = data.digest(data.PACKS), commit()

    def resume(self) -> bool:
        """Go on from the folder's last checkpoint; say whether there was one."""
        path = self.folder / "last.pt"
        if not path.is_file():
            return False
        kept = torch.load(path, map_location=self.settings.device, weights_only=False)
        self.net.load_state_dict(kept["net"])
        self.average.load_state_dict(kept["average"])
        for optimiser, state in zip(self.optimisers, kept["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        for name in ("step", "windows", "spent_s", "best", "history"):
            setattr(self, name, kept[name])
        return True

    def begin(self, examples: list[Tensor]) -> None:
        """Fit the networks' view of their inputs to examples, or begin where another run ended."""
        device = self.settings.device
        if self.settings.start:
            grow(self.net, weights_of(Path(self.settings.start), device))
        else:
            self.net.settle([x.to(device) for x in examples])
        self.average.load_state_dict(self.net.state_dict())

    def keep(self, name: str) -> None:
        """Write a checkpoint, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        kept = {
            "settings": asdict(self.settings),
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "data_hash": self.data_hash,
            "commit": self.commit,
        }
        for field in ("step", "windows", "spent_s", "best", "history"):
            kept[field] = getattr(self, field)
        torch.save(kept, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def rate_now(self) -> float:
        """Return the learning rate: warm-up, then a cosine over the time that is given."""
        s = self.settings
        done = min(self.spent_s / (60 * s.minutes), 1.0)
        return (
            s.rate
            * min(1.0, (self.step + 1) / s.warm_up)
            * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done)))
        )

    def learn(self, batch: Batch) -> dict[str, float]:
        """Take one step."""
        s = self.settings
        for group in (g for o in self.optimisers for g in o.param_groups):
            group["lr"] = self.rate_now()
        with torch.autocast(s.device, torch.bfloat16, enabled=s.half):
            out = self.net(batch.x, batch.seconds, batch.room, batch.relation)
        loss, parts = loss_of(batch, tuple(o.float() for o in out))
        self.net.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        keep = min(s.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.net.parameters()), 1 - keep
            )
        self.step += 1
        self.windows += len(batch.x)
        return parts

    def run(self, batches: Iterator[Batch], tuning: dict[str, list[Batch]]) -> None:
        """Train until the time is up."""
        s = self.settings
        begun, kept = time.monotonic() - self.spent_s, time.monotonic()
        checked, recent = self.spent_s - 60 * (s.check_minutes - 1), []
        while self.spent_s < 60 * s.minutes:
            recent.append(self.learn(next(batches).to(s.device)))
            self.spent_s = time.monotonic() - begun
            if time.monotonic() - kept > 60 * s.keep_minutes:
                self.keep("last.pt")
                kept = time.monotonic()
            if self.spent_s - checked > 60 * s.check_minutes:
                checked = self.spent_s
                self._check(tuning, recent)
                recent = []
        self._check(tuning, recent)
        self.keep("last.pt")

    def _check(self, tuning: dict[str, list[Batch]], recent: list[dict[str, float]]) -> None:
        ratio = check(self.average, tuning, self.settings.device)
        line = {
            "minutes": round(self.spent_s / 60, 1),
            "windows": self.windows,
            "tuning": {g: round(r, 4) for g, r in ratio.items()},
        }
        for key in recent[0] if recent else ():
            line[key] = round(float(np.mean([r[key] for r in recent])), 4)
        self.history.append(line)
        log.info("%s", json.dumps(line))
        mean = float(np.mean(list(ratio.values())))
        if mean < self.best:
            self.best = mean
            self.keep("best.pt")


def train(settings: Settings, folder: Path) -> None:
    """Train from the packs, or go on where the folder's last checkpoint stands."""
    kept, tuning, _ = data.split(data.load(data.PACKS))
    trainer = Trainer(settings, folder)
    if trainer.resume():
        log.info("going on at step %d", trainer.step)
    people = [q for q in tuning if q.pack == "cmu_bvh"]
    stream = Stream(Source(kept, settings), [settings.seed, trainer.step])
    batches = iter(DataLoader(stream, batch_size=None, num_workers=settings.workers))
    if not trainer.step:
        trainer.begin([next(batches).x for _ in range(100)])
    trainer.run(batches, checks(people, 192))
