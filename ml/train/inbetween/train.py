"""The training loop: settings, batches, loss, validation, checkpoints."""

from __future__ import annotations

import copy
import json
import logging
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ... import rotations as rot
from ...inbetween import features
from . import augment, data, masks
from .network import InbetweenNet

log = logging.getLogger(__name__)

GAPS = (5, 15, 30, 45)

TYPICAL_FAR, TYPICAL_OFF = 0.12, 0.3
"""Half the base's usual error on captured motion (heights a bone, radians) a second of room."""


@dataclass(frozen=True)
class Settings:
    """All that decides a training run; saved with the weights."""

    width: int = 64
    blocks: int = 2
    heads: int = 4
    rate: float = 2e-3
    warm_up: int = 150
    decay: float = 0.02
    average: float = 0.999
    tokens: int = 8000
    minutes: float = 57.0
    nodes: tuple[int, int] = (4, 8)
    longest: int = 60
    augmentation: float = 0.4
    hinted: float = 0.15
    seed: int = 1
    device: str = "cpu"
    half: bool = True
    threads: int = 1
    check_minutes: float = 5.0
    keep_minutes: float = 3.0


GPU = Settings(
    width=192, blocks=6, heads=6, tokens=400_000, minutes=24, device="cuda", half=True,
    threads=8, augmentation=1.0, average=0.9995, rate=1e-3, warm_up=500,
)
"""The full model: an H200-class GPU for about 25 minutes."""


@dataclass
class Batch:
    """Tensors of windows on one skeleton."""

    x: Tensor
    seconds: Tensor
    room: Tensor
    relation: Tensor
    parents: NDArray
    offsets: Tensor
    turn_base: Tensor
    shift_base: Tensor
    turn: Tensor
    shift: Tensor
    contact: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch with its tensors on a device."""
        moved = {
            k: v.to(device, non_blocking=True) for k, v in vars(self).items() if torch.is_tensor(v)
        }
        return replace(self, **moved)


def make_batch(w: augment.Windows, mask: masks.Mask, hints: NDArray) -> Batch:
    """Return what the network sees and should say, at the mask's nodes."""
    skeleton = features.build(w.parents, w.heads)
    window = masks.build_window(mask, w.turn, w.shift, w.moves, w.fps, hints)
    if hints[:, 2].any():
        window = replace(window, hints=_hints(skeleton, window, mask, w, hints[:, 2]))
    seen = features.tokens(skeleton, window, mask.at, mask.start)
    truth = replace(window, turn=np.asarray(w.turn, float), shift=np.asarray(w.shift, float))
    roots = np.flatnonzero(w.parents < 0)
    parts = []
    for one in (window, truth):
        turn, shift = (np.take_along_axis(v, mask.at[..., None, None], 1)
                       for v in (one.turn, one.shift))
        back = rot.conjugate(seen.yaw)[:, None, None]
        turn[:, :, roots] = rot.multiply(back, turn[:, :, roots])
        arm = skeleton.offsets[roots]
        shift[:, :, roots] = rot.rotate(back, shift[:, :, roots] + arm) - arm
        parts += [turn, shift]
    tensor = lambda v: torch.from_numpy(np.ascontiguousarray(v, np.float32))  # noqa: E731
    contact = np.take_along_axis(w.contact, mask.at[..., None], 1)
    return Batch(
        tensor(seen.x), tensor(seen.seconds), tensor(seen.room),
        torch.from_numpy(skeleton.relation), w.parents, tensor(skeleton.offsets),
        *(tensor(p) for p in parts), tensor(contact),
    )


def _hints(
    skeleton: features.Skeleton, window: features.Window, mask: masks.Mask,
    w: augment.Windows, given: NDArray,
) -> NDArray:
    """Return (N, HINTS) how far the truth leads the base, how far it rises above it, given.

    At run time other values of the first two give other takes.
    """
    open_frames = ~mask.keyed & mask.driven[:, None]
    miss = rot.to_rotvec(rot.multiply(rot.conjugate(window.turn), w.turn))
    step = rot.to_rotvec(
        rot.multiply(rot.conjugate(np.roll(window.turn, 1, 1)), np.roll(window.turn, -1, 1))
    ) * 0.5 * open_frames[..., None]
    lead = (miss * step).sum((1, 2, 3)) / ((step**2).sum((1, 2, 3)) + 1e-3) / w.fps
    rise = (w.shift - window.shift)[:, :, skeleton.main, 2].mean(axis=1)
    lead, rise = np.clip(4 * lead, -2, 2), np.clip(20 * rise, -2, 2)
    return np.stack([lead, rise, np.ones_like(lead)], axis=-1) * given[:, None]


class Source:
    """Draws batches of windows from sequences, without end."""

    def __init__(self, sequences: list[data.Sequence], settings: Settings) -> None:
        self.settings = settings
        self.groups = data.by_group(sequences)
        self.names = sorted(self.groups)
        frames = np.array([sum(len(s.turn) for s in self.groups[n]) for n in self.names], float)
        packs = np.array([self.groups[n][0].pack for n in self.names])
        weight = np.zeros(len(self.names))
        for pack, share in data.PACKS.items():
            mine = packs == pack
            # Small skeletons are drawn more often than their length says, large ones less.
            weight[mine] = share * frames[mine] ** 0.5 / max((frames[mine] ** 0.5).sum(), 1)
        self.weight = weight / weight.sum()

    def batches(self, rng: Generator) -> Iterator[Batch]:
        """Yield training batches."""
        while True:
            batch = self._draw(rng)
            if batch is not None:
                yield batch

    def _draw(self, rng: Generator) -> Batch | None:
        s = self.settings
        group = self.groups[self.names[rng.choice(len(self.names), p=self.weight)]]
        bones = group[0].turn.shape[1]
        longest = max(len(q.turn) for q in group)
        nodes = int(rng.integers(s.nodes[0], s.nodes[1] + 1))
        after = int(rng.choice([0, 0, 0, 1, 4]))
        irregular = rng.random() < 0.18
        if irregular:
            frames = min(int(rng.integers(16, 90)), longest)
            nodes = min(nodes + 8, frames)
            wide = nodes
        else:
            room = longest - masks.CONTEXT - after - 1
            if room < 3:
                return None
            high = min(s.longest, room)
            length = min(int(np.exp(rng.uniform(np.log(3), np.log(high + 1)))), high)
            wide = len(masks.CONTEXT_NODES) + min(length, nodes) + 2
            frames = 0
        count = max(2, s.tokens // (wide * bones))
        if not irregular:
            frames = masks.CONTEXT + length + 1 + after
        w = _slice(group, count, frames, rng)
        if w is None:
            return None
        w = augment.augment(w, rng, s.augmentation)
        hints = np.zeros((len(w.turn), features.HINTS))
        hints[:, 2] = rng.random(len(hints)) < s.hinted
        if irregular:
            speed = np.abs(np.gradient(w.turn, axis=1)).sum(axis=-1)
            mask = masks.poses(len(w.turn), frames, nodes, speed, rng)
        else:
            mask = masks.gap(count, length, len(w.parents), nodes, after, rng)
        if rng.random() < 0.12:
            mask = masks.limit_to(mask, w.parents, rng)
        return make_batch(w, mask, hints)


def _slice(
    group: list[data.Sequence], count: int, frames: int, rng: Generator
) -> augment.Windows | None:
    """Cut `count` windows of valid frames out of a group, long clips more often."""
    fits = [q for q in group if len(q.turn) >= frames]
    if not fits:
        return None
    starts = np.array([len(q.turn) - frames + 1 for q in fits], float)
    parts, tries = [], 0
    while len(parts) < count:
        tries += 1
        if tries > 20 * count:
            return None
        q = fits[rng.choice(len(fits), p=starts / starts.sum())]
        at = int(rng.integers(len(q.turn) - frames + 1))
        if q.valid[at : at + frames].all():
            parts.append((q, slice(at, at + frames)))
    return cut(parts)


def cut(parts: list[tuple[data.Sequence, slice]]) -> augment.Windows:
    """Stack slices of clips on one skeleton."""
    first = parts[0][0]
    return augment.Windows(
        first.parents,
        first.heads,
        np.stack([q.turn[s] for q, s in parts]),
        np.stack([q.shift[s] for q, s in parts]),
        np.any([q.moves for q, _ in parts], axis=0),
        np.stack([q.contact[s] for q, s in parts]),
        np.array([q.fps for q, _ in parts]),
    )


def matrices(q: Tensor) -> Tensor:
    """Return rotation matrices (..., 3, 3) of unit quaternions."""
    w, x, y, z = q.unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]
    return torch.stack(rows, -1).unflatten(-1, (3, 3))


def quaternions(r: Tensor) -> Tensor:
    """Return quaternions of rotation vectors."""
    half = 0.5 * (r.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    return torch.cat([half.cos(), 0.5 * r * torch.sin(half) / half], -1)


def product(a: Tensor, b: Tensor) -> Tensor:
    """Return the quaternion product a·b."""
    s, u = a[..., :1], a[..., 1:]
    t, v = b[..., :1], b[..., 1:]
    return torch.cat(
        [s * t - (u * v).sum(-1, keepdim=True), s * v + t * u + torch.linalg.cross(u, v)], -1
    )


def places(batch: Batch, turn: Tensor, shift: Tensor) -> Tensor:
    """Return head positions (N, T, B, 3) in heights."""
    m = matrices(turn)
    arm = (batch.offsets + shift)[..., None]
    a: list[Tensor] = []
    p: list[Tensor] = []
    for b, parent in enumerate(batch.parents):
        if parent < 0:
            a.append(m[:, :, b])
            p.append(arm[:, :, b])
        else:
            a.append(a[parent] @ m[:, :, b])
            p.append(p[parent] + a[parent] @ arm[:, :, b])
    return torch.stack(p, dim=2)[..., 0]


def angles(a: Tensor, b: Tensor) -> Tensor:
    """Return angles between orientations, radians, smooth at zero."""
    sine = product(a * a.new_tensor([1.0, -1.0, -1.0, -1.0]), b)[..., 1:]
    return 2 * torch.asin((sine.square().sum(-1) + 1e-8).sqrt().clamp(max=0.999))


def loss_of(batch: Batch, out: tuple[Tensor, ...]) -> tuple[Tensor, dict[str, float]]:
    """Return the loss, and its parts beside the base's own.

    Errors are divided by the mean of the base's error in the same window and its usual error in
    gaps of that length, so that neither long gaps nor windows in which nothing happens rule.
    """
    turn_res, shift_res, gate, contact = out
    turn = product(batch.turn_base, quaternions(turn_res))
    shift = batch.shift_base + shift_res
    wanted = places(batch, batch.turn, batch.shift)
    open_bones = (batch.room > 0).float()
    frames = open_bones.amax(2)  # where anything is free

    def far(p: Tensor) -> Tensor:
        length = ((p - wanted).square().sum((2, 3)) + 1e-8).sqrt()
        return (length * frames).sum(1) / frames.sum(1).clamp(min=1)

    def mean(error: Tensor) -> Tensor:
        return (error * open_bones).sum((1, 2)) / open_bones.sum((1, 2)).clamp(min=1)

    with torch.no_grad():
        base_far = far(places(batch, batch.turn_base, batch.shift_base))
        base_off = mean(angles(batch.turn_base, batch.turn))
        room = batch.room.amax((1, 2)) + 0.02
        by_far = 0.5 * base_far + TYPICAL_FAR * room * wanted.shape[2] ** 0.5
        by_off = 0.5 * base_off + TYPICAL_OFF * room
    got_far = far(places(batch, turn, shift))
    got_off = mean(angles(turn, batch.turn))
    # The gate learns apart from the residual: a residual that is still wrong would shut it.
    play = gate[..., None]
    eased = product(batch.turn_base, quaternions(play * turn_res.detach()))
    moved = batch.shift_base + play * shift_res.detach() - batch.shift
    trust = mean(angles(eased, batch.turn)) / by_off
    trust = trust + 3 * mean((moved.square().sum(-1) + 1e-8).sqrt()) / by_off
    stands = functional.binary_cross_entropy(contact.clamp(1e-5, 1 - 1e-5), batch.contact)
    total = (got_far / by_far + 0.5 * got_off / by_off + 0.2 * trust).mean() + 0.05 * stands
    with torch.no_grad():
        gated = far(places(batch, eased, moved + batch.shift))
    ratio = {
        "far": got_far.detach().sum() / base_far.sum().clamp(min=1e-6),
        "off": got_off.detach().sum() / base_off.sum().clamp(min=1e-6),
        "gated": gated.sum() / base_far.sum().clamp(min=1e-6),
        "stands": stands.detach(),
    }
    return total, {k: float(v) for k, v in ratio.items()}


def checks(sequences: list[data.Sequence], count: int, seed: int = 0) -> dict[int, list[Batch]]:
    """Return fixed batches at each gap of `GAPS`, windows spread over the sequences."""
    rng = np.random.default_rng(seed)
    out = {}
    for gap in GAPS:
        frames = masks.CONTEXT + gap + 1
        w = _slice(sequences, count, frames, rng)
        mask = masks.gap(count, gap, len(w.parents), 8, 0)
        out[gap] = [make_batch(w, mask, np.zeros((count, features.HINTS)))]
    return out


@torch.no_grad()
def check(net: InbetweenNet, batches: dict[int, list[Batch]], device: str) -> dict[int, float]:
    """Return the ratio of the position error to the base's at each gap."""
    net.eval()
    out = {}
    for gap, several in batches.items():
        got = []
        for batch in several:
            batch = batch.to(device)
            y = net(batch.x, batch.seconds, batch.room, batch.relation)
            got.append(loss_of(batch, y)[1]["far"])
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


class Trainer:
    """One run: network, its running average, optimiser, and where they are kept."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        torch.manual_seed(settings.seed)
        torch.set_num_threads(settings.threads)
        net = InbetweenNet(settings.width, settings.blocks, settings.heads)
        self.net = net.to(settings.device)
        self.average = copy.deepcopy(self.net)
        groups = [
            {"params": [p for p in net.parameters() if p.ndim > 1]},
            {"params": [p for p in net.parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(
            groups, settings.rate, betas=(0.9, 0.98), weight_decay=settings.decay
        )
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
        self.optimiser.load_state_dict(kept["optimiser"])
        for name in ("step", "windows", "spent_s", "best", "history"):
            setattr(self, name, kept[name])
        return True

    def keep(self, name: str) -> None:
        """Write a checkpoint, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        kept = {
            "settings": asdict(self.settings),
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
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
        return s.rate * min(1.0, (self.step + 1) / s.warm_up) * (
            0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done))
        )

    def learn(self, batch: Batch) -> dict[str, float]:
        """Take one step."""
        s = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate_now()
        with torch.autocast(s.device, torch.bfloat16, enabled=s.half):
            out = self.net(batch.x, batch.seconds, batch.room, batch.relation)
        loss, parts = loss_of(batch, tuple(o.float() for o in out))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        keep = min(s.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.parameters()), list(self.net.parameters()), 1 - keep
            )
        self.step += 1
        self.windows += len(batch.x)
        return parts

    def run(self, batches: Iterator[Batch], held_out: dict[int, list[Batch]]) -> None:
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
                self._check(held_out, recent)
                recent = []
        self._check(held_out, recent)
        self.keep("last.pt")

    def _check(self, held_out: dict[int, list[Batch]], recent: list[dict[str, float]]) -> None:
        ratio = check(self.average, held_out, self.settings.device)
        line = {
            "minutes": round(self.spent_s / 60, 1),
            "windows": self.windows,
            "held_out": {g: round(r, 4) for g, r in ratio.items()},
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
    kept, held = data.split(data.load(data.PACKS))
    trainer = Trainer(settings, folder)
    if trainer.resume():
        log.info("going on at step %d", trainer.step)
    held = [q for q in held if q.pack == "cmu_bvh"]
    rng = np.random.default_rng([settings.seed, trainer.step])
    trainer.run(Source(kept, settings).batches(rng), checks(held, 192))
